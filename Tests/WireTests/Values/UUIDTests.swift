import Foundation
import Testing
import Wire

@Suite("Identifiers")
struct UUIDTests {
    @Test("identifiers of a generator grow, whatever the clock does", arguments: 0..<10)
    func monotonic(seed: UInt64) {
        var random = Seeded(seed)
        let generator = UUIDv7Generator()
        var now: Int64 = 1_795_342_830_000_000
        var previous = ""
        for _ in 0..<500 {
            now += random.pick([0, 0, 1, 250, 1000, -5000, 1_000_000])
            let text = UUIDText.text(generator.next(nowMicros: now))
            #expect(previous < text)
            previous = text
        }
    }

    @Test("an identifier carries version, variant and its millisecond")
    func layout() {
        let uuid = UUIDv7Generator().next(nowMicros: 1_795_342_830_123_999)
        let text = UUIDText.text(uuid)
        #expect(Array(text)[14] == "7")
        #expect("89ab".contains(Array(text)[19]))
        #expect(UUIDv7Generator.millis(of: uuid) == 1_795_342_830_123)
        #expect(UUIDv7Generator.millis(of: UUID()) == nil)
    }

    @Test("a clock outside of all reason does not trap", arguments: [Int64.min, -1, 0, .max])
    func extremes(now: Int64) {
        let generator = UUIDv7Generator()
        let first = UUIDText.text(generator.next(nowMicros: now))
        #expect(first < UUIDText.text(generator.next(nowMicros: now)))
    }

    @Test("tasks that share a generator never get the same identifier")
    func shared() async {
        let generator = UUIDv7Generator()
        let all = await withTaskGroup(of: [UUID].self) { group in
            for _ in 0..<8 { group.addTask { (0..<500).map { _ in generator.next(nowMicros: 1_000_000) } } }
            return await group.reduce(into: Set<UUID>()) { $0.formUnion($1) }
        }
        #expect(all.count == 4000)
    }

    @Test("text and identifier are each other's inverse")
    func text() {
        for _ in 0..<50 {
            let uuid = UUID()
            #expect(UUIDText.text(uuid) == uuid.uuidString.lowercased())
            #expect(UUIDText.parse(uuid.uuidString) == uuid)
            #expect(UUIDText.parse(UUIDText.text(uuid)) == uuid)
        }
    }

    @Test("what is no UUID is nil", arguments: [
        "", "x", "0198c0de-0000-7000-8000-00000000000", "0198c0de-0000-7000-8000-0000000000000",
        "0198c0de00007000800000000000000000aa", "0198c0de-0000-7000-8000-00000000000g", "{198c0de-0000-7000-8000-000000000000",
        "0198c0de-0000-7000-8000_000000000000", "é198c0de-0000-7000-8000-00000000000",
    ])
    func malformed(text: String) {
        #expect(UUIDText.parse(text) == nil)
    }
}
