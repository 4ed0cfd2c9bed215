import Wire

extension Seeded {
    /// A text with everything that makes texts hard.
    mutating func text() -> String {
        let pieces = ["a", "Z", "0", " ", "é", "日", "🧾", "\"", "\\", "/", "\n", "\u{0}", "\u{1F}", "\u{7F}", "\u{2028}"]
        return (0..<Int.random(in: 0...12, using: &self)).map { _ in pick(pieces) }.joined()
    }

    mutating func json(depth: Int) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 8 : 6), using: &self) {
        case 0: return .null
        case 1: return .bool(chance(50))
        case 2: return .integer(Int64.random(in: .min ... .max, using: &self))
        case 3: return .integer(pick([0, 1, -1, .min, .max, 42]))
        case 4: return .number(pick(["1.5", "-0.0", "1e10", "9223372036854775808", "1E-2"]))
        case 5: return .string(text())
        case 6: return .array((0..<Int.random(in: 0...4, using: &self)).map { _ in json(depth: depth - 1) })
        default:
            let names = Set((0..<Int.random(in: 0...20, using: &self)).map { _ in text() }).sorted()
            return .object(names.map { JSONMember($0, json(depth: depth - 1)) })
        }
    }
}

/// The compact bytes of a value.
func bytes(of value: JSONValue) -> [UInt8] {
    var writer = JSONWriter()
    writer.value(value)
    return writer.bytes
}
