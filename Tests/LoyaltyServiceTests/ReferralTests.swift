import EventLog
import Foundation
import Loyalty
import Postgres
import Testing
import Wire

@testable import LoyaltyService

@Suite("referrals")
struct ReferralTests {
    private static let programme = """
        id: referral
        currencies: [EUR]
        enrolment: explicit
        versions:
          - earning: [{id: base, points: 1, per: 1.00}]
            referral: {referrer_points: 500, friend_points: 300, matures_after_days: 14, minimum: 20.00}

        """

    private static func event(_ id: String, by friend: UUID, _ command: IncomingEvent.Content) -> IncomingEvent {
        IncomingEvent(id: id, source: "shop", time: Shop.now, member: .id(friend), command: command)
    }

    private static let order = OrderReference(source: "shop", id: "1")
    private static let lines = [Line(sku: "goods", quantity: 1, unitPrice: 10_000)]

    /// What is recorded by a server that ends right afterwards: nobody is told of it.
    private func recordAndEnd(_ event: IncomingEvent, by friend: UUID, in shop: Shop) async throws {
        let request = LaneRequest(memberID: friend, work: .event(event, at: Shop.now))
        for reply in await shop.service.submit([request]) { _ = try reply.get() }
    }

    /// Follows the log to its end, and carries out what was noted.
    private func follow(_ shop: Shop) async throws {
        let client = try await Shop.client(shop.url)
        let follower = LogFollower(
            ReferralConsumer(programmes: shop.service.programmes, clock: { Shop.now }), client: client, log: shop.log,
            logger: Shop.logger, clock: { Shop.now.micros })
        let running = Task { await follower.run() }
        let heads = "SELECT sum(position)::bigint FROM treue.head"
        let read = "SELECT coalesce(sum(position), 0)::bigint FROM treue.checkpoint WHERE projection = 'referrals'"
        while try await shop.number(read) < shop.number(heads) { await Task.yield() }
        follower.shutdown()
        await running.value
        await client.shutdown()
        try await shop.service.finishErrands(at: Instant(micros: Shop.now.micros + 60_000_000))
        #expect(try await shop.number("SELECT count(*) FROM treue.errand") == 0)
    }

    private func pending(of member: UUID, in shop: Shop) async throws -> Int64? {
        try await shop.service.balance(of: member, at: Shop.now).balance.wallets.first?.pending
    }

    @Test("a first order in another currency counts for both, like one in the first", arguments: ["EUR", "USD"])
    func currencies(currency: String) async throws {
        let text = Self.programme.replacing("[EUR]", with: "[EUR, USD]")
        let programme = try ProgrammeFile.read(text, name: "referral.yaml")
        try await Shop.with(programmes: [programme]) { shop async throws in
            for (cents, points) in [(1_999, 0), (2_000, 500)] as [(Int64, Int64)] {
                let ann = try await shop.somebody()
                let bob = try await shop.service.enrol(
                    EnrolmentBody(referredBy: UUIDText.text(ann)), at: Shop.start
                ).id
                let purchase = Purchase(
                    order: OrderReference(source: "shop", id: "\(cents)"), currency: currency,
                    lines: [Line(sku: "goods", quantity: 1, unitPrice: cents)])
                _ = try await shop.service.record(
                    Self.event("\(cents)", by: bob, .purchase(purchase)), receivedAt: Shop.now
                ).get()
                #expect(try await pending(of: ann, in: shop) ?? 0 == points, "\(cents)")
                #expect(try await pending(of: bob, in: shop) ?? 0 == (points > 0 ? 300 : 0), "\(cents)")
            }
        }
    }

    @Test("whoever brought a friend is told once, also where the server ended right after the friend's purchase")
    func interrupted() async throws {
        let programme = try ProgrammeFile.read(Self.programme, name: "referral.yaml")
        try await Shop.with(programmes: [programme]) { shop async throws in
            let ann = try await shop.somebody()
            let bob = try await shop.service.enrol(
                EnrolmentBody(referredBy: UUIDText.text(ann)), at: Shop.start
            ).id
            let sale = Self.event(
                "1", by: bob, .purchase(Purchase(order: Self.order, currency: "EUR", lines: Self.lines)))
            try await recordAndEnd(sale, by: bob, in: shop)
            #expect(try await pending(of: ann, in: shop) ?? 0 == 0)
            try await follow(shop)
            #expect(try await pending(of: ann, in: shop) == 500)
            // The till asks again.
            _ = try await shop.service.record(sale, receivedAt: Shop.now).get()
            #expect(try await pending(of: ann, in: shop) == 500)

            let back = PurchaseReturn(
                source: Self.order.source, order: Self.order, returnID: "r", currency: "EUR",
                goods: .lines(Self.lines))
            try await recordAndEnd(Self.event("2", by: bob, .purchaseReturn(back)), by: bob, in: shop)
            #expect(try await pending(of: ann, in: shop) == 500)
            try await follow(shop)
            #expect(try await pending(of: ann, in: shop) == 0)
            #expect(try await pending(of: bob, in: shop) == 0)
        }
    }
}
