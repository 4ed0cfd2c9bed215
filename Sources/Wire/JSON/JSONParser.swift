/// A recursive-descent parser over bytes. Its depth, and so its stack, is bounded.
///
/// The bytes are not owned: an array would be counted up and down at every step. Each access stands behind a
/// comparison with `count`.
struct JSONParser {
    typealias Entry = JSONDocument.Entry

    let bytes: UnsafeBufferPointer<UInt8>
    let maximumDepth: Int
    var at = 0
    /// What has been read so far.
    private(set) var entries: [Entry] = []
    /// Where the first name stands that its object had given before; the entries then hold both.
    private(set) var duplicateOffset: Int?
    private var depth = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>, maximumDepth: Int) {
        self.bytes = bytes
        self.maximumDepth = maximumDepth
        // Names and values come to about one in eight bytes.
        entries.reserveCapacity(min(bytes.count / 8 + 8, 4096))
    }

    mutating func start() throws(JSONSyntaxError) {
        if bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF {
            throw failure(.encoding, "a byte order mark is not allowed")
        }
        guard bytes.count < Int(UInt32.max) else { throw failure(.syntax, "more than 4 GiB", at: 0) }
        skipSpace()
    }

    mutating func finish() throws(JSONSyntaxError) {
        skipSpace()
        guard at == bytes.count else { throw unexpected("the end of the text") }
    }

    mutating func takeDuplicateOffset() -> Int? {
        defer { duplicateOffset = nil }
        return duplicateOffset
    }

    /// Reads the value that begins here, after any space was skipped, into ``entries``.
    mutating func value() throws(JSONSyntaxError) {
        guard at < bytes.count else { throw unexpected("a value") }
        switch bytes[at] {
        case UInt8(ascii: "\""): try string()
        case UInt8(ascii: "{"): try object()
        case UInt8(ascii: "["): try array()
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try number()
        case UInt8(ascii: "t"): try word("true", .yes)
        case UInt8(ascii: "f"): try word("false", .no)
        case UInt8(ascii: "n"): try word("null", .null)
        default: throw unexpected("a value")
        }
    }

    /// Adds what has just been read; offsets fit, because no document is that long.
    @inline(__always)
    mutating func add(_ kind: Entry.Kind, _ range: Range<Int>, number: Int64 = 0) {
        entries.append(
            Entry(
                kind: kind, start: UInt32(truncatingIfNeeded: range.lowerBound),
                end: UInt32(truncatingIfNeeded: range.upperBound),
                next: UInt32(truncatingIfNeeded: entries.count + 1), number: number))
    }

    /// Ends the array or object that was begun at `index`.
    private mutating func end(_ index: Int, count: Int, marks: UInt64 = 0) {
        depth -= 1
        entries[index].end = UInt32(truncatingIfNeeded: count)
        entries[index].next = UInt32(truncatingIfNeeded: entries.count)
        entries[index].number = Int64(bitPattern: marks)
    }

    private mutating func word(_ word: StaticString, _ kind: Entry.Kind) throws(JSONSyntaxError) {
        let end = at + word.utf8CodeUnitCount
        let matches = word.withUTF8Buffer { end <= bytes.count && bytes[at..<end].elementsEqual($0) }
        guard matches else { throw failure(.syntax, "expected a value: \"\(word)\" is not spelled out") }
        add(kind, at..<end)
        at = end
    }

    private mutating func object() throws(JSONSyntaxError) {
        let index = entries.count
        add(.object, at..<at)
        try descend()
        var names = SeenNames()
        skipSpace()
        if take(UInt8(ascii: "}")) { return end(index, count: 0) }
        while true {
            let nameOffset = at
            guard at < bytes.count, bytes[at] == UInt8(ascii: "\"") else { throw unexpected("a name in quotes") }
            try string(isName: true)
            if !names.insert(in: self, from: index + 1), duplicateOffset == nil { duplicateOffset = nameOffset }
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw unexpected("':' after a name") }
            skipSpace()
            try value()
            skipSpace()
            if take(UInt8(ascii: "}")) { return end(index, count: names.count, marks: names.marks) }
            guard take(UInt8(ascii: ",")) else { throw unexpected("',' or '}' after a member") }
            skipSpace()
        }
    }

    private mutating func array() throws(JSONSyntaxError) {
        let index = entries.count
        add(.array, at..<at)
        guard beginsArray() else { throw unexpected("'['") }
        try deepEnough()
        var count = 0
        while try nextElement(isFirst: count == 0) {
            try value()
            count += 1
        }
        depth += 1
        end(index, count: count)
    }

    /// Enters an array when one begins here.
    mutating func beginsArray() -> Bool {
        guard take(UInt8(ascii: "[")) else { return false }
        depth += 1
        return true
    }

    /// Moves to the next element of the array; false when it has ended and was left.
    mutating func nextElement(isFirst: Bool) throws(JSONSyntaxError) -> Bool {
        skipSpace()
        if take(UInt8(ascii: "]")) {
            depth -= 1
            return false
        }
        if isFirst { return true }
        guard take(UInt8(ascii: ",")) else { throw unexpected("',' or ']' after an element") }
        skipSpace()
        return true
    }

    private mutating func descend() throws(JSONSyntaxError) {
        at += 1
        depth += 1
        try deepEnough()
    }

    private func deepEnough() throws(JSONSyntaxError) {
        if depth > maximumDepth { throw failure(.tooDeep, "nested deeper than \(maximumDepth) levels", at: at - 1) }
    }

    mutating func take(_ byte: UInt8) -> Bool {
        guard at < bytes.count, bytes[at] == byte else { return false }
        at += 1
        return true
    }

    mutating func skipSpace() {
        while at < bytes.count {
            let byte = bytes[at]
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
            at += 1
        }
    }

    func failure(_ code: JSONSyntaxError.Code, _ problem: String, at offset: Int? = nil) -> JSONSyntaxError {
        var place = TextPlace()
        place.advance(to: offset ?? at, in: bytes)
        return JSONSyntaxError(code, at: place, problem)
    }

    func unexpected(_ wanted: String) -> JSONSyntaxError {
        guard at < bytes.count else { return failure(.syntax, "expected \(wanted), found the end of the text") }
        let byte = bytes[at]
        let found =
            byte > 0x20 && byte < 0x7F
            ? "'\(Character(Unicode.Scalar(byte)))'" : "the byte 0x" + String(byte, radix: 16, uppercase: true)
        return failure(.syntax, "expected \(wanted), found \(found)")
    }
}

/// Tells whether an object has given a name before. Most names are told apart by a few of their bits; for the others
/// the object is looked through while it is small, and a set kept when a hostile one grows.
private struct SeenNames {
    private static let linearLimit = 32
    /// Those of all names so far.
    private(set) var marks: UInt64 = 0
    private(set) var count = 0
    /// Nil until the object is large.
    private var names: Set<String>?

    /// False when the name read last is among the members from entry `first` on already.
    @inline(__always)
    mutating func insert(in parser: borrowing JSONParser, from first: Int) -> Bool {
        let last = parser.entries.count - 1
        let mark = parser.entries[last].mark
        count += 1
        let isNew = marks & mark == 0
        marks |= mark
        if count > Self.linearLimit { return insertIntoSet(parser, first, last) }
        return isNew || !isAmong(parser, first, last)
    }

    private func isAmong(_ parser: borrowing JSONParser, _ first: Int, _ last: Int) -> Bool {
        let name = parser.entries[last]
        var at = first
        while at < last {
            if parser.isSame(parser.entries[at], name) { return true }
            at = Int(parser.entries[at + 1].next)
        }
        return false
    }

    private mutating func insertIntoSet(_ parser: borrowing JSONParser, _ first: Int, _ last: Int) -> Bool {
        var names = self.names.take() ?? []
        defer { self.names = names }
        if names.isEmpty {
            var at = first
            while at < last {
                names.insert(parser.text(parser.entries[at]))
                at = Int(parser.entries[at + 1].next)
            }
        }
        return names.insert(parser.text(parser.entries[last])).inserted
    }
}

extension JSONParser {
    fileprivate func isSame(_ name: Entry, _ other: Entry) -> Bool {
        if name.kind == .string, other.kind == .string, name.number != other.number { return false }
        return text(name) == text(other)
    }

    fileprivate func text(_ name: Entry) -> String {
        let piece = UnsafeBufferPointer(rebasing: bytes[Int(name.start)..<Int(name.end)])
        return name.kind == .escaped ? JSONParser.unescaped(piece) : String(decoding: piece, as: UTF8.self)
    }
}
