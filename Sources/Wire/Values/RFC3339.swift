private import Loyalty

/// Instants as RFC 3339 text: any offset is read, UTC with `Z` is written. Inside, an instant is microseconds since
/// 1970-01-01 UTC.
public enum RFC3339 {
    /// Why a text is no instant.
    public struct Fault: Error, Sendable, Equatable {
        /// A clause without its subject: "must be an RFC 3339 time with an offset, …".
        public let detail: String
    }

    /// 0001-01-01T00:00:00Z, the first instant that can be written.
    public static let earliestMicros: Int64 = -62_135_596_800_000_000
    /// 9999-12-31T23:59:59.999999Z, the last one.
    public static let latestMicros: Int64 = 253_402_300_799_999_999

    /// Reads a text such as `2026-11-22T10:20:30.123456+01:00`.
    ///
    /// The offset is required; up to nine digits of a second are accepted and cut (not rounded) to microseconds; `t`
    /// and `z` may be lower case. A leap second (23:59:60 UTC) is taken for the last microsecond before it, because
    /// our time line has none and a shop's clock that shows one is right.
    /// - Throws: ``Fault`` that says what is wrong.
    public static func micros(of text: String) throws(Fault) -> Int64 {
        var scanner = TimeScanner(Array(text.utf8.prefix(41)))
        let date = try scanner.date()
        let time = try scanner.time()
        let offsetSeconds = try scanner.offset()
        let day = Int64(date.daysSince1970)
        let secondOfDay = time.hour * 3600 + time.minute * 60 + time.second - offsetSeconds
        var micros = (day * 86_400 + secondOfDay) * 1_000_000 + time.micros
        if time.second == 60 {
            let startOfNext = micros - time.micros
            guard startOfNext % 86_400_000_000 == 0 else {
                throw Fault(detail: "has second 60, which only exists at 23:59:60 UTC")
            }
            micros = startOfNext - 1
        }
        guard (earliestMicros...latestMicros).contains(micros) else {
            throw Fault(detail: "must lie in the years 0001 to 9999 in UTC")
        }
        return micros
    }

    /// Writes an instant in UTC with no fraction when it is zero, else 3 or 6 digits; what lies outside the years
    /// 0001 to 9999 (which cannot be read in) is shown as the nearest instant inside.
    public static func text(micros: Int64) -> String {
        var bytes = [UInt8](repeating: 0, count: mostBytes)
        var count = 0
        var room = bytes.mutableSpan
        put(micros: micros, into: &room, at: &count)
        return String(decoding: bytes[..<count], as: UTF8.self)
    }

    /// What ``text(micros:)`` takes at most.
    static let mostBytes = 27

    /// Puts what ``text(micros:)`` writes.
    static func put(micros: Int64, into room: inout MutableSpan<UInt8>, at place: inout Int) {
        let micros = min(max(micros, earliestMicros), latestMicros)
        let day = micros >= 0 ? micros / 86_400_000_000 : (micros + 1) / 86_400_000_000 - 1
        let microsOfDay = micros - day * 86_400_000_000
        let secondOfDay = microsOfDay / 1_000_000
        let date = CivilDate(daysSince1970: Int(day))
        func put(_ value: Int64, width: Int, then mark: Unicode.Scalar) {
            Decimal64.put(value, width: width, into: &room, at: &place)
            room.put(UInt8(truncatingIfNeeded: mark.value), at: &place)
        }
        put(Int64(date.year), width: 4, then: "-")
        put(Int64(date.month), width: 2, then: "-")
        put(Int64(date.day), width: 2, then: "T")
        put(secondOfDay / 3600, width: 2, then: ":")
        put(secondOfDay / 60 % 60, width: 2, then: ":")
        let fraction = microsOfDay % 1_000_000
        put(secondOfDay % 60, width: 2, then: fraction == 0 ? "Z" : ".")
        if fraction == 0 { return }
        if fraction % 1000 == 0 {
            put(fraction / 1000, width: 3, then: "Z")
        } else {
            put(fraction, width: 6, then: "Z")
        }
    }
}
