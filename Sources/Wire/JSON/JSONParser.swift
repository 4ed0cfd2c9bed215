/// A recursive-descent parser over bytes. Its depth, and so its stack, is bounded.
///
/// The bytes are not owned: an array would be counted up and down at every step. Each access stands behind a
/// comparison with `count`.
struct JSONParser {
    let bytes: UnsafeBufferPointer<UInt8>
    let maximumDepth: Int
    var at = 0
    /// Where the first name stands that its object had given before; the tree then holds both.
    private(set) var duplicateOffset: Int?
    private var depth = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>, maximumDepth: Int) {
        self.bytes = bytes
        self.maximumDepth = maximumDepth
    }

    mutating func start() throws(JSONSyntaxError) {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
            throw failure(.encoding, "a byte order mark is not allowed")
        }
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

    /// Reads the value that begins here, after any space was skipped.
    mutating func value() throws(JSONSyntaxError) -> JSONValue {
        guard at < bytes.count else { throw unexpected("a value") }
        switch bytes[at] {
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "{"): return try object()
        case UInt8(ascii: "["): return try array()
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: throw unexpected("a value")
        }
    }

    private mutating func word(_ word: StaticString, _ value: JSONValue) throws(JSONSyntaxError) -> JSONValue {
        let end = at + word.utf8CodeUnitCount
        let matches = word.withUTF8Buffer { end <= bytes.count && bytes[at..<end].elementsEqual($0) }
        guard matches else { throw failure(.syntax, "expected a value: \"\(word)\" is not spelled out") }
        at = end
        return value
    }

    private mutating func object() throws(JSONSyntaxError) -> JSONValue {
        try descend()
        var members: [JSONMember] = []
        var names = SeenNames()
        skipSpace()
        if take(UInt8(ascii: "}")) { return leave(.object([])) }
        members.reserveCapacity(8)
        while true {
            let nameOffset = at
            guard at < bytes.count, bytes[at] == UInt8(ascii: "\"") else { throw unexpected("a name in quotes") }
            let name = try string()
            if !names.insert(name, after: members), duplicateOffset == nil { duplicateOffset = nameOffset }
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw unexpected("':' after a name") }
            skipSpace()
            members.append(JSONMember(name, try value()))
            skipSpace()
            if take(UInt8(ascii: "}")) { return leave(.object(members)) }
            guard take(UInt8(ascii: ",")) else { throw unexpected("',' or '}' after a member") }
            skipSpace()
        }
    }

    private mutating func array() throws(JSONSyntaxError) -> JSONValue {
        guard beginsArray() else { throw unexpected("'['") }
        try deepEnough()
        var elements: [JSONValue] = []
        while try nextElement(isFirst: elements.isEmpty) { elements.append(try value()) }
        return .array(elements)
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

    private mutating func leave(_ value: JSONValue) -> JSONValue {
        depth -= 1
        return value
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

/// Tells whether an object has given a name before: by looking while it is small, by a set when a hostile one grows.
private struct SeenNames {
    private static let linearLimit = 16
    private var names: Set<String> = []

    /// False when the name is among these members already.
    mutating func insert(_ name: String, after members: [JSONMember]) -> Bool {
        if members.count < Self.linearLimit { return !members.contains { $0.name == name } }
        if names.isEmpty { names = Set(members.map(\.name)) }
        return names.insert(name).inserted
    }
}
