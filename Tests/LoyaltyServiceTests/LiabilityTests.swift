import EventLog
import Foundation
import Testing

@testable import Loyalty
@testable import LoyaltyService
@testable import Projections
@testable import Wire

@Suite("what is owed in points")
struct LiabilityTests {
    @Test(
        "is after every event what the member's account holds, whatever the report leaves out of what it remembers",
        arguments: [31, 32, 33] as [UInt64])
    func sameAsAccounts(seed: UInt64) async throws {
        let clock = SteppedClock()
        try await Shop.with(programmes: [try RandomShop.programme()], clock: clock.now) { shop async throws in
            var life = RandomShop(shop, clock, seed: seed)
            try await life.live(200, isPlain: false)
            let fold = LiabilityFold()
            for member in try await shop.states().keys {
                var (memo, state): (MemberState?, MemberState?) = (nil, nil)
                for event in try await shop.log.events(of: member, limit: 10_000, on: shop.client) {
                    let dated = DatedEvent(
                        at: Instant(micros: event.occurredAtMicros),
                        try EventCodec.decode(type: event.type, data: event.data))
                    var sums = ReportSums()
                    let before = state?.wallets.flatMap(\.openPoints) ?? []
                    try fold.fold(dated, of: member, &memo, &sums)
                    // As it is when it comes from its row.
                    memo = try memo.map { try fold.decode(fold.encode($0)) }
                    if state == nil { state = MemberState(beginningWith: dated) } else { try state?.evolve(dated) }
                    let after = state?.wallets.flatMap(\.openPoints) ?? []
                    #expect(
                        memo?.wallets.flatMap(\.openPoints) == after, "seed \(seed), \(member), event \(event.version)")
                    let moved = after.reduce(0) { $0 + $1.points } - before.reduce(0) { $0 + $1.points }
                    #expect(sums.cells.values.reduce(0, +) == moved)
                }
            }
        }
    }
}
