import Testing
import Wire

@Suite("Invalid JSON is refused with its place")
struct JSONRefuseTests {
    static let texts: [String] = [
        "", " ", "\n", "nul", "nulll", "True", "TRUE", "tru", "falsey", "undefined", "NaN", "Infinity", "-Infinity",
        "+1", "01", "-01", "00", "-", "--1", "1.", ".1", "-.1", "1.e1", "1e", "1e+", "1E-", "1.2.3", "0x10", "1_000",
        "1 2", "1,", "1a", "١", "\"", "\"abc", "'abc'", "abc", "\"a\"b", "\"\t\"", "\"\n\"", "\"\u{0}\"", "\"\u{1F}\"",
        #""\x""#, #""\u""#, #""\u12""#, #""\u123g""#, #""\ 1""#, #""\""#, #""\U0041""#, #""\u00""#, #""\'""#,
        "[", "]", "[1", "[1,", "[1,]", "[,1]", "[,]", "[1 2]", "[1]]", "[1}", "[\"a\"", "[1,,2]", "[a]", "[-]",
        "{", "}", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}", "{,}", "{\"a\" 1}", "{\"a\":1 \"b\":2}",
        "{a:1}", "{1:1}", "{'a':1}", "{\"a\":1}}", "{\"a\":}", "{\"a\"::1}", "{\"a\":1,,\"b\":2}", "{null:1}", "{]",
        "{\"a\",\"b\"}", "[\"a\":1]", "// c\n1", "1 // c", "/* c */ 1", "[1,\n// c\n2]", "\u{A0}1", "\u{2003}1",
        "\u{FEFF}{}", "{}\u{0}", "\u{B}1", "\u{C}1", "<a/>", "specversion: 1.0", "{}{}", "{}\n{}", "[1]x", "é",
    ]

    @Test("a text that is not JSON is refused", arguments: texts)
    func refused(text: String) {
        #expect(throws: JSONSyntaxError.self) { try JSONReader.read(Array(text.utf8)) }
    }

    static let brokenBytes: [[UInt8]] = [
        [0x22, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xC1, 0xBF, 0x22], [0x22, 0xE9, 0x22],
        [0x22, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22], [0x22, 0xED, 0xBF, 0xBF, 0x22],
        [0x22, 0xF4, 0x90, 0x80, 0x80, 0x22], [0x22, 0xF8, 0x88, 0x80, 0x80, 0x80, 0x22], [0x22, 0xE2, 0x82, 0x22],
        [0x22, 0xE0, 0x80, 0xAF, 0x22], [0x22, 0xF0, 0x80, 0x80, 0xAF, 0x22], [0x22, 0x5C, 0x6E, 0xFF, 0x22],
        [0xEF, 0xBB, 0xBF, 0x7B, 0x7D], [0x7B, 0x22, 0xFE, 0x22, 0x3A, 0x31, 0x7D],
    ]

    @Test("bytes that are not UTF-8, and a byte order mark, are an encoding fault", arguments: brokenBytes)
    func encoding(bytes: [UInt8]) {
        let error = #expect(throws: JSONSyntaxError.self) { try JSONReader.read(bytes) }
        #expect(error?.code == .encoding)
    }

    @Test("half of a surrogate pair is an encoding fault", arguments: [
        #""\ud800""#, #""\udc00""#, #""\ud800\ud800""#, #""\ud800x""#, #""\ud800\n""#, #""\udfff\ud800""#,
        #""\ud83e \uddfe""#, #""a\uDBFFa""#, #""\ud800\u0041""#,
    ])
    func surrogates(text: String) {
        let error = #expect(throws: JSONSyntaxError.self) { try JSONReader.read(Array(text.utf8)) }
        #expect(error?.code == .encoding)
    }

    @Test("text in UTF-16 is refused", arguments: [true, false])
    func utf16(bigEndian: Bool) {
        let units = Array("{\"a\":1}".utf16).flatMap { unit -> [UInt8] in
            bigEndian ? [UInt8(unit >> 8), UInt8(unit & 0xFF)] : [UInt8(unit & 0xFF), UInt8(unit >> 8)]
        }
        #expect(throws: JSONSyntaxError.self) { try JSONReader.read(units) }
    }

    @Test("an error names byte, line and column, and what was expected", arguments: [
        ("{\"a\" 1}", 5, 1, 6, "expected ':' after a name, found '1'"),
        ("{\n  \"a\": tru\n}", 9, 2, 8, "expected a value: \"true\" is not spelled out"),
        ("[\"é\", }", 7, 1, 7, "expected a value, found '}'"),
        ("[1,\n2", 5, 2, 2, "expected ',' or ']' after an element, found the end of the text"),
        ("", 0, 1, 1, "expected a value, found the end of the text"),
        ("{} x", 3, 1, 4, "expected the end of the text, found 'x'"),
        ("\"a\u{1}", 2, 1, 3, "expected a control character to be escaped, found the byte 0x1"),
    ])
    func place(text: String, offset: Int, line: Int, column: Int, problem: String) {
        let error = #expect(throws: JSONSyntaxError.self) { try JSONReader.read(Array(text.utf8)) }
        #expect(error?.offset == offset)
        #expect(error?.line == line)
        #expect(error?.column == column)
        #expect(error?.problem == problem)
        #expect(error?.description == "line \(line), column \(column): \(problem)")
    }

    @Test("ill-formed UTF-8 is placed at its first byte")
    func placeOfIllFormed() {
        let error = #expect(throws: JSONSyntaxError.self) { try JSONReader.read(Array("\"é日".utf8) + [0xFF, 0x22]) }
        #expect(error?.offset == 6)
    }

    @Test("a name given twice is named by its pointer", arguments: [
        (#"{"a":1,"a":2}"#, "/a"), (#"{"a":1,"\u0061":1}"#, "/a"), (#"{"data":{"x":[{"q":1,"q":1}]}}"#, "/data/x/0/q"),
        (#"[1,{"b":{"":1,"":2}}]"#, "/1/b/"), (#"{"a/b~":1,"a/b~":1}"#, "/a~1b~0"), (#"{"a":null,"a":null}"#, "/a"),
    ])
    func duplicates(text: String, pointer: String) {
        let error = #expect(throws: JSONSyntaxError.self) { try JSONReader.read(Array(text.utf8)) }
        #expect(error?.code == .duplicateName)
        #expect(error?.pointer == pointer)
    }

    @Test("a name given twice is found in an object of thousands of members too")
    func duplicateAmongMany() {
        let many = (0..<5000).map { "\"k\($0)\":0" }.joined(separator: ",")
        #expect(throws: Never.self) { try JSONReader.read(Array("{\(many)}".utf8)) }
        for name in ["k0", "k15", "k16", "k4999"] {
            let error = #expect(throws: JSONSyntaxError.self) {
                try JSONReader.read(Array("{\(many),\"\(name)\":1}".utf8))
            }
            #expect(error?.pointer == "/\(name)")
        }
    }
}
