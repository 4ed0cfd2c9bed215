/// A parsed document: its bytes, and one entry for each name and value in the order in which they stand there. Nothing
/// is copied out of the bytes before somebody asks for it, so that reading what is asked for costs little more than
/// passing over what is not.
final class JSONDocument: Sendable {
    /// A name or a value.
    struct Entry: Sendable {
        enum Kind: UInt8, Sendable {
            case null, yes, no
            /// A whole number that fits 64 bits.
            case integer
            /// Any other number.
            case number
            /// A text that stands there as it is.
            case string
            /// A text with escapes in it.
            case escaped
            case array
            /// Followed by a name and a value for each member.
            case object
        }

        var kind: Kind
        /// The bytes: of a text those between its quotes.
        var start: UInt32
        /// Of an array or object how many elements or members there are.
        var end: UInt32
        /// The entry behind this one and all that lies in it.
        var next: UInt32
        /// An integer's value; a name's tag; of an object the marks of its names.
        var number: Int64 = 0

        /// How many members or elements there are.
        var count: Int { Int(end) }
        /// A bit that is the same for the same name: an object whose marks lack it has no such member.
        var mark: UInt64 { kind == .escaped ? .max : JSONDocument.mark(of: number) }
    }

    let bytes: [UInt8]
    let entries: [Entry]

    init(bytes: [UInt8], entries: [Entry]) { (self.bytes, self.entries) = (bytes, entries) }

    /// The document itself.
    var root: JSONNode { JSONNode(document: self, index: 0) }

    /// The text of a value; nil for any other.
    func text(at index: Int) -> String? {
        let entry = entries[index]
        return entry.kind == .string || entry.kind == .escaped ? text(entry) : nil
    }

    /// A text, decoded.
    func text(_ entry: Entry) -> String {
        bytes.withUnsafeBufferPointer { bytes in
            let piece = UnsafeBufferPointer(rebasing: bytes[Int(entry.start)..<Int(entry.end)])
            return entry.kind == .escaped ? JSONParser.unescaped(piece) : String(decoding: piece, as: UTF8.self)
        }
    }

    /// Whether a member has the name behind a tag.
    @inline(__always)
    func isNamed(_ index: Int, _ name: String, tag: Int64) -> Bool {
        let entry = entries[index]
        if entry.kind == .escaped { return text(entry) == name }
        guard entry.number == tag else { return false }
        return name.utf8.count <= 7 || isNamedBehindTag(entry, name)
    }

    /// Compares what of a name its tag does not hold, eight bytes at once, the last ones together with some before them.
    private func isNamedBehindTag(_ entry: Entry, _ name: String) -> Bool {
        guard name.utf8.count == Int(entry.end - entry.start) else { return false }
        var name = name
        return name.withUTF8 { name in
            bytes.withUnsafeBytes { bytes in
                let (start, last) = (Int(entry.start), name.count - 8)
                let name = UnsafeRawBufferPointer(name)
                func isSame(at place: Int) -> Bool {
                    bytes.loadUnaligned(fromByteOffset: start + place, as: UInt64.self)
                        == name.loadUnaligned(fromByteOffset: place, as: UInt64.self)
                }
                var place = 7
                while place < last {
                    if !isSame(at: place) { return false }
                    place += 8
                }
                return isSame(at: last)
            }
        }
    }

    /// Tells most names apart at one look: a name's length and its first seven bytes.
    @inline(__always)
    static func tag(of name: UnsafeBufferPointer<UInt8>) -> Int64 {
        let bytes = UnsafeRawBufferPointer(name)
        var tag = UInt64(truncatingIfNeeded: bytes.count) &<< 56
        if bytes.count >= 8 {
            tag |= UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self)) & 0x00FF_FFFF_FFFF_FFFF
        } else if bytes.count >= 4 {
            // Two halves, which may overlap.
            let rest = bytes.count - 4
            tag |= UInt64(UInt32(littleEndian: bytes.loadUnaligned(as: UInt32.self)))
            tag |=
                UInt64(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: rest, as: UInt32.self)))
                &<< UInt64(8 * rest)
        } else {
            for offset in bytes.indices { tag |= UInt64(bytes[offset]) &<< UInt64(8 * offset) }
        }
        return Int64(bitPattern: tag)
    }

    @inline(__always)
    static func tag(of name: String) -> Int64 {
        if let tag = name.utf8.withContiguousStorageIfAvailable(tag) { return tag }
        var name = name
        return name.withUTF8(tag)
    }

    /// One of 64 bits.
    static func mark(of tag: Int64) -> UInt64 {
        1 &<< ((UInt64(bitPattern: tag) &* 0x9E37_79B9_7F4A_7C15) &>> 58)
    }

    /// A value as a tree.
    func value(at index: Int) -> JSONValue {
        let entry = entries[index]
        switch entry.kind {
        case .null: return .null
        case .yes: return .bool(true)
        case .no: return .bool(false)
        case .integer: return .integer(entry.number)
        case .number: return .number(text(entry))
        case .string, .escaped: return .string(text(entry))
        case .array:
            var elements: [JSONValue] = []
            elements.reserveCapacity(entry.count)
            forEachElement(of: index) { elements.append(value(at: $0)) }
            return .array(elements)
        case .object:
            var members: [JSONMember] = []
            members.reserveCapacity(entry.count)
            var at = index + 1
            while at < Int(entry.next) {
                members.append(JSONMember(text(entries[at]), value(at: at + 1)))
                at = Int(entries[at + 1].next)
            }
            return .object(members)
        }
    }

    /// The elements of an array, in order.
    func forEachElement(of array: Int, _ body: (Int) -> Void) {
        var at = array + 1
        while at < Int(entries[array].next) {
            body(at)
            at = Int(entries[at].next)
        }
    }

    /// What a value is, for messages.
    func kind(at index: Int) -> String {
        switch entries[index].kind {
        case .null: "null"
        case .yes, .no: "a boolean"
        case .integer, .number: "a number"
        case .string, .escaped: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}

/// A value in a document.
struct JSONNode: Sendable {
    let document: JSONDocument
    let index: Int

    /// As a tree.
    var value: JSONValue { document.value(at: index) }

    /// The value of an object's member; nil where there is none or this is not an object.
    subscript(name: String) -> JSONValue? {
        let entry = document.entries[index]
        guard entry.kind == .object else { return nil }
        let tag = JSONDocument.tag(of: name)
        var at = index + 1
        while at < Int(entry.next) {
            if document.isNamed(at, name, tag: tag) { return document.value(at: at + 1) }
            at = Int(document.entries[at + 1].next)
        }
        return nil
    }

    /// A tree, as if it had been read. For what is rare: it is written and read again.
    init(_ value: JSONValue) {
        var writer = JSONWriter()
        writer.value(value)
        let null = JSONDocument(bytes: [], entries: [.init(kind: .null, start: 0, end: 0, next: 1)])
        self = (try? JSONReader.node(writer.bytes, maximumDepth: .max, strict: false)) ?? null.root
    }

    init(document: JSONDocument, index: Int) { (self.document, self.index) = (document, index) }
}
