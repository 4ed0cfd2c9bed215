/// Reads one JSON object member by member and gathers every fault, so that a caller learns all of them at once.
///
/// Each method names a member; what nobody named is a fault when the object is closed. A result of nil means that the
/// member is absent (where that is allowed) or wrong (then a fault was noted): ask for everything, then ``finish()``.
/// `null` counts as absent.
public final class ObjectReader {
    /// Where the object is.
    public let place: JSONPointer
    /// What is wrong so far, shared with the readers of the whole document.
    public let faults: FaultList
    private let members: [JSONMember]
    /// False when the value was no object: then its members are not missed one by one.
    let isObject: Bool
    /// The names asked for so far, for hints.
    private(set) var known: [String] = []
    private var seen = SeenMembers()

    /// A reader of this value; a fault is noted when it is not an object.
    public init(_ value: JSONValue, at place: JSONPointer = .root, faults: FaultList = FaultList()) {
        self.place = place
        self.faults = faults
        if case .object(let members) = value {
            self.members = members
            isObject = true
        } else {
            members = []
            isObject = false
            faults.add(at: place, "must be an object, not \(value.kind)")
        }
        known.reserveCapacity(16)
    }

    /// The value of a member that may be absent; nil when it is absent or null.
    public func optional(_ name: String) -> JSONValue? {
        known.append(name)
        guard let index = members.firstIndex(where: { $0.name == name }) else { return nil }
        seen.insert(index)
        let value = members[index].value
        return value == .null ? nil : value
    }

    /// The value of a member that must be there; a fault and nil when it is absent or null.
    public func required(_ name: String) -> JSONValue? {
        if let value = optional(name) { return value }
        if isObject { fault(at: name, "is required") }
        return nil
    }

    /// Whether a member is there and not null; does not count as naming it.
    public func has(_ name: String) -> Bool {
        members.contains { $0.name == name && $0.value != .null }
    }

    /// Whether a member is there and null; does not count as naming it.
    public func isNull(_ name: String) -> Bool {
        members.contains { $0.name == name && $0.value == .null }
    }

    /// Members that nobody has named yet, in order; they count as named from now on.
    public func remaining() -> [JSONMember] {
        var rest: [JSONMember] = []
        for (index, member) in members.enumerated() where !seen.contains(index) {
            seen.insert(index)
            rest.append(member)
        }
        return rest
    }

    /// Notes a fault at a member.
    public func fault(at name: String, _ detail: @autoclosure () -> String) {
        faults.add(at: place(of: name), detail())
    }

    /// The place of a member.
    public func place(of name: String) -> JSONPointer { .member(place, name) }

    /// Notes every member that nobody has named.
    public func close() {
        for (index, member) in members.enumerated() where !seen.contains(index) {
            fault(at: member.name, "is not a known member" + Spelling.hint(for: member.name, among: known))
        }
    }

    /// Closes the object and throws everything that was noted in the document.
    public func finish() throws(ValidationFaults) {
        close()
        try faults.check()
    }

    /// Closes the object and gives back what was built; a value that could not be built is a fault by itself.
    public func finish<Value>(_ value: Value?) throws(ValidationFaults) -> Value {
        try finish()
        guard let value else { throw ValidationFaults([Fault(pointer: place.text, detail: "is incomplete")]) }
        return value
    }
}

/// Positions of members: a word for the first 64, a set for what a hostile body adds.
private struct SeenMembers {
    private var first: UInt64 = 0
    private var others: Set<Int> = []

    func contains(_ index: Int) -> Bool {
        index < 64 ? first & (1 << UInt64(index)) != 0 : others.contains(index)
    }

    mutating func insert(_ index: Int) {
        if index < 64 { first |= 1 << UInt64(index) } else { others.insert(index) }
    }
}
