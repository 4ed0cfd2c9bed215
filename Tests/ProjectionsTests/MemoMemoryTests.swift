import Foundation
import Testing

@testable import Projections

@Suite("what a report remembers between two pages")
struct MemoMemoryTests {
    private let ann = UUID()
    private let ben = UUID()

    @Test("holds where the next page begins where the last one ended, and only there")
    func position() {
        let memory = MemoMemory<Int>()
        #expect(memory.memos(of: [ann: 3], after: [3: 0], in: 1) == [:])
        memory.keep([ann: 7, ben: 8], of: [ann: 3, ben: 4], upTo: [3: 10, 4: 20])
        #expect(memory.memos(of: [ann: 3, ben: 4], after: [3: 10, 4: 20], in: 1) == [ann: 7, ben: 8])
        // The transaction of the page was rolled back in the one, another server went on in the other.
        #expect(memory.memos(of: [ann: 3, ben: 4], after: [3: 0, 4: 20], in: 1) == [ben: 8])
        #expect(memory.memos(of: [ann: 3, ben: 4], after: [3: 10, 4: 25], in: 1) == [:])
    }

    @Test("is nothing for the rows of another generation")
    func generation() {
        let memory = MemoMemory<Int>()
        _ = memory.memos(of: [ann: 3], after: [3: 0], in: 1)
        memory.keep([ann: 7], of: [ann: 3], upTo: [3: 10])
        #expect(memory.memos(of: [ann: 3], after: [3: 10], in: 2) == [:])
        #expect(memory.memos(of: [ann: 3], after: [3: 10], in: 1) == [:])
    }

    @Test("does not grow without end")
    func bounded() {
        let memory = MemoMemory<Int>()
        var first: [UUID: Int] = [:]
        for page in 0..<4 {
            let members = Dictionary(uniqueKeysWithValues: (0...MemoMemory<Int>.most / 2).map { _ in (UUID(), 0) })
            if page == 0 { first = members }
            _ = memory.memos(of: members, after: [0: Int64(page)], in: 1)
            memory.keep(members.mapValues { _ in page }, of: members, upTo: [0: Int64(page + 1)])
        }
        #expect(memory.memos(of: first, after: [0: 4], in: 1) == [:])
    }
}
