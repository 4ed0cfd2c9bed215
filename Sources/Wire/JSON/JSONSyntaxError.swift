/// Why bytes could not be read as JSON (HTTP 400), and where.
public struct JSONSyntaxError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What kind of fault it is.
    public enum Code: Sendable, Equatable {
        /// Not JSON: something else was expected at this place.
        case syntax
        /// Bytes that are not UTF-8, a byte order mark, or half of a surrogate pair.
        case encoding
        /// Nested deeper than the reader allows.
        case tooDeep
        /// An object that gives one name twice; `pointer` names it.
        case duplicateName
    }

    /// What kind of fault it is.
    public let code: Code
    /// Bytes before the fault.
    public let offset: Int
    /// The line, counted from 1.
    public let line: Int
    /// The column in characters (Unicode scalars), counted from 1.
    public let column: Int
    /// What was expected and what was found, as a clause: "expected ':' after a name, found '}'".
    public let problem: String
    /// The JSON Pointer of a name given twice, else nil.
    public let pointer: String?

    /// The problem with its place: "line 1, column 8: expected …".
    public var description: String { "line \(line), column \(column): \(problem)" }

    init(_ code: Code, at place: TextPlace, _ problem: String, pointer: String? = nil) {
        self.code = code
        (offset, line, column) = (place.offset, place.line, place.column)
        self.problem = problem
        self.pointer = pointer
    }
}

/// A place in a text, found by counting on from an earlier one: many places of one text cost one pass.
struct TextPlace {
    private(set) var offset = 0
    private(set) var line = 1
    private(set) var column = 1

    /// Moves on to an offset that is not before this one.
    mutating func advance(to target: Int, in bytes: UnsafeBufferPointer<UInt8>) {
        while offset < min(target, bytes.count) {
            let byte = bytes[offset]
            if byte == UInt8(ascii: "\n") {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
            offset += 1
        }
    }
}
