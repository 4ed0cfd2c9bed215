import Loyalty
import Testing
import Wire

@Suite("Batches of CloudEvents")
struct CloudEventBatchTests {
    private let good = #"{"specversion":"1.0","id":"g","source":"s","type":"activity.completed","data":{"member":{"card":"c"},"activity":"a"}}"#

    @Test("one bad event never spoils its neighbours, and each keeps its id")
    func neighbours() throws {
        let body = #"[\#(good),{"id":"bad"},{"id":"twice","id":"twice"},7,\#(good)]"#
        let items = try CloudEventReader.readBatch(Array(body.utf8))
        #expect(items.map(\.id) == ["g", "bad", nil, nil, "g"])
        #expect(items.map { (try? $0.result.get()) != nil } == [true, false, false, false, true])
        guard case .failure(.unreadable(let error)) = items[2].result else { return #expect(Bool(false)) }
        #expect(error.pointer == "/id")
    }

    @Test("a batch has a limit")
    func limit() throws {
        func body(_ count: Int) -> [UInt8] {
            Array("[\([String](repeating: good, count: count).joined(separator: ","))]".utf8)
        }
        #expect(try CloudEventReader.readBatch(body(3), limit: 3).count == 3)
        #expect(throws: BodyError.invalid([Fault(pointer: "", detail: "must have at most 3 events")])) {
            try CloudEventReader.readBatch(body(4), limit: 3)
        }
    }

    @Test("an object where a batch was announced, and the other way round, is wrong")
    func shapes() {
        #expect(throws: BodyError.invalid([Fault(pointer: "", detail: "must be an array of events, not an object")])) {
            try CloudEventReader.readBatch(Array(good.utf8))
        }
        #expect(throws: BodyError.self) { try CloudEventReader.read(Array("[\(good)]".utf8)) }
        #expect(throws: BodyError.self) { try CloudEventReader.readBatch(Array("[\(good)".utf8)) }
    }

    @Test("plain JSON is one event or a batch by its shape")
    func anyShape() throws {
        guard case .event(let event) = try CloudEventReader.readAny(Array(good.utf8)) else { return #expect(Bool(false)) }
        #expect(event.id == "g")
        guard case .batch(let items) = try CloudEventReader.readAny(Array(" [\(good)]".utf8)) else {
            return #expect(Bool(false))
        }
        #expect(items.count == 1)
        #expect(throws: BodyError.self) { try CloudEventReader.readAny(Array("nonsense".utf8)) }
        #expect(throws: BodyError.self) { try CloudEventReader.readAny([]) }
    }

    @Test("mutated events are read or refused, never a trap", arguments: 0..<30)
    func fuzz(seed: UInt64) {
        var random = Seeded(seed)
        let original = Array(CloudEventReaderTests.purchase.utf8)
        for _ in 0..<20 {
            var document = original
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let place = Int.random(in: 0..<document.count, using: &random)
                document[place] = random.pick(Array("\"{}[],:019-e.\\ \u{7F}x".utf8))
            }
            _ = try? CloudEventReader.readAny(document)
        }
    }
}
