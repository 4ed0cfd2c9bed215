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
    /// Unchecked: no access to it calls anything that has another one, and checking each would cost as much as the search.
    @exclusivity(unchecked) private var cursor: ObjectCursor
    /// The names asked for so far, for hints.
    private(set) var known: [String] = []

    /// A reader of this value; a fault is noted when it is not an object.
    public convenience init(_ value: JSONValue, at place: JSONPointer = .root, faults: FaultList = FaultList()) {
        self.init(JSONNode(value), at: .pointer(place), faults: faults)
    }

    init(_ node: JSONNode, at origin: Place = .pointer(.root), faults: FaultList = FaultList()) {
        (self.origin, self.faults, document) = (origin, faults, node.document)
        cursor = ObjectCursor(at: node.index, in: node.document)
        noteUnlessObject(node.index)
    }

    private func noteUnlessObject(_ index: Int) {
        if !isObject { faults.add(at: place, "must be an object, not \(document.kind(at: index))") }
    }

    /// False when the value was no object: then its members are not missed one by one.
    var isObject: Bool { cursor.isObject }

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
        guard let index = cursor.take(name, in: document) else { return nil }
        return document.entries[index].kind == .null ? nil : index
    }

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
        cursor.find(name, in: document).map { document.entries[$0.index].kind != .null } ?? false
    }

    /// Whether a member is there and null; does not count as naming it.
    public func isNull(_ name: String) -> Bool {
        cursor.find(name, in: document).map { document.entries[$0.index].kind == .null } ?? false
    }

    /// Members that nobody has named yet, in order; they count as named from now on.
    public func remaining() -> [JSONMember] {
        var rest: [JSONMember] = []
        for (index, number) in cursor.unseen(in: document) {
            cursor.see(number)
            rest.append(JSONMember(document.text(document.entries[index]), document.value(at: index + 1)))
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
        for (index, _) in cursor.unseen(in: document) {
            let name = document.text(document.entries[index])
            fault(at: name, "is not a known member" + Spelling.hint(for: name, among: known))
        }
    }

    /// Reads an object within this one by this very reader, which stands there until `body` ends: a reader for each would
    /// cost more than what it reads. For a `body` that asks nothing of the whole.
    ///
    /// Where something is wrong, this finds out that it is, and reading once more what and where (``reading(_:_:)``).
    func part<Value>(at index: Int, _ place: @autoclosure () -> Place, _ body: (ObjectReader) -> Value?) -> Value? {
        guard !faults.keepsNames else { return nested(index, at: place(), body) }
        var whole = ObjectCursor(at: index, in: document)
        swap(&cursor, &whole)
        defer { swap(&cursor, &whole) }
        noteUnlessObject(index)
        let result = body(self)
        close()
        return result
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
