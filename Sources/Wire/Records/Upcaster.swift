/// Brings the data of an old schema version into the shape of the next one, on reading.
struct Upcaster {
    /// The type that it is for.
    var type: RecordedType
    /// The version that it reads; it writes the one above.
    var from: Int64
    /// The new shape; `v` is set by the caller.
    var raise: @Sendable (JSONValue) -> JSONValue

    /// Every step there is. None yet: all shapes are at their first version.
    static let all: [Upcaster] = []

    /// The data in the version that this server writes.
    static func current(
        _ node: JSONNode, of type: RecordedType, version: Int64 = EventCodec.version, steps: [Upcaster] = all
    ) throws(CodecError) -> JSONNode {
        guard case .integer(let written)? = node["v"] else {
            throw .invalid([Fault(pointer: "/v", detail: "must be a schema version")])
        }
        guard written >= 1, written <= version else { throw .unknownVersion(type: type.rawValue, version: written) }
        if written == version { return node }
        var value = node.value
        for from in written..<version {
            if let step = steps.first(where: { $0.type == type && $0.from == from }) { value = step.raise(value) }
        }
        return JSONNode(value.replacing("v", with: .integer(version)))
    }
}

extension JSONValue {
    /// The same object with another value under a name that it has.
    fileprivate func replacing(_ name: String, with value: JSONValue) -> JSONValue {
        guard case .object(var members) = self, let index = members.firstIndex(where: { $0.name == name }),
            members[index].value != value
        else { return self }
        members[index].value = value
        return .object(members)
    }
}
