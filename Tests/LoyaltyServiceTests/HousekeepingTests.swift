import Foundation
import Loyalty
import LoyaltyService
import Testing

@testable import Wire

@Suite("housekeeping")
struct HousekeepingTests {
    /// What a member has at some times.
    private func answers(_ shop: Shop, _ member: UUID) async throws -> [String] {
        var answers: [String] = []
        for days in [0, 20, 310, 400, 800] as [Int64] {
            let at = Instant(micros: Shop.now.micros + days * Shop.day)
            let balance = try await shop.service.balance(of: member, at: at).balance
            answers.append("\(balance.wallets) \(balance.tier) \(balance.subscriptions)")
        }
        return answers
    }

    @Test("to record what has fallen due, late, twice at once or never, changes no answer")
    func settled() async throws {
        try await Club.with(servers: 2) { shop async throws in
            let ann = try await shop.somebody(dollars: 1200)
            _ = try await shop.service.redeem(.points(300), member: ann, idempotencyKey: nil, at: Shop.now)
            _ = try await shop.service.subscribe(
                SubscriptionBody(request: SubscriptionRequest(plan: "year", action: .start)), member: ann,
                idempotencyKey: nil, at: Shop.now)
            let before = try await answers(shop, ann)
            let count = try await shop.number("SELECT count(*) FROM treue.event")
            let later = Instant(micros: Shop.now.micros + 900 * Shop.day)
            _ = try await atOnce(4) { try await shop.services[$0 % 2].settleDue(at: later) }
            #expect(try await shop.number("SELECT count(*) FROM treue.event") > count)
            #expect(try await shop.service.settleDue(at: later) == 0)
            let after = try await shop.service.balance(of: ann, at: later).balance
            #expect(after.wallets[0].available == 0 && after.subscriptions.isEmpty)
            // As it stood at each time, by business time, it stands still.
            for days in [0, 20, 310, 400, 800] as [Int64] {
                let at = Instant(micros: Shop.now.micros + days * Shop.day)
                let then = try await shop.service.balance(of: ann, at: later, clocks: Clocks(asOf: at)).balance
                #expect(before.contains("\(then.wallets) \(then.tier) \(then.subscriptions)"), "day \(days)")
            }
        }
    }

    @Test("whoever has become another, or is erased, has nothing to settle")
    func gone() async throws {
        try await Club.with { shop async throws in
            let (ann, bob, cyd) = (
                try await shop.somebody(dollars: 10), try await shop.somebody(dollars: 10),
                try await shop.somebody(dollars: 10)
            )
            _ = try await shop.service.merge(ann, MergeBody(into: .id(bob)), at: Shop.now)
            try await shop.service.erase(cyd, at: Shop.now)
            let later = Instant(micros: Shop.now.micros + 900 * Shop.day)
            #expect(try await shop.service.settleDue(at: later) == 1)
            #expect(try await shop.service.settleDue(at: later) == 0)
        }
    }
}
