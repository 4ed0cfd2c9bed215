/// What of a text cannot stand in a JSON string as it is.
enum JSONEscapes {
    /// Whether there is anything to escape. Eight bytes are looked at at once, the last ones together with some before
    /// them: nearly all texts are plain.
    private static func areNeeded(in text: UnsafeBufferPointer<UInt8>) -> Bool {
        let bytes = UnsafeRawBufferPointer(text)
        let last = bytes.count - 8
        guard last >= 0 else { return areNeeded(inShort: bytes) }
        var offset = 0
        while offset < last {
            if isAmong(bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)) { return true }
            offset += 8
        }
        return isAmong(bytes.loadUnaligned(fromByteOffset: last, as: UInt64.self))
    }

    private static func areNeeded(inShort bytes: UnsafeRawBufferPointer) -> Bool {
        let last = bytes.count - 4
        guard last >= 0 else { return bytes.contains(where: isNeeded) }
        let first = bytes.loadUnaligned(as: UInt32.self)
        return isAmong(UInt64(first) << 32 | UInt64(bytes.loadUnaligned(fromByteOffset: last, as: UInt32.self)))
    }

    /// Whether one of eight bytes needs an escape.
    private static func isAmong(_ word: UInt64) -> Bool {
        ByteWord.controls(in: word) | ByteWord.quotes(in: word) | ByteWord.backslashes(in: word)
            | ByteWord.deletes(in: word) != 0
    }

    private static func isNeeded(for byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte == 0x7F
    }

    /// How many bytes a text takes at most: its own where nothing is to escape, `\u0000` for each where something is.
    static func mostBytes(of text: UnsafeBufferPointer<UInt8>) -> Int {
        areNeeded(in: text) ? 6 * text.count : text.count
    }

    /// Puts one byte of a text, escaped where it has to be.
    static func put(_ byte: UInt8, into room: inout MutableSpan<UInt8>, at place: inout Int) {
        guard isNeeded(for: byte) else { return room.put(byte, at: &place) }
        room.put(UInt8(ascii: "\\"), at: &place)
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): room.put(byte, at: &place)
        case 0x0A: room.put(UInt8(ascii: "n"), at: &place)
        case 0x0D: room.put(UInt8(ascii: "r"), at: &place)
        case 0x09: room.put(UInt8(ascii: "t"), at: &place)
        default:
            room.put(UInt8(ascii: "u"), at: &place)
            room.put(UInt8(ascii: "0"), at: &place)
            room.put(UInt8(ascii: "0"), at: &place)
            room.put(Hex.digit(byte >> 4), at: &place)
            room.put(Hex.digit(byte), at: &place)
        }
    }
}
