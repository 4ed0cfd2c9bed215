import Foundation
import Loyalty
import LoyaltyService
import Testing

@testable import Wire

@Suite("codes that the shop brings")
struct CodePoolTests {
    private static let yaml = """
        id: club
        currencies: [USD]
        enrolment: automatic
        versions:
          - earning: [{id: base, points: 10, per: 1.00}]
            rewards:
              - {id: spa, kind: voucher, points: 10, value: 20.00, voucher: {valid_days: 30, codes: pool}}
              - {id: made, kind: voucher, points: 10, value: 20.00}
        """

    private static func with(_ body: @Sendable (Shop) async throws -> Void) async throws {
        try await Shop.with(servers: 2, programmes: [try ProgrammeFile.read(yaml, name: "club.yaml")], body)
    }

    @Test("of many members at once over two servers, each gets a code of its own, until none is left")
    func once() async throws {
        try await CodePoolTests.with { shop async throws in
            let brought = (1...15).map { "SPA-\($0)-x" }
            #expect(try await shop.brings(brought).added == 15)
            var members: [UUID] = []
            for _ in 0..<10 { members.append(try await shop.somebody(dollars: 100)) }
            let everybody = members
            let views = try await atOnce(40) { number -> RedemptionView? in
                do {
                    return try await shop.services[number % 2].redeem(
                        .reward("spa", confirm: true), member: everybody[number % 10], idempotencyKey: nil,
                        at: Shop.now)
                } catch let error as ServiceError {
                    #expect(error.code == "out_of_stock")
                    return nil
                }
            }.compactMap { $0 }
            #expect(Set(views.compactMap { $0.voucher?.code }) == Set(brought))
            #expect(views.count == 15)
            #expect(try await shop.service.rewards(for: nil, at: Shop.now).first?.stock == 0)
            // Whoever asks again is told the same.
            let view = views[0]
            let id = try #require(UUID(uuidString: view.redemption.id))
            #expect(try await shop.other.redemption(id, at: Shop.now).voucher?.code == view.voucher?.code)
            // More codes, and there are some again.
            #expect(
                try await shop.brings(["SPA-16", "spa 3 x"])
                    == .init(programme: "club", reward: "spa", added: 1, known: 1, left: 1))
            let last = try await shop.other.redeem(
                .reward("spa", confirm: true), member: everybody[0], idempotencyKey: nil, at: Shop.now)
            #expect(last.voucher?.code == "SPA-16")
        }
    }

    @Test("a code is drawn when it is confirmed, stays with its redemption, and is used once")
    func phases() async throws {
        try await CodePoolTests.with { shop async throws in
            _ = try await shop.brings(["ONE", "TWO"])
            let ann = try await shop.somebody(dollars: 100)
            func hold() async throws -> UUID {
                let view = try await shop.service.redeem(
                    .reward("spa"), member: ann, idempotencyKey: nil, at: Shop.now)
                #expect(view.voucher?.code == nil)
                return try #require(UUID(uuidString: view.redemption.id))
            }
            let (first, second) = (try await hold(), try await hold())
            #expect(await code { _ = try await hold() } == "out_of_stock")
            // What was only held can be had again, by anybody.
            _ = try await shop.other.cancelRedemption(first, at: Shop.now)
            let third = try await hold()
            #expect(try await shop.other.confirmRedemption(third, at: Shop.now).voucher?.code == "ONE")
            #expect(try await shop.service.confirmRedemption(third, at: Shop.now).voucher?.code == "ONE")
            #expect(try await shop.service.confirmRedemption(second, at: Shop.now).voucher?.code == "TWO")
            #expect(try await shop.other.redeemVoucher("one", at: Shop.now).redemptionID == UUIDText.text(third))
            #expect(await code { _ = try await shop.service.redeemVoucher("ONE", at: Shop.now) } == "voucher_used")
            // One that was seen goes to nobody else.
            _ = try await shop.service.cancelRedemption(second, at: Shop.now)
            #expect(await code { _ = try await hold() } == "out_of_stock")
            #expect(
                try await shop.number("SELECT count(*) FROM treue.event WHERE data::text ~ 'ONE|TWO'") == 0)
        }
    }

    @Test("codes come for a reward that has a pool, once for one key")
    func brought() async throws {
        try await CodePoolTests.with { shop async throws in
            #expect(await code { _ = try await shop.brings(["A"], for: "made") } == "no_code_pool")
            #expect(await code { _ = try await shop.brings(["A"], for: "none") } == "reward_not_found")
            let key = Club.key("codes")
            #expect(try await shop.brings(["A", "B"], key: key).left == 2)
            #expect(try await shop.brings(["A", "B"], key: key).left == 2)
            #expect(await code { _ = try await shop.brings(["C"], key: key) } == "idempotency_key_reused")
            #expect(try await shop.number("SELECT count(*) FROM treue.voucher_code") == 2)
        }
    }
}

extension Shop {
    @discardableResult
    fileprivate func brings(
        _ codes: [String], for reward: String = "spa", key: RequestKey? = nil
    ) async throws -> CodeDelivery {
        let kept = try await service.bringCodes(
            CodesBody(codes: codes), for: reward, by: Club.agent, idempotencyKey: key, at: Shop.now
        ) { delivery in
            let text = "\(delivery.programme) \(delivery.reward) \(delivery.added) \(delivery.known) \(delivery.left)"
            return KeptAnswer(status: 200, body: Array("\"\(text)\"".utf8))
        }
        let parts = String(decoding: kept.body, as: UTF8.self).dropFirst().dropLast().split(separator: " ")
        return CodeDelivery(
            programme: String(parts[0]), reward: String(parts[1]), added: Int(parts[2]) ?? -1,
            known: Int(parts[3]) ?? -1, left: Int64(parts[4]) ?? -1)
    }
}
