/// Brings the data of an old schema version into the shape of the next one, on reading.
struct Upcaster {
    /// The type that it is for.
    var type: RecordedType
    /// The version that it reads; it writes the one above.
    var from: Int64
    /// The new shape; `v` is set by the caller.
    var raise: @Sendable (JSONValue) -> JSONValue

    /// The data in the shape that this server writes. A version without a step only added, or leaves out, what may be
    /// absent: its data is read as it is, however much of it a log holds.
    static func current(
        _ node: JSONNode, of type: RecordedType, version: Int64? = nil, steps: [Upcaster] = all
    ) throws(CodecError) -> JSONNode {
        let version = version ?? type.version
        let written = try writtenVersion(of: node, type.rawValue, upTo: version)
        let due = (written..<version).compactMap { from in steps.first { $0.type == type && $0.from == from } }
        guard !due.isEmpty else { return node }
        let value = due.reduce(node.value) { $1.raise($0) }
        return JSONNode(value.replacing("v", with: .integer(version)))
    }

    /// The schema version that stored data says it has.
    static func writtenVersion(
        of node: JSONNode, _ type: String, upTo version: Int64
    ) throws(CodecError) -> Int64 {
        guard case .integer(let written)? = node["v"] else {
            throw .invalid([Fault(pointer: "/v", detail: "must be a schema version")])
        }
        guard written >= 1, written <= version else { throw .unknownVersion(type: type, version: written) }
        return written
    }
}

/// What upcasters do to objects.
extension JSONValue {
    /// The same object with another value under a name that it has.
    func replacing(_ name: String, with value: JSONValue) -> JSONValue {
        guard case .object(var members) = self, let index = members.firstIndex(where: { $0.name == name }),
            members[index].value != value
        else { return self }
        members[index].value = value
        return .object(members)
    }

    /// The same object with other members in the place of one that it has; without it where there are none.
    func replacing(_ name: String, by make: (JSONValue) -> [JSONMember]) -> JSONValue {
        guard case .object(var members) = self, let index = members.firstIndex(where: { $0.name == name })
        else { return self }
        members.replaceSubrange(index...index, with: make(members[index].value))
        return .object(members)
    }

    /// The same object without some of its members.
    func without(_ names: String...) -> JSONValue {
        guard case .object(let members) = self else { return self }
        return .object(members.filter { !names.contains($0.name) })
    }

    /// The same object with more members.
    func adding(_ more: [JSONMember]) -> JSONValue {
        guard case .object(let members) = self else { return self }
        return .object(members + more)
    }

    /// A whole number that is there; 0 where there is none.
    func number(_ name: String) -> Int64 {
        if case .integer(let number)? = self[name] { number } else { 0 }
    }
}
