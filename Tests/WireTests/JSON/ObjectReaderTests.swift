import Testing
import Wire

@Suite("Every fault of a body is named with its pointer")
struct ObjectReaderTests {
    /// Reads a body with one member of each sort and gives back its faults as "pointer detail".
    private func faults(_ text: String) throws -> [String] {
        let reader = ObjectReader(try JSONReader.read(Array(text.utf8)))
        _ = reader.optionalString("order_id", max: 5)
        _ = reader.optionalInteger("count", in: 1...9)
        _ = reader.optionalInteger("price", in: 0...Int64.max)
        _ = reader.optionalBool("confirm")
        _ = reader.optionalWord("colour", of: ["red", "green"])
        _ = reader.optionalTime("time")
        _ = reader.optionalMoney("total", in: 0...1000)
        _ = reader.optionalStrings("tags", count: 0...2, max: 3)
        _ = reader.optionalObjects("lines", count: 1...2) { line in line.integer("quantity", in: 1...5) }
        do throws(ValidationFaults) {
            try reader.finish()
            return []
        } catch {
            return error.faults.map(\.description)
        }
    }

    @Test("a body without faults passes", arguments: [
        "{}", #"{"order_id":null,"lines":null}"#, #"{"order_id":"12345","count":9,"price":9223372036854775807}"#,
        #"{"confirm":true,"colour":"red","time":"2026-01-01T00:00:00Z","total":{"amount":0,"currency":"EUR"}}"#,
        #"{"tags":["a","bcd"],"lines":[{"quantity":1},{"quantity":5}]}"#, #"{"order_id":"日日日日日"}"#,
    ])
    func passes(text: String) throws {
        #expect(try faults(text) == [])
    }

    @Test("a wrong member says what was expected", arguments: [
        ("1", " must be an object, not a number"),
        (#"{"order_id":5}"#, "/order_id must be a string, not a number"),
        (#"{"order_id":""}"#, "/order_id must not be empty"),
        (#"{"order_id":"123456"}"#, "/order_id must be at most 5 characters long"),
        (#"{"order_id":"a\u0000"}"#, "/order_id must not contain control characters"),
        (#"{"order_id":"a\u0085"}"#, "/order_id must not contain control characters"),
        (#"{"count":"1"}"#, "/count must be a whole number, not a string"),
        (#"{"count":1.0}"#, "/count must be a whole number, without fraction or exponent"),
        (#"{"count":1e2}"#, "/count must be a whole number, without fraction or exponent"),
        (#"{"count":0}"#, "/count must be between 1 and 9"),
        (#"{"count":99999999999999999999}"#, "/count must be between 1 and 9"),
        (#"{"price":9223372036854775808}"#, "/price must be at least 0 and fit 64 bits"),
        (#"{"confirm":"true"}"#, "/confirm must be true or false, not a string"),
        (#"{"colour":"blue"}"#, "/colour must be one of red, green"),
        (#"{"colour":"geren"}"#, "/colour must be one of red, green; did you mean \"green\"?"),
        (#"{"time":"today"}"#, "/time must be an RFC 3339 time with an offset, such as 2026-11-22T10:20:30Z"),
        (#"{"total":5}"#, "/total must be an object, not a number"),
        (#"{"total":{"amount":5}}"#, "/total/currency is required"),
        (#"{"total":{"amount":5,"currency":"eur"}}"#, "/total/currency must be an ISO 4217 code: three capital letters"),
        (#"{"total":{"amount":5,"currency":"EUR","x":1}}"#, "/total/x is not a known member"),
        (#"{"tags":["a","b","c"]}"#, "/tags must have 0 to 2 elements, not 3"),
        (#"{"tags":["abcd"]}"#, "/tags/0 must be at most 3 characters long"),
        (#"{"tags":[null]}"#, "/tags/0 must be a string, not null"),
        (#"{"lines":{}}"#, "/lines must be an array, not an object"),
        (#"{"lines":[]}"#, "/lines must have 1 to 2 elements, not 0"),
        (#"{"lines":[{"quantity":1},3]}"#, "/lines/1 must be an object, not a number"),
        (#"{"lines":[{"quantiy":1,"quantity":1}]}"#,
            "/lines/0/quantiy is not a known member; did you mean \"quantity\"?"),
        (#"{"ordre_id":"x"}"#, "/ordre_id is not a known member; did you mean \"order_id\"?"),
        (#"{"zebra":1}"#, "/zebra is not a known member"),
        (#"{"a/b~c":1}"#, "/a~1b~0c is not a known member"),
        (#"{"":1}"#, "/ is not a known member"),
    ])
    func wrong(text: String, fault: String) throws {
        #expect(try faults(text) == [fault].map { $0.hasPrefix(" ") ? String($0.dropFirst()) : $0 })
    }

    @Test("all faults come at once, in the order they were read")
    func everyFault() throws {
        let text = #"{"order_id":1,"count":0,"confirm":1,"lines":[{"quantity":0,"x":1},{}],"nope":1}"#
        #expect(
            try faults(text) == [
                "/order_id must be a string, not a number", "/count must be between 1 and 9",
                "/confirm must be true or false, not a number", "/lines/0/quantity must be between 1 and 5",
                "/lines/0/x is not a known member", "/lines/1/quantity is required", "/nope is not a known member",
            ])
    }

    @Test("a required member that is absent or null is missed", arguments: ["{}", #"{"id":null}"#])
    func required(text: String) throws {
        let reader = ObjectReader(try JSONReader.read(Array(text.utf8)))
        #expect(reader.string("id", max: 5) == nil)
        let error = #expect(throws: ValidationFaults.self) { try reader.finish() }
        #expect(error?.faults == [Fault(pointer: "/id", detail: "is required")])
    }

    @Test("a hostile body cannot make the list of faults grow without bound")
    func bounded() throws {
        let members = (0..<3000).map { "\"k\($0)\":0" }.joined(separator: ",")
        let found = try faults("{\(members)}")
        #expect(found.count == FaultList.limit)
        #expect(found.last == "has more faults than are listed here")
    }

    @Test("what nobody has named can be taken as a whole")
    func remaining() throws {
        let reader = ObjectReader(try JSONReader.read(Array(#"{"x":1,"id":"a","y":null}"#.utf8)))
        #expect(reader.string("id", max: 5) == "a")
        #expect(reader.remaining() == [JSONMember("x", .integer(1)), JSONMember("y", .null)])
        #expect(throws: Never.self) { try reader.finish() }
    }
}
