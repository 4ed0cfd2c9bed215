/// A decoded JSON document, as strict as RFC 8259 and as exact as it was written.
///
/// Objects keep the order of the document and are looked up linearly: the bodies read here have a dozen members.
public enum JSONValue: Sendable, Equatable {
    case null
    case bool(Bool)
    /// A number without fraction or exponent that fits 64 bits.
    case integer(Int64)
    /// Any other number, as it was written: never rounded, refused wherever a whole number is wanted.
    case number(String)
    case string(String)
    case array([JSONValue])
    case object([JSONMember])

    /// The value of an object's member; nil where there is none or this is not an object.
    public subscript(name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }

    /// What this is, for messages: "a string", "an object", "null".
    public var kind: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .integer, .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}

/// One member of a JSON object.
public struct JSONMember: Sendable, Equatable {
    /// The name, with escapes decoded.
    public var name: String
    /// The value under that name.
    public var value: JSONValue

    /// A member with this name and value.
    public init(_ name: String, _ value: JSONValue) {
        self.name = name
        self.value = value
    }
}
