extension JSONParser {
    /// Reads the string whose opening quote is here.
    mutating func string() throws(JSONSyntaxError) -> String {
        at += 1
        let start = at
        let isASCII = try skipPlain()
        if bytes[at] == UInt8(ascii: "\"") {
            let end = at
            at += 1
            return try text(of: start..<end, isASCII: isASCII)
        }
        return try escapedString(from: start, isASCII: isASCII)
    }

    /// Moves to the next quote or backslash, which exists when this returns; tells whether only ASCII was skipped.
    private mutating func skipPlain() throws(JSONSyntaxError) -> Bool {
        var seen: UInt8 = 0
        while at < bytes.count {
            let byte = bytes[at]
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return seen < 0x80 }
            seen |= byte
            guard byte >= 0x20 else { throw unexpected("a control character to be escaped") }
            at += 1
        }
        throw unexpected("'\"' at the end of a string")
    }

    private func text(of range: Range<Int>, isASCII: Bool) throws(JSONSyntaxError) -> String {
        let text = UnsafeBufferPointer(rebasing: bytes[range])
        // The validating initialiser costs several times as much, and ASCII needs no validation.
        if isASCII { return String(decoding: text, as: UTF8.self) }
        if let text = String(validating: text, as: UTF8.self) { return text }
        throw failure(.encoding, "these bytes are not UTF-8", at: firstIllFormed(in: range))
    }

    /// A string with at least one escape: decoded piece by piece.
    private mutating func escapedString(from start: Int, isASCII: Bool) throws(JSONSyntaxError) -> String {
        var result = try text(of: start..<at, isASCII: isASCII)
        while true {
            if take(UInt8(ascii: "\"")) { return result }
            result.unicodeScalars.append(try escape())
            let plain = at
            let isASCII = try skipPlain()
            result += try text(of: plain..<at, isASCII: isASCII)
        }
    }

    /// Reads the escape whose backslash is here.
    private mutating func escape() throws(JSONSyntaxError) -> Unicode.Scalar {
        at += 1
        guard at < bytes.count else { throw unexpected("an escape") }
        let letter = bytes[at]
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): break
        case UInt8(ascii: "b"): return control(0x08)
        case UInt8(ascii: "f"): return control(0x0C)
        case UInt8(ascii: "n"): return control(0x0A)
        case UInt8(ascii: "r"): return control(0x0D)
        case UInt8(ascii: "t"): return control(0x09)
        case UInt8(ascii: "u"): return try unicodeEscape()
        default: throw unexpected("one of \" \\ / b f n r t u after a backslash")
        }
        return control(letter)
    }

    private mutating func control(_ byte: UInt8) -> Unicode.Scalar {
        at += 1
        return Unicode.Scalar(byte)
    }

    /// Reads from the `u`; a high surrogate must be followed by a low one.
    private mutating func unicodeEscape() throws(JSONSyntaxError) -> Unicode.Scalar {
        let start = at - 1
        let unit = try hexUnit()
        if let scalar = Unicode.Scalar(unit) { return scalar }
        if unit < 0xDC00, take(UInt8(ascii: "\\")), at < bytes.count, bytes[at] == UInt8(ascii: "u") {
            let low = try hexUnit()
            let combined = 0x10000 + (unit - 0xD800) << 10 + (low & 0x3FF)
            if low & 0xFC00 == 0xDC00, let scalar = Unicode.Scalar(combined) { return scalar }
        }
        throw failure(.encoding, "half of a surrogate pair", at: start)
    }

    private mutating func hexUnit() throws(JSONSyntaxError) -> UInt32 {
        at += 1
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard at < bytes.count, let digit = Hex.value(of: bytes[at]) else { throw unexpected("four hex digits") }
            unit = unit << 4 | UInt32(digit)
            at += 1
        }
        return unit
    }

    /// Where the first byte sequence begins that is not UTF-8; only asked when there is one.
    private func firstIllFormed(in range: Range<Int>) -> Int {
        var decoder = UTF8()
        var rest = bytes[range].makeIterator()
        var offset = range.lowerBound
        while case .scalarValue(let scalar) = decoder.decode(&rest) { offset += UTF8.width(scalar) }
        return offset
    }
}
