import Foundation
import Loyalty
import Testing

@testable import LoyaltyService

@Suite("what lanes remember")
struct LaneMemoryTests {
    private let ann = UUID()

    private func member(version: Int64) -> KnownMember {
        KnownMember(
            version: version,
            state: MemberState(programme: "p", language: .english, enrolledAt: Instant(micros: 1), tier: "t"))
    }

    private func version(_ memory: LaneMemory) -> Int64? { memory.members([ann])[ann]?.version }

    @Test("of a member the latest, in whatever order lanes bring them")
    func latest() {
        let memory = LaneMemory(capacity: 10)
        memory.begin(1)
        for version: Int64 in [3, 5, 4] { memory.keep([ann: member(version: version)], of: 1) }
        #expect(version(memory) == 5)
        memory.forget([ann])
        #expect(version(memory) == nil)
    }

    @Test("nothing that was read from a table that is no longer the account table")
    func generations() {
        let memory = LaneMemory(capacity: 10)
        memory.begin(1)
        memory.keep([ann: member(version: 1)], of: 1)
        memory.forgetAll(of: 7)
        #expect(version(memory) == 1)
        memory.forgetAll(of: 1)
        #expect(version(memory) == nil && memory.generation == nil)
        // A lane that had read before the swap brings what it read behind it.
        memory.keep([ann: member(version: 1)], of: 1)
        #expect(version(memory) == nil)
        memory.begin(2)
        memory.begin(1)
        #expect(memory.generation == 2)
        memory.keep([ann: member(version: 1)], of: 1)
        #expect(version(memory) == nil)
        memory.keep([ann: member(version: 1)], of: 2)
        #expect(version(memory) == 1)
    }
}
