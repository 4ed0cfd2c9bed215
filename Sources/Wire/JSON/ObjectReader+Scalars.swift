extension ObjectReader {
    /// A required text of 1...max characters (Unicode scalars) without control characters.
    public func string(_ name: String, max: Int) -> String? {
        requiredEntry(name).flatMap { text(at: $0, place(of: name), max: max) }
    }

    /// An optional text of 1...max characters without control characters.
    public func optionalString(_ name: String, max: Int) -> String? {
        entry(name).flatMap { text(at: $0, place(of: name), max: max) }
    }

    /// A required whole number in a range.
    public func integer(_ name: String, in range: ClosedRange<Int64>) -> Int64? {
        requiredEntry(name).flatMap { integer(at: $0, place(of: name), in: range) }
    }

    /// An optional whole number in a range.
    public func optionalInteger(_ name: String, in range: ClosedRange<Int64>) -> Int64? {
        entry(name).flatMap { integer(at: $0, place(of: name), in: range) }
    }

    /// An optional `true` or `false`.
    public func optionalBool(_ name: String) -> Bool? {
        guard let index = entry(name) else { return nil }
        switch document.entries[index].kind {
        case .yes: return true
        case .no: return false
        default:
            fault(at: name, "must be true or false, not \(document.kind(at: index))")
            return nil
        }
    }

    /// A required word of a fixed list.
    public func word(_ name: String, of words: [String]) -> String? {
        requiredEntry(name).flatMap { word(at: $0, place(of: name), of: words) }
    }

    /// An optional word of a fixed list.
    public func optionalWord(_ name: String, of words: [String]) -> String? {
        entry(name).flatMap { word(at: $0, place(of: name), of: words) }
    }

    /// A required ISO 4217 code: three capital letters.
    public func currency(_ name: String) -> String? {
        requiredEntry(name).flatMap { currency(at: $0, place(of: name)) }
    }

    /// An optional RFC 3339 instant in microseconds since 1970-01-01 UTC.
    public func optionalTime(_ name: String) -> Int64? {
        guard let text = optionalString(name, max: 64) else { return nil }
        do throws(RFC3339.Fault) {
            return try RFC3339.micros(of: text)
        } catch {
            fault(at: name, error.detail)
            return nil
        }
    }

    /// A text of 1...max characters without control characters, wherever it stands.
    public func text(_ value: JSONValue, at place: @autoclosure () -> JSONPointer, max: Int) -> String? {
        guard case .string(let text) = value else {
            faults.add(at: place(), "must be a string, not \(value.kind)")
            return nil
        }
        guard !text.isEmpty else {
            faults.add(at: place(), "must not be empty")
            return nil
        }
        guard text.utf8.count <= max || text.unicodeScalars.count <= max else {
            faults.add(at: place(), "must be at most \(max) characters long")
            return nil
        }
        guard !Self.hasControls(text) else {
            faults.add(at: place(), "must not contain control characters")
            return nil
        }
        return text
    }

    /// A text as ``text(_:at:max:)`` reads it, checked where it stands: most are short and plain.
    func text(at index: Int, _ place: @autoclosure () -> JSONPointer, max: Int) -> String? {
        let entry = document.entries[index]
        let isPlain =
            entry.kind == .string && entry.end > entry.start && Int(entry.end - entry.start) <= max
            && document.bytes.withUnsafeBufferPointer { bytes in
                var isPlain = true
                for offset in Int(entry.start)..<Int(entry.end) where bytes[offset] >= 0x7F { isPlain = false }
                return isPlain
            }
        // What the parser took as it stands has no byte below 0x20, so what is below 0x7F is no control character.
        return isPlain ? document.text(entry) : text(document.value(at: index), at: place(), max: max)
    }

    /// Whether a text has characters of the ranges C0 or C1, or DEL.
    static func hasControls(_ text: String) -> Bool {
        var previous: UInt8 = 0
        for byte in text.utf8 {
            // In UTF-8 those of C1, and no others, are 0xC2 with a byte up to 0x9F behind it.
            if byte < 0x20 || byte == 0x7F || (previous == 0xC2 && byte < 0xA0) { return true }
            previous = byte
        }
        return false
    }

    func integer(at index: Int, _ place: @autoclosure () -> JSONPointer, in range: ClosedRange<Int64>) -> Int64? {
        let entry = document.entries[index]
        if entry.kind == .integer, range.contains(entry.number) { return entry.number }
        return integer(document.value(at: index), at: place(), in: range)
    }

    /// A whole number in a range, wherever it stands.
    func integer(_ value: JSONValue, at place: @autoclosure () -> JSONPointer, in range: ClosedRange<Int64>) -> Int64? {
        switch value {
        case .integer(let number) where range.contains(number):
            return number
        case .integer:
            faults.add(at: place(), Self.outside(range))
        case .number(let text) where text.utf8.contains { $0 == UInt8(ascii: ".") || $0 | 0x20 == UInt8(ascii: "e") }:
            faults.add(at: place(), "must be a whole number, without fraction or exponent")
        case .number:
            faults.add(at: place(), Self.outside(range))
        default:
            faults.add(at: place(), "must be a whole number, not \(value.kind)")
        }
        return nil
    }

    private static func outside(_ range: ClosedRange<Int64>) -> String {
        switch (range.lowerBound, range.upperBound) {
        case (.min, .max): "must fit 64 bits"
        case (let lower, .max): "must be at least \(lower) and fit 64 bits"
        case (let lower, let upper): "must be between \(lower) and \(upper)"
        }
    }

    private func word(at index: Int, _ place: @autoclosure () -> JSONPointer, of words: [String]) -> String? {
        guard let text = text(at: index, place(), max: 200) else { return nil }
        if words.contains(text) { return text }
        faults.add(
            at: place(), "must be one of \(words.joined(separator: ", "))" + Spelling.hint(for: text, among: words))
        return nil
    }

    private func currency(at index: Int, _ place: @autoclosure () -> JSONPointer) -> String? {
        if let code = document.text(at: index), code.utf8.count == 3,
            code.utf8.allSatisfy({ (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) })
        {
            return code
        }
        faults.add(at: place(), "must be an ISO 4217 code: three capital letters")
        return nil
    }
}
