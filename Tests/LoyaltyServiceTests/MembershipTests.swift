import Foundation
import Loyalty
import LoyaltyService
import Testing

@testable import Wire

@Suite("memberships, tiers and quotes")
struct MembershipTests {
    private func body(_ action: SubscriptionRequest.Action, plan: String = "year") -> SubscriptionBody {
        SubscriptionBody(request: SubscriptionRequest(plan: plan, action: action))
    }

    @Test("a paid membership begins, is renewed, cancelled and ends; out of turn it is refused")
    func subscription() async throws {
        try await Club.with(servers: 2) { shop async throws in
            let ann = try await shop.somebody()
            func change(_ action: SubscriptionRequest.Action, plan: String = "year") async -> String {
                await code {
                    _ = try await shop.service.subscribe(
                        body(action, plan: plan), member: ann, idempotencyKey: nil, at: Shop.now)
                }
            }
            #expect(await change(.renew) == "subscription_state")
            #expect(await change(.start, plan: "decade") == "plan_unknown")
            #expect(await change(.start) == "done")
            #expect(await change(.start) == "subscription_state")
            func paid(_ server: Int = 0) async throws -> Balance {
                try await shop.services[server].balance(of: ann, at: Shop.now).balance
            }
            #expect(try await paid().tier.id == "gold")
            #expect(try await paid().subscriptions.map(\.paidUntil) == [CivilDate(year: 2027, month: 2, day: 28)])
            #expect(await change(.renew) == "done")
            #expect(await change(.cancel) == "done")
            #expect(try await paid(1).subscriptions.map(\.isCancelled) == [true])
            let ended = Instant(micros: Shop.now.micros + 2 * 366 * Shop.day)
            let later = try await shop.service.balance(of: ann, at: ended).balance
            #expect(later.tier.id == "silver" && later.subscriptions.isEmpty)
        }
    }

    @Test("200 identical requests at once have one effect and equal answers", arguments: [true, false])
    func identical(isTier: Bool) async throws {
        try await Club.with(servers: 2) { shop async throws in
            let ann = try await shop.somebody()
            let grant = TierBody(tier: "gold", until: CivilDate(year: 2026, month: 12, day: 31), reason: "vip")
            let acts = try await atOnce(200) { number in
                let service = shop.services[number % 2]
                let key = Club.key("k")
                guard isTier else {
                    return try await service.subscribe(body(.start), member: ann, idempotencyKey: key, at: Shop.now)
                }
                return try await service.grantTier(grant, member: ann, idempotencyKey: key, at: Shop.now)
            }
            #expect(Set(acts.map(\.effect)).count == 1)
            #expect(acts.count { !$0.isReplayed } == 1)
            #expect(acts[0].balance.tier.id == "gold")
            let again = try await shop.service.balance(of: ann, at: Shop.now).balance
            #expect(again.tier == acts[0].balance.tier)
            // Once more, when everything is different.
            _ = await shop.service.record(.purchase("1", by: .id(ann), dollars: 5000, day: 61))
            let (key, at) = (Club.key("k"), Shop.after(minutes: 9))
            let late =
                try await isTier
                ? shop.other.grantTier(grant, member: ann, idempotencyKey: key, at: at)
                : shop.other.subscribe(body(.start), member: ann, idempotencyKey: key, at: at)
            #expect(late.isReplayed && late.effect == acts[0].effect)
        }
    }

    @Test("a tier given by hand holds to its last day; one that is not there is refused")
    func grant() async throws {
        try await Club.with { shop async throws in
            let ann = try await shop.somebody()
            let until = CivilDate(year: 2026, month: 3, day: 10)
            func grant(_ tier: String) async -> String {
                await code {
                    _ = try await shop.service.grantTier(
                        TierBody(tier: tier, until: until, reason: "vip"), member: ann, idempotencyKey: nil,
                        at: Shop.now)
                }
            }
            #expect(await grant("platinum") == "tier_unknown")
            #expect(await grant("gold") == "done")
            for (days, tier) in [(0, "gold"), (9, "gold"), (10, "silver")] as [(Int64, String)] {
                let at = Instant(micros: Shop.now.micros + days * Shop.day)
                #expect(try await shop.service.balance(of: ann, at: at).balance.tier.id == tier)
            }
        }
    }

    @Test("a quote is what the purchase then brings, also with a redemption, and writes nothing")
    func quotes() async throws {
        try await Club.with(servers: 2) { shop async throws in
            let ann = try await shop.somebody(dollars: 90)
            let held = try await shop.service.redeem(
                .reward("five-off", total: 5000), member: ann, idempotencyKey: nil, at: Shop.now)
            let before = try await shop.number("SELECT count(*) FROM treue.event")
            for (number, redemption) in [nil, held.redemption.id, nil].enumerated() {
                let line = Line(sku: "A", quantity: 3, unitPrice: 31_999, discount: 1)
                let purchase = Purchase(
                    order: OrderReference(source: "shop", id: "\(number)"), currency: "USD", lines: [line],
                    redemptionID: redemption)
                let quoted = try await shop.service.quote(
                    QuoteBody(member: .id(ann), purchase: purchase, time: nil), at: Shop.now)
                if number == 0 { #expect(try await shop.number("SELECT count(*) FROM treue.event") == before) }
                let sale = IncomingEvent(
                    id: "\(number)", source: "shop", time: Shop.now, member: .id(ann), command: .purchase(purchase))
                let answer = try #require(await shop.other.record(sale).answer)
                #expect(answer.outcome.change == quoted.outcome.change)
                #expect(answer.outcome.tier == quoted.outcome.tier)
                #expect(answer.entries.map(\.explanation) == quoted.entries.map(\.explanation))
                let now = try await shop.service.balance(of: ann, at: Shop.now).balance
                #expect(now.wallets == quoted.balance.wallets && now.tier == quoted.balance.tier)
            }
        }
    }

    @Test("a quote for somebody new is what enrolment by buying would bring; nobody's id is not found")
    func quoteForStrangers() async throws {
        try await Club.with { shop async throws in
            func purchase(_ order: String, _ currency: String = "USD") -> Purchase {
                Purchase(
                    order: OrderReference(source: "shop", id: order), currency: currency,
                    lines: [Line(sku: "A", quantity: 1, unitPrice: 1000)])
            }
            func quote(_ member: MemberReference, _ purchase: Purchase, at time: Instant? = nil) async throws
                -> QuoteView
            {
                try await shop.service.quote(
                    QuoteBody(member: member, purchase: purchase, time: time), at: Shop.now)
            }
            let quoted = try await quote(.external("new"), purchase("1"))
            #expect(quoted.memberID == nil && quoted.outcome.change == 100)
            #expect(try await shop.number("SELECT count(*) FROM treue.identifier") == 0)
            #expect(await code { _ = try await quote(.id(UUID()), purchase("1")) } == "member_not_found")
            #expect(
                await code { _ = try await quote(.external("new"), purchase("1", "JPY")) } == "currency_not_accepted")
            #expect(
                await code { _ = try await quote(.external("new"), purchase("1"), at: Shop.after(minutes: 6)) }
                    == "event_in_future")
        }
    }

    @Test("the catalogue says what a member can afford and may have")
    func rewards() async throws {
        try await Club.with { shop async throws in
            let ann = try await shop.somebody(dollars: 25)
            let own = try await shop.service.rewards(for: .id(ann), at: Shop.now)
            #expect(own.map(\.reward.id) == ["five-off", "code", "mug", "gold-month"])
            #expect(own.map(\.isAffordable) == [false, true, true, false])
            #expect(own.map(\.isEligible) == [true, true, true, true])
            let all = try await shop.service.rewards(for: nil, at: Shop.now)
            #expect(all.map(\.isAffordable) == [nil, nil, nil, nil] && all.map(\.stock) == [nil, nil, 5, nil])
            #expect(
                await code { _ = try await shop.service.rewards(for: .id(UUID()), at: Shop.now) } == "member_not_found")
        }
    }
}
