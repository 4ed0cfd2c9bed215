import Testing
import Wire

@Suite("Whatever arrives, the reader answers")
struct JSONFuzzTests {
    @Test("random bytes never trap", arguments: 0..<20)
    func randomBytes(seed: UInt64) {
        var random = Seeded(seed)
        let alphabet = Array("{}[]\",:\\u0123456789eE+-.truefalsn \n".utf8) + [0x00, 0x80, 0xC3, 0xE2, 0xED, 0xF0, 0xFF]
        for _ in 0..<200 {
            let count = Int.random(in: 0...60, using: &random)
            let hostile = (0..<count).map { _ in random.pick(alphabet) }
            _ = try? JSONReader.read(hostile)
            _ = try? JSONReader.readElements(hostile, maximumCount: 5)
        }
    }

    @Test("random values survive writing and reading", arguments: 0..<40)
    func roundTrip(seed: UInt64) throws {
        var random = Seeded(seed)
        for _ in 0..<10 {
            let value = random.json(depth: 4)
            #expect(try JSONReader.read(bytes(of: value)) == value)
        }
    }

    @Test("a valid document with a few bytes changed is read or refused, and what is read is whole", arguments: 0..<40)
    func mutations(seed: UInt64) throws {
        var random = Seeded(seed)
        for _ in 0..<20 {
            var document = bytes(of: random.json(depth: 4))
            for _ in 0..<Int.random(in: 1...4, using: &random) where !document.isEmpty {
                let place = Int.random(in: 0..<document.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: document[place] = UInt8.random(in: 0...255, using: &random)
                case 1: document.remove(at: place)
                default: document.insert(document[Int.random(in: 0..<document.count, using: &random)], at: place)
                }
            }
            if let value = try? JSONReader.read(document) {
                #expect(try JSONReader.read(bytes(of: value)) == value)
            }
        }
    }

    @Test("every beginning of a valid object is refused")
    func truncations() {
        let document = Array(#"{"id":"é\n\ud83e\uddfe","n":[-12,3.5e+7,true,null,{"a":{}}]}"#.utf8)
        #expect(throws: Never.self) { try JSONReader.read(document) }
        for length in 0..<document.count {
            #expect(throws: JSONSyntaxError.self) { try JSONReader.read(Array(document.prefix(length))) }
        }
    }
}
