import Foundation
import Loyalty
import LoyaltyService
import Postgres
import Testing

@testable import Wire

@Suite("vouchers and stock")
struct VoucherTests {
    @Test("a code is used once, however it is written; the log does not hold it")
    func once() async throws {
        try await Club.with(servers: 2) { shop async throws in
            let ann = try await shop.somebody(dollars: 100)
            let view = try await shop.service.redeem(
                .reward("code", confirm: true), member: ann, idempotencyKey: nil, at: Shop.now)
            let written = try #require(view.voucher?.code)
            #expect(view.voucher?.validUntil == CivilDate(year: 2026, month: 3, day: 31))
            let used = try await shop.other.redeemVoucher(
                written.lowercased().replacing("-", with: " "), idempotencyKey: Club.key("v"), at: Shop.now)
            #expect(used.memberID == ann && used.value == 2000 && used.redemptionID == view.redemption.id)
            let again = try await shop.service.redeemVoucher(
                written, idempotencyKey: Club.key("v"), at: Shop.now)
            #expect(again.isReplayed && !used.isReplayed)
            #expect(await code { _ = try await shop.service.redeemVoucher(written, at: Shop.now) } == "voucher_used")
            #expect(
                await code { _ = try await shop.service.redeemVoucher("none", at: Shop.now) } == "voucher_not_found")
            let id = try #require(UUID(uuidString: view.redemption.id))
            #expect(await code { _ = try await shop.service.cancelRedemption(id, at: Shop.now) } == "voucher_used")
            #expect(try await shop.service.redemption(id, at: Shop.now).voucher?.isUsed == true)
            let plain = written.replacing("-", with: "")
            #expect(
                try await shop.number(
                    "SELECT count(*) FROM treue.event WHERE data::text LIKE '%\(written)%' OR data::text LIKE '%\(plain)%'"
                )
                    == 0)
        }
    }

    @Test("a code that is cancelled or over is worth nothing")
    func over() async throws {
        try await Club.with { shop async throws in
            let ann = try await shop.somebody(dollars: 100)
            func code20() async throws -> RedemptionView {
                try await shop.service.redeem(
                    .reward("code", confirm: true), member: ann, idempotencyKey: nil, at: Shop.now)
            }
            let (old, cancelled) = (try await code20(), try await code20())
            #expect(old.voucher?.code != cancelled.voucher?.code)
            _ = try await shop.service.cancelRedemption(
                try #require(UUID(uuidString: cancelled.redemption.id)), at: Shop.now)
            #expect(
                await code { _ = try await shop.service.redeemVoucher(cancelled.voucher?.code ?? "", at: Shop.now) }
                    == "redemption_closed")
            let late = Instant(micros: Shop.now.micros + 31 * Shop.day)
            #expect(
                await code { _ = try await shop.service.redeemVoucher(old.voucher?.code ?? "", at: late) }
                    == "voucher_expired")
        }
    }

    @Test("a hundred tills use one code at once: one succeeds")
    func race() async throws {
        try await Club.with(servers: 2) { shop async throws in
            let ann = try await shop.somebody(dollars: 100)
            let view = try await shop.service.redeem(
                .reward("code", confirm: true), member: ann, idempotencyKey: nil, at: Shop.now)
            let written = try #require(view.voucher?.code)
            let words = try await atOnce(100) { number in
                await code { _ = try await shop.services[number % 2].redeemVoucher(written, at: Shop.now) }
            }
            #expect(words.count { $0 == "done" } == 1)
            #expect(Set(words) == ["done", "voucher_used"])
        }
    }

    @Test("of many members at once, as many get one as there are; what is given back can be had again")
    func stock() async throws {
        try await Club.with(servers: 2) { shop async throws in
            var members: [UUID] = []
            for _ in 0..<20 { members.append(try await shop.somebody(dollars: 10)) }
            let everybody = members
            let views = try await atOnce(60) { number -> RedemptionView? in
                do {
                    return try await shop.services[number % 2].redeem(
                        .reward("mug", confirm: number % 3 == 0), member: everybody[number % 20], idempotencyKey: nil,
                        at: Shop.now)
                } catch let error as ServiceError {
                    #expect(["out_of_stock", "insufficient_points"].contains(error.code), "\(error)")
                    return nil
                }
            }.compactMap { $0 }
            #expect(views.count == 5)
            let left = try await shop.service.rewards(for: nil, at: Shop.now).first { $0.reward.id == "mug" }
            #expect(left?.stock == 0)

            // A cancelled one is back at once, those that have lapsed for whoever asks next.
            let id = try #require(UUID(uuidString: views[0].redemption.id))
            _ = try await shop.service.cancelRedemption(id, at: Shop.now)
            let reserved = views.dropFirst().count { $0.status == .reserved }
            let fresh = try await shop.somebody(dollars: 100)
            let words = try await atOnce(10) { _ in
                await code {
                    _ = try await shop.service.redeem(
                        .reward("mug", confirm: true), member: fresh, idempotencyKey: nil, at: Shop.after(minutes: 20))
                }
            }
            #expect(words.count { $0 == "done" } <= 1 + reserved)
            var count = words.count { $0 == "done" }
            while await code({
                _ = try await shop.service.redeem(
                    .reward("mug", confirm: true), member: fresh, idempotencyKey: nil, at: Shop.after(minutes: 40))
            }) == "done" { count += 1 }
            #expect(count == 1 + reserved)
        }
    }

    @Test("whoever lacks points takes none from the shelf; one set aside by a server that died is found again")
    func shelf() async throws {
        try await Club.with { shop async throws in
            let (poor, rich) = (try await shop.somebody(dollars: 5), try await shop.somebody(dollars: 100))
            #expect(
                await code {
                    _ = try await shop.service.redeem(.reward("mug"), member: poor, idempotencyKey: nil, at: Shop.now)
                } == "insufficient_points")
            #expect(try await shop.number("SELECT count(*) FROM treue.stock_hold") == 0)
            for _ in 0..<5 {
                _ = try await shop.client.query(
                    "SELECT treue.take_stock('club', 'mug', 5, gen_random_uuid(), $1, $2)",
                    [.uuid(rich), .timestamptz(Shop.now.micros)])
            }
            func redeem(at: Instant) async -> String {
                await code {
                    _ = try await shop.service.redeem(
                        .reward("mug", confirm: true), member: rich, idempotencyKey: nil, at: at)
                }
            }
            #expect(await redeem(at: Shop.now) == "out_of_stock")
            #expect(await redeem(at: Shop.after(minutes: 2)) == "done")
            #expect(try await shop.number("SELECT taken FROM treue.stock") == 1)
        }
    }
}
