public import struct Foundation.UUID

/// Identifiers as text: read in either case, written in lower case.
public enum UUIDText {
    /// Reads the 36 characters of a UUID; nil when the text is anything else.
    public static func parse(_ text: String) -> UUID? {
        let utf8 = text.utf8
        guard utf8.count == 36 else { return nil }
        var (high, low): (UInt64, UInt64) = (0, 0)
        for (index, byte) in utf8.enumerated() {
            if index == 8 || index == 13 || index == 18 || index == 23 {
                guard byte == UInt8(ascii: "-") else { return nil }
            } else {
                guard let digit = Hex.value(of: byte) else { return nil }
                if index < 18 { high = high << 4 | UInt64(digit) } else { low = low << 4 | UInt64(digit) }
            }
        }
        return UUID(high: high, low: low)
    }

    /// How many characters there are.
    static let length = 36

    /// The lower-case text.
    public static func text(_ uuid: UUID) -> String {
        var bytes = [UInt8](repeating: 0, count: length)
        var count = 0
        var room = bytes.mutableSpan
        put(uuid, into: &room, at: &count)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Puts the lower-case text.
    static func put(_ uuid: UUID, into room: inout MutableSpan<UInt8>, at place: inout Int) {
        let (first, second) = uuid.words
        var word = first
        for byte in 0..<16 {
            if byte == 4 || byte == 6 || byte == 8 || byte == 10 { room.put(UInt8(ascii: "-"), at: &place) }
            if byte == 8 { word = second }
            let highest = UInt8(truncatingIfNeeded: word &>> 56)
            room.put(Hex.digit(highest &>> 4), at: &place)
            room.put(Hex.digit(highest), at: &place)
            word = word &<< 8
        }
    }
}

extension UUID {
    /// The identifier whose big-endian bytes are these two words.
    init(high: UInt64, low: UInt64) {
        let (h, l) = (high.bigEndian, low.bigEndian)
        self.init(uuid: unsafeBitCast((h, l), to: UUID.Bytes.self))
    }

    typealias Bytes = (
        UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8
    )

    /// The big-endian bytes as two words.
    var words: (high: UInt64, low: UInt64) {
        let (h, l) = unsafeBitCast(uuid, to: (UInt64, UInt64).self)
        return (UInt64(bigEndian: h), UInt64(bigEndian: l))
    }
}
