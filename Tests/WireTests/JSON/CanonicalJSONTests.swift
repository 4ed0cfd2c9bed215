import Testing
import Wire

@Suite("Equal contents have equal canonical bytes")
struct CanonicalJSONTests {
    private func canonical(_ text: String) throws -> String {
        String(decoding: CanonicalJSON.bytes(of: try JSONReader.read(Array(text.utf8))), as: UTF8.self)
    }

    @Test("order, spacing, escapes and null members make no difference", arguments: [
        (#"{"b":1,"a":[2]}"#, #"{"a":[2],"b":1}"#), (#" { "a" : 1 } "#, #"{"a":1}"#), (#"{"a":1,"b":null}"#, #"{"a":1}"#),
        (#"{"\u0061":"\u00e9"}"#, #"{"a":"é"}"#), (#"{"a":{"c":null,"b":{}}}"#, #"{"a":{"b":{}}}"#),
        (#"{"a":-0}"#, #"{"a":0}"#), ("[null,{\"a\":null}]", "[null,{}]"), (#"{"é":1,"z":2}"#, #"{"z":2,"é":1}"#),
    ])
    func same(text: String, expected: String) throws {
        #expect(try canonical(text) == expected)
    }

    @Test("order of elements, types and values make a difference", arguments: [
        ("[1,2]", "[2,1]"), (#"{"a":1}"#, #"{"a":"1"}"#), (#"{"a":1}"#, #"{"b":1}"#), ("[null]", "[]"), ("[]", "{}"),
        (#"{"a":"x"}"#, #"{"a":"X"}"#), (#"{"a":0}"#, #"{"a":false}"#), (#"{"a":{}}"#, "{}"),
    ])
    func different(left: String, right: String) throws {
        #expect(try canonical(left) != canonical(right))
    }

    @Test("shuffled members are canonically the same", arguments: 0..<20)
    func shuffled(seed: UInt64) throws {
        var random = Seeded(seed)
        let members = (0..<30).map { JSONMember("k\($0)" + random.text(), random.json(depth: 2)) }
        let shuffled = members.shuffled(using: &random)
        #expect(CanonicalJSON.bytes(of: .object(members)) == CanonicalJSON.bytes(of: .object(shuffled)))
    }
}
