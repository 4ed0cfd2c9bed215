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

    init(
        _ code: Code, at offset: Int, in bytes: UnsafeBufferPointer<UInt8>, _ problem: String, pointer: String? = nil
    ) {
        var line = 1
        var column = 1
        for byte in bytes.prefix(offset) {
            if byte == UInt8(ascii: "\n") {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
        }
        self.code = code
        self.offset = offset
        self.line = line
        self.column = column
        self.problem = problem
        self.pointer = pointer
    }
}
