import EventLog
import Foundation
import Loyalty
import Testing

@testable import LoyaltyService

@Suite("which accounts are known to be current")
struct KnownAccountsTests {
    private let ann = UUID()
    private let ben = UUID()

    private static let somebody = KnownMember(
        version: 1,
        state: MemberState(programme: "p", language: .english, enrolledAt: Instant(micros: 1), tier: "t"))

    /// Both were read when partition 3 ended at 10.
    private func both() -> KnownAccounts {
        var known = KnownAccounts(capacity: 100, partitions: 4)
        for id in [ann, ben] { known.keep(Self.somebody, as: id, of: 3, at: 10, in: 1) { _ in .unknown } }
        return known
    }

    private func current(_ known: inout KnownAccounts) -> [Bool] {
        [ann, ben].map { known.member($0, of: 3) != nil }
    }

    @Test("all where the partition ends where it ended, and only there")
    func unchanged() {
        var known = both()
        known.advance(3, to: 10, in: 1) { _ in .unknown }
        #expect(current(&known) == [true, true])
        #expect(known.member(ann, of: 2) == nil)
    }

    @Test("all but those for whom this process has recorded something since")
    func changed() {
        var known = both()
        known.advance(3, to: 12, in: 1) { after in
            #expect(after == 10)
            return .known([ben, UUID()])
        }
        #expect(current(&known) == [true, false])
        #expect(known.remembers(ann, of: 3) && !known.remembers(ben, of: 3))
        // From there on, what was recorded before is asked for no more.
        known.advance(3, to: 13, in: 1) { after in
            #expect(after == 12)
            return .known([ann])
        }
        #expect(current(&known) == [false, false])
    }

    @Test("nobody while the last events are being recorded, and all the others again when they are known")
    func soon() {
        var known = both()
        known.advance(3, to: 12, in: 1) { _ in .soon }
        #expect(current(&known) == [false, false])
        // What was read meanwhile is of a moment whose events nobody knows.
        known.keep(Self.somebody, as: ben, of: 3, at: 12, in: 1) { _ in .known([ben]) }
        #expect(current(&known) == [true, true])
    }

    @Test("nobody where somebody else has recorded something, at the latest when what should come soon has not come")
    func elsewhere() {
        var known = both()
        known.advance(3, to: 12, in: 1) { _ in .unknown }
        #expect(current(&known) == [false, false])
        known = both()
        for _ in 0..<2 { known.advance(3, to: 12, in: 1) { _ in .soon } }
        #expect(current(&known) == [false, false] && !known.remembers(ann, of: 3))
        known.keep(Self.somebody, as: ann, of: 3, at: 12, in: 1) { _ in .unknown }
        #expect(current(&known) == [true, false])
    }

    @Test("nobody where the partition has become shorter, or another account table is in use")
    func back() {
        var known = both()
        known.advance(3, to: 9, in: 1) { _ in .known([]) }
        #expect(current(&known) == [false, false])
        known = both()
        known.advance(3, to: 10, in: 2) { _ in .known([]) }
        #expect(current(&known) == [false, false])
    }

    @Test("what was read before the partition went on is not kept")
    func overtaken() {
        var known = both()
        known.advance(3, to: 12, in: 1) { _ in .known([ann]) }
        known.keep(Self.somebody, as: ann, of: 3, at: 10, in: 1) { _ in .unknown }
        #expect(current(&known) == [false, true])
    }
}
