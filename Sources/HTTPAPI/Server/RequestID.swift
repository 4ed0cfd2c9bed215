import HTTPTypes
import Synchronization

/// The name of a request in answers and in the log.
enum RequestID {
    static let header = HTTPField.Name("X-Request-Id")!
    private static let longest = 128
    /// Starts anywhere, so that two servers do not use the same names.
    private static let counter = Atomic<UInt64>(.random(in: 0...UInt64.max))

    /// The caller's own id where it is a sane one, else a new one.
    static func of(_ given: String?) -> String {
        guard let given, isSane(given) else { return next() }
        return given
    }

    private static func next() -> String {
        let number = counter.wrappingAdd(1, ordering: .relaxed).newValue
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }

    /// Whether it can stand in a log line as it is.
    static func isSane(_ text: String) -> Bool {
        (1...longest).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "-_.:/+=".utf8.contains(byte)
                }
            }
    }
}
