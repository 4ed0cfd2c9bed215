import Wire
import Yams

extension JSONValue {
    /// A YAML node, as far as JSON can say it. Only plain scalars are numbers, booleans or null.
    init(_ node: Node) {
        switch node {
        case .mapping(let mapping):
            self = .object(mapping.map { JSONMember($0.key.scalar?.string ?? "", JSONValue($0.value)) })
        case .sequence(let sequence):
            self = .array(sequence.map { JSONValue($0) })
        case .scalar(let scalar):
            self = Self(scalar.string, isPlain: scalar.style == .plain || scalar.style == .any)
        case .alias:
            self = .null
        }
    }

    private init(_ text: String, isPlain: Bool) {
        switch text {
        case _ where !isPlain: self = .string(text)
        case "null", "~", "": self = .null
        case "true": self = .bool(true)
        case "false": self = .bool(false)
        default: self = Int64(text).map { .integer($0) } ?? .string(text)
        }
    }

    /// Of an object; empty for everything else.
    var members: [JSONMember] { if case .object(let members) = self { members } else { [] } }

    /// Of an array; empty for everything else.
    var elements: [JSONValue] { if case .array(let elements) = self { elements } else { [] } }

    /// A string; nil for everything else.
    var text: String? { if case .string(let text) = self { text } else { nil } }

    /// JSON for people: a line for each member, unless what holds them is short.
    func pretty(indent: String = "", width: Int = 100) -> String {
        let line = compact
        guard line.count + indent.count > width else { return line }
        let deeper = indent + "  "
        switch self {
        case .object(let members) where !members.isEmpty:
            let lines = members.map { member in
                deeper + JSONValue.string(member.name).compact + ": "
                    + member.value.pretty(indent: deeper, width: width)
            }
            return "{\n" + lines.joined(separator: ",\n") + "\n\(indent)}"
        case .array(let elements) where !elements.isEmpty:
            let lines = elements.map { deeper + $0.pretty(indent: deeper, width: width) }
            return "[\n" + lines.joined(separator: ",\n") + "\n\(indent)]"
        default:
            return line
        }
    }

    /// JSON on one line.
    var compact: String {
        switch self {
        case .null: return "null"
        case .bool(let value): return value ? "true" : "false"
        case .integer(let value): return String(value)
        case .number(let text): return text
        case .string(let text):
            var writer = JSONWriter()
            writer.string(text)
            return String(decoding: writer.bytes, as: UTF8.self)
        case .array(let elements): return "[" + elements.map(\.compact).joined(separator: ", ") + "]"
        case .object(let members):
            let parts = members.map { JSONValue.string($0.name).compact + ": " + $0.value.compact }
            return "{" + parts.joined(separator: ", ") + "}"
        }
    }
}
