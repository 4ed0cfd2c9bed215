import Testing
import Wire

@Suite("A batch is read element by element")
struct JSONElementsTests {
    private func read(_ text: String, maximum: Int = 10) throws -> [Result<JSONValue, JSONSyntaxError>]? {
        try JSONReader.readElements(Array(text.utf8), maximumCount: maximum)
    }

    @Test("a name given twice spoils its own element only")
    func neighbours() throws {
        let elements = try #require(try read(#"[{"a":1},{"a":1,"b":[{"c":1,"c":2}]},{"a":3}]"#))
        #expect(elements.count == 3)
        #expect(try elements[0].get()["a"] == .integer(1))
        #expect(throws: JSONSyntaxError.self) { try elements[1].get() }
        if case .failure(let error) = elements[1] { #expect(error.pointer == "/b/0/c") }
        #expect(try elements[2].get()["a"] == .integer(3))
    }

    @Test("each fault has its own place in the whole text")
    func places() throws {
        let elements = try #require(try read("[{\"a\":1,\"a\":1},\n {},\n {\"é\":1,\"b\":2,\"b\":2}]"))
        let errors = elements.compactMap { if case .failure(let error) = $0 { error } else { nil } }
        #expect(errors.map(\.line) == [1, 3])
        #expect(errors.map(\.column) == [9, 15])
        #expect(errors.map(\.offset) == [8, 36])
    }

    @Test("anything but an array is nil", arguments: ["{}", "1", "\"[\""])
    func notAnArray(text: String) throws {
        #expect(try read(text) == nil)
    }

    @Test("a broken text is refused as a whole", arguments: ["[{},", "[{}]]", "[}", "[{} {}]", "\u{FEFF}[]", "[1,]"])
    func broken(text: String) {
        #expect(throws: JSONSyntaxError.self) { try read(text) }
    }

    @Test("reading stops one element after the maximum")
    func bound() throws {
        #expect(try read("[]")?.isEmpty == true)
        #expect(try read("[1,2,3]", maximum: 3)?.count == 3)
        #expect(try read("[1,2,3,4,5,6]", maximum: 3)?.count == 4)
    }
}
