extension JSONParser {
    /// Reads the string whose opening quote is here.
    mutating func string(isName: Bool = false) throws(JSONSyntaxError) {
        at += 1
        let start = at
        let isASCII = try skipPlain()
        var kind = Entry.Kind.string
        if bytes[at] != UInt8(ascii: "\"") {
            try escapedString(from: start, isASCII: isASCII)
            kind = .escaped
        } else if !isASCII {
            try check(start..<at, isASCII: isASCII)
        }
        let tag = isName ? JSONDocument.tag(of: UnsafeBufferPointer(rebasing: bytes[start..<at])) : 0
        add(kind, start..<at, number: tag)
        at += 1
    }

    /// Moves to the next quote or backslash, which exists when this returns; tells whether only ASCII was skipped.
    @inline(__always)
    private mutating func skipPlain() throws(JSONSyntaxError) -> Bool {
        let raw = UnsafeRawBufferPointer(bytes)
        var seen: UInt64 = 0
        var index = at
        while index + 8 <= raw.count {
            let word = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: index, as: UInt64.self))
            let stops = ByteWord.quotes(in: word) | ByteWord.backslashes(in: word) | ByteWord.controls(in: word)
            if stops != 0 {
                let plain = stops.trailingZeroBitCount & ~7
                seen |= word & (1 &<< UInt64(plain) &- 1)
                at = index + plain / 8
                if bytes[at] < 0x20 { throw unexpected("a control character to be escaped") }
                return seen & ByteWord.highest == 0
            }
            seen |= word
            index += 8
        }
        at = index
        return try skipPlainBytes() && seen & ByteWord.highest == 0
    }

    /// The same for the last bytes of a document.
    private mutating func skipPlainBytes() throws(JSONSyntaxError) -> Bool {
        var seen: UInt8 = 0
        while at < bytes.count {
            let byte = bytes[at]
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return seen < 0x80 }
            if byte < 0x20 { throw unexpected("a control character to be escaped") }
            seen |= byte
            at += 1
        }
        throw unexpected("'\"' at the end of a string")
    }

    /// Refuses what is not UTF-8; ASCII needs no look.
    private func check(_ range: Range<Int>, isASCII: Bool) throws(JSONSyntaxError) {
        if isASCII { return }
        if String(validating: UnsafeBufferPointer(rebasing: bytes[range]), as: UTF8.self) != nil { return }
        throw failure(.encoding, "these bytes are not UTF-8", at: firstIllFormed(in: range))
    }

    /// A string with at least one escape: checked piece by piece, up to its closing quote.
    private mutating func escapedString(from start: Int, isASCII: Bool) throws(JSONSyntaxError) {
        try check(start..<at, isASCII: isASCII)
        while bytes[at] != UInt8(ascii: "\"") {
            _ = try escape()
            let plain = at
            let isASCII = try skipPlain()
            try check(plain..<at, isASCII: isASCII)
        }
    }

    /// The text behind the bytes of a string that was read before.
    static func unescaped(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
        var parser = JSONParser(bytes, maximumDepth: 0)
        var result = ""
        while parser.at < bytes.count {
            let plain = parser.at
            while parser.at < bytes.count, bytes[parser.at] != UInt8(ascii: "\\") { parser.at += 1 }
            result += String(decoding: UnsafeBufferPointer(rebasing: bytes[plain..<parser.at]), as: UTF8.self)
            guard parser.at < bytes.count, let scalar = try? parser.escape() else { break }
            result.unicodeScalars.append(scalar)
        }
        return result
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
