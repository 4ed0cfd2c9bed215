internal import Loyalty
internal import Yams

extension MappingReader {
    /// A text of 1...200 characters.
    func text(_ key: String, of node: Node) -> String? {
        guard case .scalar(let scalar) = node, !node.isEmpty else {
            faults.add(at: node.place, "`\(key)` must be a text, not \(node.kind)")
            return nil
        }
        let text = scalar.string
        let hasControls = ObjectReader.hasControls(text)
        guard (1...200).contains(text.unicodeScalars.count), !hasControls else {
            faults.add(at: node.place, "`\(key)` must be a text of 1 to 200 characters on one line")
            return nil
        }
        return text
    }

    /// A name for machines: small letters, digits, `_` and `-`, beginning with a letter or digit.
    func identifier(_ key: String) -> String? {
        guard let node = required(key), let text = text(key, of: node) else { return nil }
        if Self.isIdentifier(text) { return text }
        faults.add(
            at: node.place,
            "`\(key)` must be of small letters, digits, _ and -, and begin with a letter or digit, not `\(text)`")
        return nil
    }

    private static func isIdentifier(_ text: String) -> Bool {
        text.utf8.enumerated().allSatisfy { index, byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
            case UInt8(ascii: "_"), UInt8(ascii: "-"): index > 0
            default: false
            }
        }
    }

    /// A word of a fixed list.
    func word(_ key: String, of node: Node, among words: [String]) -> String? {
        guard let text = text(key, of: node) else { return nil }
        if words.contains(text) { return text }
        let hint = Spelling.hint(for: text, among: words)
        faults.add(at: node.place, "`\(key)` must be \(words.joined(separator: " or ")), not `\(text)`\(hint)")
        return nil
    }

    /// An exact decimal number with at most so many digits behind the point, as a whole number of its last digit's
    /// unit: 1.25 with 3 digits is 1250.
    func decimal(_ key: String, of node: Node, digits: Int, in range: ClosedRange<Int64>) -> Int64? {
        let scale = (0..<digits).reduce(Int64(1)) { value, _ in value * 10 }
        if case .scalar(let scalar) = node, scalar.style == .plain || scalar.style == .any,
            let value = DecimalText.scaled(scalar.string, digits: digits), value >= 0,
            value >= range.lowerBound.multipliedReportingOverflow(by: scale).partialValue,
            value <= range.upperBound * scale
        {
            return value
        }
        let form = digits == 0 ? "a whole number" : "a number with at most \(digits) digits behind the point"
        faults.add(
            at: node.place,
            "`\(key)` must be \(form), between \(range.lowerBound) and \(range.upperBound), not \(node.kind)")
        return nil
    }

    /// A date in the programme's zone (its first instant), or an RFC 3339 time.
    func instant(_ key: String, of node: Node, in zone: ZoneRules) -> Instant? {
        guard let text = text(key, of: node) else { return nil }
        if let date = CivilDate(text) { return zone.start(of: date) }
        do throws(RFC3339.Fault) {
            return Instant(micros: try RFC3339.micros(of: text))
        } catch {
            let reason = text.utf8.count > 10 ? ": it \(error.detail)" : ""
            faults.add(
                at: node.place,
                "`\(key)` must be a date such as 2026-01-31 or a time such as 2026-01-31T09:00:00+01:00, "
                    + "not `\(text)`\(reason)")
            return nil
        }
    }
}
