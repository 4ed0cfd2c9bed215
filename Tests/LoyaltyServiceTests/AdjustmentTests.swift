import Foundation
import Loyalty
import LoyaltyService
import Testing

@testable import Wire

@Suite("adjustments by hand")
struct AdjustmentTests {
    private func body(_ points: Int64, _ reason: String = "goodwill", note: String? = nil) -> AdjustmentBody {
        AdjustmentBody(wallet: "points", points: points, reason: reason, note: note)
    }

    private func adjust(
        _ shop: Shop, _ body: AdjustmentBody, _ member: UUID, agent: UUID = Club.agent, key: RequestKey? = nil,
        server: Int = 0
    ) async throws -> AdjustmentOutcome {
        try await shop.services[server].adjust(
            body, member: member, agent: agent, idempotencyKey: key, at: Shop.now)
    }

    private func effect(_ outcome: AdjustmentOutcome) -> String {
        switch outcome {
        case .done(let act): act.effect
        case .waits(let request): "\(request.id) \(request.points)"
        }
    }

    @Test("points are given and taken with a reason, and the note is sealed")
    func done() async throws {
        try await Club.with { shop async throws in
            let ann = try await shop.somebody(dollars: 10)
            guard case .done(let act) = try await adjust(shop, body(50, note: "Parcel came late"), ann) else {
                Issue.record("waits")
                return
            }
            #expect(act.entries.map(\.entry.points) == [50] && act.balance.wallets[0].available == 150)
            _ = try await adjust(shop, body(-170, "correction"), ann)
            #expect(try await shop.held(ann) == [-20, 0])
            #expect(try await shop.number("SELECT count(*) FROM treue.event WHERE data::text LIKE '%Parcel%'") == 0)
            #expect(await code { _ = try await adjust(shop, body(5, "whim"), ann) } == "reason_unknown")
            let stars = AdjustmentBody(wallet: "stars", points: 5, reason: "goodwill")
            #expect(await code { _ = try await adjust(shop, stars, ann) } == "wallet_unknown")
            #expect(await code { _ = try await adjust(shop, body(5), UUID()) } == "member_not_found")
        }
    }

    @Test("an agent gives so much a day and no more, whoever gets it; what is refused uses up nothing")
    func dailyLimit() async throws {
        try await Club.with(servers: 2) { shop async throws in
            let (ann, bob) = (try await shop.somebody(), try await shop.somebody())
            for _ in 0..<5 {
                #expect(await code { _ = try await adjust(shop, body(600, "whim"), ann) } == "reason_unknown")
            }
            let words = try await atOnce(30) { number in
                await code {
                    _ = try await adjust(shop, body(100), number % 2 == 0 ? ann : bob, server: number % 2)
                }
            }
            #expect(words.count { $0 == "done" } == 10)
            #expect(Set(words) == ["done", "limit_exceeded"])
            // Taking is no giving; another agent, and another day, have allowances of their own.
            #expect(await code { _ = try await adjust(shop, body(-100), ann) } == "done")
            #expect(await code { _ = try await adjust(shop, body(100), ann, agent: Club.other) } == "done")
            #expect(
                await code {
                    _ = try await shop.service.adjust(
                        body(100), member: ann, agent: Club.agent, idempotencyKey: nil,
                        at: Instant(micros: Shop.now.micros + Shop.day))
                } == "done")
        }
    }

    @Test("200 identical requests at once have one effect, equal answers, and use the allowance once")
    func identical() async throws {
        try await Club.with(servers: 2) { shop async throws in
            let ann = try await shop.somebody()
            let effects = try await atOnce(200) { number in
                effect(try await adjust(shop, body(400), ann, key: Club.key("k"), server: number % 2))
            }
            #expect(Set(effects).count == 1)
            #expect(try await shop.held(ann) == [400, 0])
            #expect(try await shop.number("SELECT sum(points)::bigint FROM treue.agent_day") == 400)
            // Later, when the allowance is gone and the balance is another, the first answer comes again.
            _ = try await adjust(shop, body(600), ann)
            #expect(effect(try await adjust(shop, body(400), ann, key: Club.key("k"))) == effects[0])
            #expect(
                await code { _ = try await adjust(shop, body(401), ann, key: Club.key("k")) }
                    == "idempotency_key_reused")
        }
    }

    @Test("above the limit somebody else has to look: never who asked, and once")
    func fourEyes() async throws {
        try await Club.with(servers: 2) { shop async throws in
            let ann = try await shop.somebody()
            guard case .waits(let asked) = try await adjust(shop, body(5000, note: "flood"), ann, key: Club.key("k")),
                case .waits(let again) = try await adjust(shop, body(5000, note: "flood"), ann, key: Club.key("k"))
            else {
                Issue.record("done alone")
                return
            }
            #expect(asked.id == again.id && !asked.isReplayed && again.isReplayed)
            #expect(
                await code { _ = try await adjust(shop, body(6000), ann, key: Club.key("k")) }
                    == "idempotency_key_reused")
            #expect(
                await code { _ = try await adjust(shop, body(5000, note: "fire"), ann, key: Club.key("k")) }
                    == "idempotency_key_reused")
            #expect(try await shop.held(ann) == [0, 0])
            let waiting = try await shop.service.waitingAdjustments(page: PageRequest(limit: 1))
            #expect(waiting.items.map(\.id) == [asked.id] && waiting.nextCursor == nil)
            #expect(
                await code { _ = try await shop.service.approveAdjustment(asked.id, agent: Club.agent, at: Shop.now) }
                    == "second_person_required")
            #expect(
                await code { _ = try await shop.service.approveAdjustment(UUID(), agent: Club.other, at: Shop.now) }
                    == "adjustment_not_found")
            let approved = try await atOnce(20) { number in
                try await shop.services[number % 2].approveAdjustment(asked.id, agent: Club.other, at: Shop.now)
            }
            #expect(Set(approved.map(\.effect)).count == 1)
            #expect(approved.count { !$0.isReplayed } == 1)
            #expect(try await shop.held(ann) == [5000, 0])
            #expect(try await shop.service.waitingAdjustments(page: PageRequest()).items.isEmpty)
        }
    }

    @Test("requests that wait come in pages")
    func pages() async throws {
        try await Club.with { shop async throws in
            let ann = try await shop.somebody()
            for _ in 0..<5 { _ = try await adjust(shop, body(700), ann) }
            var seen: [UUID] = []
            var cursor: String?
            repeat {
                let page = try await shop.service.waitingAdjustments(page: PageRequest(limit: 2, cursor: cursor))
                seen += page.items.map(\.id)
                cursor = page.nextCursor
            } while cursor != nil
            #expect(seen.count == 5 && Set(seen).count == 5)
            #expect(
                await code { _ = try await shop.service.waitingAdjustments(page: PageRequest(cursor: "x")) }
                    == "cursor_invalid")
        }
    }
}
