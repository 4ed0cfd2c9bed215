public import struct Foundation.UUID

extension JSONWriter {
    /// A member with `true` or `false`.
    public mutating func member(_ name: StaticString, _ value: Bool) {
        key(name)
        bool(value)
    }

    /// A member with an identifier in its lower-case form.
    public mutating func member(_ name: StaticString, _ value: UUID) {
        key(name)
        uuid(value)
    }

    /// An identifier in its lower-case form.
    mutating func uuid(_ value: UUID) {
        plain(atMost: UUIDText.length) { room, place in UUIDText.put(value, into: &room, at: &place) }
    }

    /// A member that is left out when there is no text.
    public mutating func optionalMember(_ name: StaticString, _ value: String?) {
        if let value { member(name, value) }
    }

    /// A member that is left out when there is no number.
    public mutating func optionalMember(_ name: StaticString, _ value: Int64?) {
        if let value { member(name, value) }
    }

    /// A member that is left out when there is no identifier.
    public mutating func optionalMember(_ name: StaticString, _ value: UUID?) {
        if let value { member(name, value) }
    }

    /// A member with an instant, microseconds since 1970-01-01 UTC, as RFC 3339 in UTC.
    public mutating func member(_ name: StaticString, timeMicros: Int64) {
        key(name)
        plain(atMost: RFC3339.mostBytes) { room, place in
            RFC3339.put(micros: timeMicros, into: &room, at: &place)
        }
    }

    /// A whole decoded value, as it is.
    public mutating func value(_ value: JSONValue) {
        switch value {
        case .null: null()
        case .bool(let flag): bool(flag)
        case .integer(let number): integer(number)
        case .number(let text): raw(text.utf8)
        case .string(let text): string(text)
        case .array(let elements):
            beginArray()
            for element in elements { self.value(element) }
            endArray()
        case .object(let members):
            beginObject()
            for member in members {
                key(named: member.name)
                self.value(member.value)
            }
            endObject()
        }
    }
}
