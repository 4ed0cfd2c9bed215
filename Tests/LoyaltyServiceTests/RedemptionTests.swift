import Foundation
import Loyalty
import LoyaltyService
import Testing

@testable import Wire

@Suite("redemptions")
struct RedemptionTests {
    @Test("points are held, then spent; asked again, it is so already")
    func confirmed() async throws {
        try await Club.with { shop async throws in
            let ann = try await shop.somebody(dollars: 100)
            let held = try await shop.service.redeem(
                .points(300), member: ann, idempotencyKey: nil, at: Shop.now)
            #expect(held.status == .reserved && held.redemption.value == 300)
            #expect(held.expiresAt == Shop.after(minutes: 15))
            #expect(try await shop.held(ann) == [700, 300])
            let id = try #require(UUID(uuidString: held.redemption.id))
            for _ in 0..<2 {
                let spent = try await shop.service.confirmRedemption(id, at: Shop.after(minutes: 1))
                #expect(spent.status == .confirmed && spent.expiresAt == nil)
            }
            #expect(try await shop.held(ann) == [700, 0])
            #expect(try await shop.service.redemption(id, at: Shop.now).status == .confirmed)
            // Also what was spent comes back.
            let back = try await shop.service.cancelRedemption(id, at: Shop.after(minutes: 2))
            #expect(back.status == .cancelled)
            #expect(try await shop.held(ann) == [1000, 0])
            #expect(
                await code { _ = try await shop.service.confirmRedemption(id, at: Shop.after(minutes: 3)) }
                    == "redemption_closed")
        }
    }

    @Test("what is not confirmed in time goes back, whether or not anybody recorded it", arguments: [true, false])
    func lapsed(isRecorded: Bool) async throws {
        try await Club.with { shop async throws in
            let ann = try await shop.somebody(dollars: 100)
            let held = try await shop.service.redeem(.points(300), member: ann, idempotencyKey: nil, at: Shop.now)
            let id = try #require(UUID(uuidString: held.redemption.id))
            if isRecorded { #expect(try await shop.service.settleDue(at: Shop.after(minutes: 15)) == 1) }
            #expect(try await shop.held(ann, at: Shop.after(minutes: 14)) == (isRecorded ? [1000, 0] : [700, 300]))
            #expect(try await shop.held(ann, at: Shop.after(minutes: 15)) == [1000, 0])
            #expect(try await shop.service.redemption(id, at: Shop.after(minutes: 15)).status == .lapsed)
            #expect(
                await code { _ = try await shop.service.confirmRedemption(id, at: Shop.after(minutes: 16)) }
                    == "redemption_closed")
            #expect(try await shop.service.cancelRedemption(id, at: Shop.after(minutes: 16)).status == .lapsed)
            #expect(try await shop.held(ann, at: Shop.after(minutes: 16)) == [1000, 0])
        }
    }

    @Test("a purchase confirms its redemption, also where the till's clock is behind", arguments: [5, 0, -7])
    func byPurchase(seconds: Int64) async throws {
        try await Club.with(servers: 2) { shop async throws in
            let ann = try await shop.somebody(dollars: 100)
            let held = try await shop.service.redeem(
                .reward("five-off", total: 2000), member: ann, idempotencyKey: nil, at: Shop.now)
            #expect(held.redemption.value == 500)
            var sale = IncomingEvent.purchase("sale", by: .id(ann), dollars: 20)
            guard case .purchase(var purchase) = sale.content else { return }
            purchase.redemptionID = held.redemption.id
            sale.content = .purchase(purchase)
            sale.time = Instant(micros: Shop.now.micros + seconds * 1_000_000)
            let first = await shop.other.record(sale)
            #expect(first.word == "accepted")
            // What points pay earns nothing: 15 of the 20 dollars count.
            #expect(first.answer?.outcome.change == 150)
            #expect(try await shop.held(ann) == [650, 0])
            let id = try #require(UUID(uuidString: held.redemption.id))
            #expect(try await shop.service.redemption(id, at: Shop.now).status == .confirmed)
            let again = await shop.service.record(sale)
            #expect(again.word == "duplicate" && again.effect == first.effect)
            #expect(try await shop.held(ann) == [650, 0])
        }
    }

    @Test("a purchase with a redemption that is nobody's, or over, is refused and leaves no trace")
    func wrongRedemption() async throws {
        try await Club.with { shop async throws in
            let ann = try await shop.somebody(dollars: 100)
            let held = try await shop.service.redeem(.points(300), member: ann, idempotencyKey: nil, at: Shop.now)
            _ = try await shop.service.cancelRedemption(
                try #require(UUID(uuidString: held.redemption.id)), at: Shop.now)
            for (id, word) in [("nobody's", "redemption_not_found"), (held.redemption.id, "redemption_closed")] {
                var sale = IncomingEvent.purchase("sale", by: .id(ann), dollars: 20, day: 60)
                guard case .purchase(var purchase) = sale.content else { return }
                purchase.redemptionID = id
                sale.content = .purchase(purchase)
                #expect(await shop.service.record(sale).word == word)
            }
            #expect(try await shop.held(ann) == [1000, 0])
        }
    }

    @Test("what cannot be had is refused by its code")
    func refusals() async throws {
        try await Club.with { shop async throws in
            let ann = try await shop.somebody(dollars: 30)
            func redeem(_ body: RedemptionBody, _ member: UUID? = nil) async -> String {
                await code {
                    _ = try await shop.service.redeem(body, member: member ?? ann, idempotencyKey: nil, at: Shop.now)
                }
            }
            #expect(await redeem(.points(301)) == "insufficient_points")
            #expect(await redeem(.points(9)) == "not_eligible")
            #expect(await redeem(.reward("none")) == "reward_not_found")
            #expect(await redeem(.reward("five-off")) == "order_required")
            #expect(await redeem(.reward("five-off", total: 999)) == "not_eligible")
            #expect(await redeem(.points(10), UUID()) == "member_not_found")
            #expect(
                await code { _ = try await shop.service.confirmRedemption(UUID(), at: Shop.now) }
                    == "redemption_not_found")
            #expect(
                await code { _ = try await shop.service.redemption(UUID(), at: Shop.now) } == "redemption_not_found")
            #expect(try await shop.held(ann) == [300, 0])
        }
    }

    @Test("of requests at once over two servers, as many succeed as there are points for")
    func contention() async throws {
        try await Club.with(servers: 2) { shop async throws in
            let ann = try await shop.somebody(dollars: 37)
            let words = try await atOnce(100) { number in
                await code {
                    _ = try await shop.services[number % 2].redeem(
                        .points(10, confirm: true), member: ann, idempotencyKey: nil, at: Shop.now)
                }
            }
            #expect(words.count { $0 == "done" } == 37)
            #expect(Set(words) == ["done", "insufficient_points"])
            #expect(try await shop.held(ann) == [0, 0])
        }
    }

    @Test("200 identical requests at once have one effect and equal answers", arguments: [true, false])
    func identical(isOfStock: Bool) async throws {
        try await Club.with(servers: 2) { shop async throws in
            let ann = try await shop.somebody(dollars: 100)
            let body = isOfStock ? RedemptionBody.reward("mug", confirm: true) : .points(300)
            let views = try await atOnce(200) { number in
                try await shop.services[number % 2].redeem(
                    body, member: ann, idempotencyKey: Club.key("k"), at: Shop.now)
            }
            #expect(Set(views.map(\.effect)).count == 1)
            #expect(views.count { !$0.isReplayed } == 1)
            #expect(try await shop.held(ann) == (isOfStock ? [900, 0] : [700, 300]))
            #expect(
                try await shop.number("SELECT coalesce(sum(taken), 0)::bigint FROM treue.stock") == (isOfStock ? 1 : 0))
        }
    }

    @Test("the same key gives the first answer whatever came after; other content is refused")
    func repeats() async throws {
        try await Club.with(servers: 2) { shop async throws in
            let ann = try await shop.somebody(dollars: 100)
            let key = Club.key("k")
            let first = try await shop.service.redeem(
                .reward("code", confirm: true), member: ann, idempotencyKey: key, at: Shop.now)
            #expect(first.voucher != nil)
            let id = try #require(UUID(uuidString: first.redemption.id))
            let cancelKey = Club.key("c", route: "cancel")
            let cancelled = try await shop.service.cancelRedemption(id, idempotencyKey: cancelKey, at: Shop.now)
            _ = await shop.service.record(.purchase("more", by: .id(ann), dollars: 50, day: 61))
            let again = try await shop.other.redeem(
                .reward("code", confirm: true), member: ann, idempotencyKey: key, at: Shop.after(minutes: 60))
            #expect(again.effect == first.effect && again.isReplayed && !first.isReplayed)
            let undone = try await shop.other.cancelRedemption(id, idempotencyKey: cancelKey, at: Shop.now)
            #expect(undone.effect == cancelled.effect && undone.isReplayed && !cancelled.isReplayed)
            #expect(
                await code {
                    _ = try await shop.service.redeem(.points(200), member: ann, idempotencyKey: key, at: Shop.now)
                } == "idempotency_key_reused")
        }
    }

    @Test("what changed nothing gives the first answer again, too, whatever came after")
    func repeatsWithoutEffect() async throws {
        try await Club.with(servers: 2) { shop async throws in
            let ann = try await shop.somebody(dollars: 100)
            let held = try await shop.service.redeem(
                .points(200, confirm: true), member: ann, idempotencyKey: nil, at: Shop.now)
            let id = try #require(UUID(uuidString: held.redemption.id))
            func confirm(_ service: LoyaltyService) async throws -> KeptAnswer {
                try await service.confirmRedemption(id, idempotencyKey: Club.key("again"), at: Shop.now) { view in
                    KeptAnswer(status: 200, body: Array("\(view.status)".utf8), isReplayed: view.isReplayed)
                }
            }
            let first = try await confirm(shop.service)
            #expect(first.body == Array("confirmed".utf8) && !first.isReplayed)
            #expect(try await shop.service.cancelRedemption(id, at: Shop.now).status == .cancelled)
            // Judged anew it would be refused: the redemption is over.
            #expect(
                await code { _ = try await shop.service.confirmRedemption(id, at: Shop.now) } == "redemption_closed")
            let again = try await confirm(shop.other)
            #expect(again.body == first.body && again.isReplayed)
        }
    }

    @Test("a member may hold so many reservations and no more")
    func manyReservations() async throws {
        try await Club.with { shop async throws in
            let ann = try await shop.somebody(dollars: 100)
            let words = try await atOnce(40) { _ in
                await code {
                    _ = try await shop.service.redeem(.points(10), member: ann, idempotencyKey: nil, at: Shop.now)
                }
            }
            #expect(words.count { $0 == "done" } == 32)
            #expect(Set(words) == ["done", "too_many_reservations"])
        }
    }

    @Test("an upgrade holds for its months")
    func upgrade() async throws {
        try await Club.with { shop async throws in
            let ann = try await shop.somebody(dollars: 30)
            _ = try await shop.service.redeem(
                .reward("gold-month", confirm: true), member: ann, idempotencyKey: nil, at: Shop.now)
            let tier = try await shop.service.balance(of: ann, at: Shop.now).balance.tier
            #expect(tier.id == "gold" && tier.validUntil == CivilDate(year: 2026, month: 3, day: 31))
            let later = Instant(micros: Shop.now.micros + 31 * Shop.day)
            #expect(try await shop.service.balance(of: ann, at: later).balance.tier.id == "silver")
        }
    }
}
