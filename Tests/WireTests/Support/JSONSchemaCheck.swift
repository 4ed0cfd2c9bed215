import Foundation
import Wire
import Yams

/// As much of JSON Schema (draft 2020-12) as the schema of a programme file uses; a keyword it does not know is a fault.
struct JSONSchemaCheck {
    let root: JSONValue

    /// What does not fit, each with the place in the instance.
    func faults(_ value: JSONValue, against schema: JSONValue? = nil, at path: String = "") -> [String] {
        let schema = schema ?? root
        guard case .object(let keywords) = schema else { return [] }
        return keywords.flatMap { fault($0.name, $0.value, of: schema, value, path) }
    }

    private static let notes: Set<String> = ["title", "description", "default", "$defs", "$schema", "$id"]

    private func fault(
        _ keyword: String, _ rule: JSONValue, of schema: JSONValue, _ value: JSONValue, _ path: String
    ) -> [String] {
        if Self.notes.contains(keyword) { return [] }
        switch (keyword, rule) {
        case ("$ref", .string(let name)):
            guard let target = root["$defs"]?[String(name.dropFirst("#/$defs/".count))] else {
                return ["\(name) leads nowhere"]
            }
            return faults(value, against: target, at: path)
        case ("type", _):
            return Self.types(rule).contains { Self.isA(value, $0) } ? [] : ["\(path) is no \(Self.types(rule))"]
        case ("enum", .array(let allowed)): return allowed.contains(value) ? [] : ["\(path) is not listed"]
        case ("const", _): return value == rule ? [] : ["\(path) is not the constant"]
        case ("anyOf", .array(let schemas)):
            let all = schemas.map { faults(value, against: $0, at: path) }
            return all.contains(where: \.isEmpty) ? [] : ["\(path) fits nothing of \(all)"]
        case ("pattern", .string(let pattern)):
            guard case .string(let text) = value else { return [] }
            return text.range(of: pattern, options: .regularExpression) == nil
                ? ["\(path): \(text) is not like \(pattern)"] : []
        case ("properties", .object(let properties)):
            return properties.flatMap { property in
                value[property.name].map { faults($0, against: property.value, at: "\(path)/\(property.name)") } ?? []
            }
        case ("additionalProperties", _): return additional(rule, of: schema, value, path)
        case ("required", .array(let names)):
            guard case .object = value else { return [] }
            return names.compactMap { name in
                guard case .string(let name) = name, value[name] == nil else { return nil }
                return "\(path)/\(name) is required"
            }
        case ("items", _):
            guard case .array(let elements) = value else { return [] }
            return elements.enumerated().flatMap { faults($1, against: rule, at: "\(path)/\($0)") }
        default: return bound(keyword, rule, value, path)
        }
    }

    private func bound(_ keyword: String, _ rule: JSONValue, _ value: JSONValue, _ path: String) -> [String] {
        guard let limit = Self.number(rule) else { return ["\(keyword) is unknown"] }
        let measured: Double? =
            switch (keyword, value) {
            case ("minimum", _), ("maximum", _): Self.number(value)
            case ("minLength", .string(let text)), ("maxLength", .string(let text)): Double(text.count)
            case ("minItems", .array(let elements)), ("maxItems", .array(let elements)): Double(elements.count)
            default: nil
            }
        guard ["minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems"].contains(keyword) else {
            return ["\(keyword) is unknown"]
        }
        guard let measured else { return [] }
        return (keyword.hasPrefix("min") ? measured >= limit : measured <= limit)
            ? [] : ["\(path): \(keyword) \(limit)"]
    }

    private func additional(_ rule: JSONValue, of schema: JSONValue, _ value: JSONValue, _ path: String) -> [String] {
        guard case .object(let members) = value else { return [] }
        return members.filter { schema["properties"]?[$0.name] == nil }.flatMap { member in
            rule == .bool(false)
                ? ["\(path)/\(member.name) is not known"]
                : faults(member.value, against: rule, at: "\(path)/\(member.name)")
        }
    }

    private static func types(_ rule: JSONValue) -> [String] {
        switch rule {
        case .string(let type): [type]
        case .array(let types): types.compactMap { if case .string(let type) = $0 { type } else { nil } }
        default: []
        }
    }

    private static func isA(_ value: JSONValue, _ type: String) -> Bool {
        switch (value, type) {
        case (.object, "object"), (.array, "array"), (.string, "string"), (.bool, "boolean"), (.integer, "integer"),
            (.integer, "number"), (.number, "number"):
            true
        default: false
        }
    }

    private static func number(_ value: JSONValue) -> Double? {
        switch value {
        case .integer(let number): Double(number)
        case .number(let text): Double(text)
        default: nil
        }
    }
}

extension JSONValue {
    /// A YAML document as JSON (YAML 1.2: dates are texts).
    init(yaml text: String) throws {
        guard let root = try Parser(yaml: text, encoding: .utf8).singleRoot() else {
            throw CocoaError(.fileReadUnknown)
        }
        self = JSONValue(root)
    }

    private init(_ node: Node) {
        switch node {
        case .mapping(let mapping): self = .object(mapping.map { JSONMember($0.key.string ?? "", JSONValue($0.value)) })
        case .sequence(let sequence): self = .array(sequence.map { JSONValue($0) })
        case .scalar(let scalar) where scalar.style == .plain || scalar.style == .any:
            self = JSONValue(plain: scalar.string)
        case .scalar(let scalar): self = .string(scalar.string)
        case .alias: self = .null
        }
    }

    private init(plain text: String) {
        switch text {
        case "true": self = .bool(true)
        case "false": self = .bool(false)
        case "", "null", "~": self = .null
        default:
            if let number = Int64(text) {
                self = .integer(number)
            } else if Double(text) != nil, text.first?.isNumber == true || text.first == "-" {
                self = .number(text)
            } else {
                self = .string(text)
            }
        }
    }
}
