/// Reads one JSON object member by member and gathers every fault, so that a caller learns all of them at once.
///
/// Each method names a member; what nobody named is a fault when the object is closed. A result of nil means that the
/// member is absent (where that is allowed) or wrong (then a fault was noted): ask for everything, then ``finish()``.
/// `null` counts as absent.
public final class ObjectReader {
    /// Where an object lies: told in full only when a fault must be named.
    enum Place {
        case pointer(JSONPointer)
        case member(ObjectReader, String)
        case element(ObjectReader, String, Int)
    }

    private let origin: Place
    /// What is wrong so far, shared with the readers of the whole document.
    public let faults: FaultList
    let document: JSONDocument
    /// The object's entry.
    private let object: Int
    /// False when the value was no object: then its members are not missed one by one.
    let isObject: Bool
    /// Where the members end, how many there are, and the marks of their names.
    private let end: Int
    private let count: Int
    private let marks: UInt64
    /// The names asked for so far, for hints.
    private(set) var known: [String] = []
    /// The member behind the one found last, where the next one asked for mostly is: its entry and its number.
    private var nextEntry: Int
    private var nextNumber = 0
    /// Which members were found, by their numbers: a word for the first 64, a set for what a hostile body adds.
    private var seen: UInt64 = 0
    private var seenBeyond: Set<Int> = []

    /// A reader of this value; a fault is noted when it is not an object.
    public convenience init(_ value: JSONValue, at place: JSONPointer = .root, faults: FaultList = FaultList()) {
        self.init(JSONNode(value), at: .pointer(place), faults: faults)
    }

    init(_ node: JSONNode, at origin: Place = .pointer(.root), faults: FaultList = FaultList()) {
        (self.origin, self.faults, document, object) = (origin, faults, node.document, node.index)
        let entry = node.document.entries[node.index]
        isObject = entry.kind == .object
        (end, count) = isObject ? (Int(entry.next), entry.count) : (0, 0)
        marks = isObject ? UInt64(bitPattern: entry.number) : 0
        nextEntry = node.index + 1
        if !isObject { faults.add(at: place, "must be an object, not \(node.document.kind(at: node.index))") }
    }

    /// Where the object is.
    public var place: JSONPointer {
        switch origin {
        case .pointer(let pointer): pointer
        case .member(let parent, let name): parent.place(of: name)
        case .element(let parent, let name, let index): .element(parent.place(of: name), index)
        }
    }

    /// The entry of a member's value; nil when it is absent or null.
    func entry(_ name: String) -> Int? {
        if faults.keepsNames { known.append(name) }
        guard let (index, number) = find(name) else { return nil }
        see(number)
        (nextEntry, nextNumber) = (Int(document.entries[index].next), number + 1)
        return document.entries[index].kind == .null ? nil : index
    }

    /// The entry of a member's value, and the member's number. Who asks in the document's order finds at once, and most
    /// of what is absent has a mark that no name there has.
    @inline(__always)
    private func find(_ name: String) -> (index: Int, number: Int)? {
        let tag = JSONDocument.tag(of: name)
        guard marks & JSONDocument.mark(of: tag) != 0 else { return nil }
        if nextEntry < end, document.isNamed(nextEntry, name, tag: tag) { return (nextEntry + 1, nextNumber) }
        return search(for: name, tag)
    }

    private func search(for name: String, _ tag: Int64) -> (index: Int, number: Int)? {
        var (at, number) = (nextEntry, nextNumber)
        for _ in 0..<count {
            if at >= end { (at, number) = (object + 1, 0) }
            if document.isNamed(at, name, tag: tag) { return (at + 1, number) }
            (at, number) = (Int(document.entries[at + 1].next), number + 1)
        }
        return nil
    }

    @inline(__always)
    private func see(_ number: Int) {
        if number < 64 { seen |= 1 &<< UInt64(number) } else { seenBeyond.insert(number) }
    }

    private func hasSeen(_ number: Int) -> Bool {
        number < 64 ? seen & (1 &<< UInt64(number)) != 0 : seenBeyond.contains(number)
    }

    private var hasSeenAll: Bool { count < 64 && seen == 1 &<< UInt64(count) &- 1 }

    /// The entry of a member that must be there; a fault and nil when it is absent or null.
    func requiredEntry(_ name: String) -> Int? {
        if let index = entry(name) { return index }
        if isObject { fault(at: name, "is required") }
        return nil
    }

    /// The value of a member that may be absent; nil when it is absent or null.
    public func optional(_ name: String) -> JSONValue? { entry(name).map(document.value) }

    /// The value of a member that must be there; a fault and nil when it is absent or null.
    public func required(_ name: String) -> JSONValue? { requiredEntry(name).map(document.value) }

    /// Whether a member is there and not null; does not count as naming it.
    public func has(_ name: String) -> Bool {
        find(name).map { document.entries[$0.index].kind != .null } ?? false
    }

    /// Whether a member is there and null; does not count as naming it.
    public func isNull(_ name: String) -> Bool {
        find(name).map { document.entries[$0.index].kind == .null } ?? false
    }

    /// Members that nobody has named yet, in order; they count as named from now on.
    public func remaining() -> [JSONMember] {
        var rest: [JSONMember] = []
        for (index, number) in unseen() {
            see(number)
            rest.append(JSONMember(document.text(document.entries[index]), document.value(at: index + 1)))
        }
        return rest
    }

    /// The entries and the numbers of the names that nobody has asked for.
    private func unseen() -> [(index: Int, number: Int)] {
        guard isObject, !hasSeenAll else { return [] }
        var unseen: [(index: Int, number: Int)] = []
        var (at, number) = (object + 1, 0)
        while at < end {
            if !hasSeen(number) { unseen.append((at, number)) }
            (at, number) = (Int(document.entries[at + 1].next), number + 1)
        }
        return unseen
    }

    /// Notes a fault at a member.
    public func fault(at name: String, _ detail: @autoclosure () -> String) {
        faults.add(at: place(of: name), detail())
    }

    /// The place of a member.
    public func place(of name: String) -> JSONPointer { .member(place, name) }

    /// Notes every member that nobody has named.
    public func close() {
        for (index, _) in unseen() {
            let name = document.text(document.entries[index])
            fault(at: name, "is not a known member" + Spelling.hint(for: name, among: known))
        }
    }

    /// Reads a document, and throws everything that is wrong with it. Names are only remembered, for hints, where
    /// something is: then it is read once more.
    static func reading<Value>(
        _ node: JSONNode, _ read: (ObjectReader) -> Value?
    ) throws(ValidationFaults) -> Value {
        let reader = ObjectReader(node, faults: FaultList(keepsNames: false))
        let result = read(reader)
        reader.close()
        if reader.faults.faults.isEmpty, let result { return result }
        let again = ObjectReader(node)
        return try again.finish(read(again))
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
