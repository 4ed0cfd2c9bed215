/// How far an object of a document has been read: which of its members were asked for, and where the next one is looked for.
struct ObjectCursor {
    /// The object's entry.
    private let object: Int
    /// False when the value was no object: then its members are not missed one by one.
    let isObject: Bool
    /// Where the members end, how many there are, and the marks of their names.
    private let end: Int
    private let count: Int
    private let marks: UInt64
    /// The member behind the one found last, where the next one asked for mostly is: its entry and its number.
    private var nextEntry: Int
    private var nextNumber = 0
    /// Which members were found, by their numbers: a word for the first 64, a set for what a hostile body adds.
    private var seen: UInt64 = 0
    private var seenBeyond: Set<Int> = []

    init(at index: Int, in document: JSONDocument) {
        let entry = document.entries[index]
        object = index
        isObject = entry.kind == .object
        (end, count) = isObject ? (Int(entry.next), entry.count) : (0, 0)
        marks = isObject ? UInt64(bitPattern: entry.number) : 0
        nextEntry = index + 1
    }

    /// The entry of a member's value, and the member's number. Who asks in the document's order finds at once, and most
    /// of what is absent has a mark that no name there has.
    @inline(__always)
    func find(_ name: String, in document: JSONDocument) -> (index: Int, number: Int)? {
        let tag = JSONDocument.tag(of: name)
        guard marks & JSONDocument.mark(of: tag) != 0 else { return nil }
        if nextEntry < end, document.isNamed(nextEntry, name, tag: tag) { return (nextEntry + 1, nextNumber) }
        return search(for: name, tag, in: document)
    }

    private func search(for name: String, _ tag: Int64, in document: JSONDocument) -> (index: Int, number: Int)? {
        var (at, number) = (nextEntry, nextNumber)
        for _ in 0..<count {
            if at >= end { (at, number) = (object + 1, 0) }
            if document.isNamed(at, name, tag: tag) { return (at + 1, number) }
            (at, number) = (Int(document.entries[at + 1].next), number + 1)
        }
        return nil
    }

    /// Finds a member's value, and counts the member as asked for.
    @inline(__always)
    mutating func take(_ name: String, in document: JSONDocument) -> Int? {
        guard let (index, number) = find(name, in: document) else { return nil }
        see(number)
        (nextEntry, nextNumber) = (Int(document.entries[index].next), number + 1)
        return index
    }

    /// Counts a member as asked for.
    @inline(__always)
    mutating func see(_ number: Int) {
        if number < 64 { seen |= 1 &<< UInt64(number) } else { seenBeyond.insert(number) }
    }

    private func hasSeen(_ number: Int) -> Bool {
        number < 64 ? seen & (1 &<< UInt64(number)) != 0 : seenBeyond.contains(number)
    }

    /// Whether every member was asked for; false is said of more than 63, too.
    private var hasSeenAll: Bool { count < 64 && seen == 1 &<< UInt64(count) &- 1 }

    /// The entries and the numbers of the names that nobody has asked for.
    func unseen(in document: JSONDocument) -> [(index: Int, number: Int)] {
        guard isObject, !hasSeenAll else { return [] }
        var unseen: [(index: Int, number: Int)] = []
        var (at, number) = (object + 1, 0)
        while at < end {
            if !hasSeen(number) { unseen.append((at, number)) }
            (at, number) = (Int(document.entries[at + 1].next), number + 1)
        }
        return unseen
    }
}
