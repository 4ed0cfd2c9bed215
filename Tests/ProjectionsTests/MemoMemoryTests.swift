import Foundation
import Testing

@testable import Projections

@Suite("what a report remembers between two pages")
struct MemoMemoryTests {
    private let ann = UUID()

    private func memo(_ memory: MemoMemory<Int>, after position: Int64, in generation: Int64 = 1) -> Int? {
        memory.take(3, after: position, in: generation)[ann]?.memo
    }

    /// Ann's memo is 7 where partition 3 is folded up to 10.
    private func filled() -> MemoMemory<Int> {
        let memory = MemoMemory<Int>(partitions: 8)
        #expect(memo(memory, after: 0) == nil)
        memory.put([ann: .init(memo: 7)], of: 3, from: 0, upTo: 10)
        return memory
    }

    @Test("holds where the next page begins where the last one ended, and only there")
    func position() {
        #expect(memo(filled(), after: 10) == 7)
        // The transaction of the page was rolled back, or another server went on.
        #expect(memo(filled(), after: 0) == nil)
        #expect(memo(filled(), after: 25) == nil)
        #expect(filled().take(4, after: 10, in: 1).isEmpty)
    }

    @Test("is gone when a page that has taken it does not bring it back")
    func failure() {
        let memory = filled()
        #expect(memo(memory, after: 10) == 7)
        #expect(memo(memory, after: 10) == nil)
    }

    @Test("is nothing for the rows of another generation")
    func generation() {
        let memory = filled()
        #expect(memo(memory, after: 10, in: 2) == nil)
        #expect(memo(memory, after: 10) == nil)
    }

    @Test("does not grow without end; those whom the last page touched are kept")
    func bounded() {
        let memory = filled()
        let ben = UUID()
        var many = memory.take(3, after: 10, in: 1)
        for _ in 0..<5_000 { many[UUID()] = .init(memo: 1, page: 4) }
        many[ben] = .init(memo: 8, page: 10)
        memory.put(many, of: 3, from: 10, upTo: 20)
        #expect(memory.take(3, after: 20, in: 1).mapValues(\.memo) == [ben: 8])
    }
}
