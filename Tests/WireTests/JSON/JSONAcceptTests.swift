import Testing
import Wire

@Suite("Valid JSON is read exactly")
struct JSONAcceptTests {
    static let values: [(String, JSONValue)] = [
        ("null", .null), ("true", .bool(true)), ("false", .bool(false)),
        ("0", .integer(0)), ("-0", .integer(0)), ("7", .integer(7)), ("-12", .integer(-12)),
        (" \t\r\n1 \t\r\n", .integer(1)),
        ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
        ("9223372036854775808", .number("9223372036854775808")),
        ("-9223372036854775809", .number("-9223372036854775809")),
        ("99999999999999999999999999999999", .number("99999999999999999999999999999999")),
        ("18446744073709551617", .number("18446744073709551617")),
        ("1.0", .number("1.0")), ("-0.0", .number("-0.0")), ("0.1", .number("0.1")),
        ("1e5", .number("1e5")), ("1E+5", .number("1E+5")), ("1e-5", .number("1e-5")), ("0e0", .number("0e0")),
        ("12.50e99999", .number("12.50e99999")),
        ("\"\"", .string("")), ("\"abc\"", .string("abc")), ("\" \"", .string(" ")),
        ("\"é日🧾\"", .string("é日🧾")), ("\"\u{7F}\"", .string("\u{7F}")), ("\"\u{2028}\"", .string("\u{2028}")),
        (#""\"\\\/\b\f\n\r\t""#, .string("\"\\/\u{8}\u{C}\n\r\t")),
        (#""\u0041\u00e9\u65E5""#, .string("Aé日")), (#""\ud83e\uddfe!""#, .string("🧾!")),
        (#""\u0000""#, .string("\u{0}")), (#""a\u0041b\u0042c""#, .string("aAbBc")),
        (#""\uDBFF\uDFFF""#, .string("\u{10FFFF}")), (#""\uFFFF""#, .string("\u{FFFF}")),
        (#""é\né""#, .string("é\né")),
        ("[]", .array([])), ("[ ]", .array([])), ("[1]", .array([.integer(1)])),
        ("[ 1 , 2 ]", .array([.integer(1), .integer(2)])), ("[[],[[]]]", .array([.array([]), .array([.array([])])])),
        ("[null,true]", .array([.null, .bool(true)])),
        ("{}", .object([])), ("{ }", .object([])),
        (#"{"a":1}"#, .object([JSONMember("a", .integer(1))])),
        (#"{ "a" : 1 , "b" : [] }"#, .object([JSONMember("a", .integer(1)), JSONMember("b", .array([]))])),
        (#"{"":null}"#, .object([JSONMember("", .null)])),
        (#"{"\u0061":{}}"#, .object([JSONMember("a", .object([]))])),
        (#"{"b":1,"a":2}"#, .object([JSONMember("b", .integer(1)), JSONMember("a", .integer(2))])),
        (#"{"a":{"a":1}}"#, .object([JSONMember("a", .object([JSONMember("a", .integer(1))]))])),
    ]

    @Test("a valid document has its value", arguments: values)
    func valid(text: String, value: JSONValue) throws {
        #expect(try JSONReader.read(Array(text.utf8)) == value)
    }

    @Test("what is written reads back the same", arguments: values)
    func roundTrip(text: String, value: JSONValue) throws {
        #expect(try JSONReader.read(bytes(of: value)) == value)
    }

    @Test("arrays and objects may nest 32 deep and no deeper", arguments: [("[", "]"), (#"{"a":"#, "}")])
    func depth(open: String, close: String) throws {
        func nested(_ depth: Int) -> [UInt8] {
            Array((String(repeating: open, count: depth) + "[]" + String(repeating: close, count: depth)).utf8)
        }
        #expect(throws: Never.self) { try JSONReader.read(nested(31)) }
        let error = #expect(throws: JSONSyntaxError.self) { try JSONReader.read(nested(32)) }
        #expect(error?.code == .tooDeep)
        #expect(throws: JSONSyntaxError.self) { try JSONReader.read(nested(200_000)) }
    }

    @Test("a sibling of a deep value starts from the same depth")
    func siblings() throws {
        let pairs = String(repeating: "[[]],", count: 50) + "{\"a\":{}}"
        #expect(throws: Never.self) { try JSONReader.read(Array("[\(pairs)]".utf8), maximumDepth: 3) }
    }
}
