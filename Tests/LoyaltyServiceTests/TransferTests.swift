import EventLog
import Foundation
import Loyalty
import Postgres
import Testing

@testable import LoyaltyService
@testable import Wire

@Suite("points and members that become another's")
struct TransferTests {
    private func to(_ member: UUID, _ points: Int64) -> TransferBody {
        TransferBody(to: .id(member), wallet: "points", points: points)
    }

    @Test("points move with their ends; too few, too many and to oneself are refused")
    func transfer() async throws {
        try await Club.with(servers: 2) { shop async throws in
            let (ann, bob) = (try await shop.somebody(dollars: 100), try await shop.somebody(dollars: 1, day: 5))
            let act = try await shop.service.transfer(to(bob, 300), from: ann, idempotencyKey: nil, at: Shop.now)
            #expect(act.balance.wallets[0].available == 700)
            #expect(try await shop.held(ann) == [700, 0])
            #expect(try await shop.held(bob) == [310, 0])
            let expiring = try await shop.other.balance(of: bob, at: Shop.now).balance.wallets[0].expiring
            #expect(expiring.map(\.points) == [300, 10])
            func refused(_ body: TransferBody) async -> String {
                await code {
                    _ = try await shop.service.transfer(body, from: ann, idempotencyKey: nil, at: Shop.now)
                }
            }
            #expect(await refused(to(bob, 49)) == "transfer_not_allowed")
            #expect(await refused(to(bob, 701)) == "insufficient_points")
            #expect(await refused(to(ann, 100)) == "same_member")
            #expect(await refused(to(UUID(), 100)) == "recipient_not_found")
            #expect(try await shop.number("SELECT count(*) FROM treue.errand") == 0)
        }
    }

    @Test("200 identical requests at once have one effect and equal answers; a key keeps its first answer")
    func identical() async throws {
        try await Club.with(servers: 2) { shop async throws in
            let (ann, bob) = (try await shop.somebody(dollars: 100), try await shop.somebody())
            let body = to(bob, 300)
            let acts = try await atOnce(200) { number in
                try await shop.services[number % 2].transfer(
                    body, from: ann, idempotencyKey: Club.key("k"), at: Shop.now)
            }
            #expect(Set(acts.map(\.effect)).count == 1)
            #expect(acts.count { !$0.isReplayed } == 1)
            #expect(try await shop.held(ann) == [700, 0])
            #expect(try await shop.held(bob) == [300, 0])
            #expect(
                await code {
                    _ = try await shop.service.transfer(
                        to(bob, 301), from: ann, idempotencyKey: Club.key("k"), at: Shop.now)
                } == "idempotency_key_reused")
            #expect(try await shop.number("SELECT count(*) FROM treue.errand") == 0)
        }
    }

    @Test("points go around in a circle at once, and none is lost or made")
    func circle() async throws {
        try await Club.with(servers: 2) { shop async throws in
            var members: [UUID] = []
            for _ in 0..<4 { members.append(try await shop.somebody(dollars: 20)) }
            let circle = members
            _ = try await atOnce(60) { number in
                await code {
                    _ = try await shop.services[number % 2].transfer(
                        to(circle[(number + 1) % 4], 60), from: circle[number % 4], idempotencyKey: nil, at: Shop.now)
                }
            }
            var sum: Int64 = 0
            for member in members { sum += try await shop.held(member)[0] }
            #expect(sum == 800)
        }
    }

    /// What a server that died between the two halves leaves behind.
    private func firstHalf(_ kind: String, _ command: Command, of first: UUID, to second: UUID, _ shop: Shop)
        async throws
    {
        let id = UUID()
        var command = command
        if case .transferOut(_, let other, let wallet, let points) = command {
            command = .transferOut(id: UUIDText.text(id), to: other, wallet: wallet, points: points)
        }
        _ = try await shop.client.query(
            "INSERT INTO treue.errand (begun_at, id, first, second, kind) VALUES ($1, $2, $3, $4, $5)",
            [.timestamptz(Shop.now.micros), .uuid(id), .uuid(first), .uuid(second), .text(kind)])
        _ = try await shop.service.perform(
            command, for: first, at: Shop.now, RepeatKey(key: id.bytes, contentHash: id.bytes))
    }

    @Test("what a server left half done is finished by another, once")
    func errands() async throws {
        try await Club.with(servers: 2) { shop async throws in
            let (ann, bob) = (try await shop.somebody(dollars: 100), try await shop.somebody(dollars: 10))
            try await firstHalf(
                "transfer", .transferOut(id: "", to: UUIDText.text(bob), wallet: "points", points: 300), of: ann,
                to: bob, shop)
            #expect(try await shop.held(ann) == [700, 0])
            #expect(try await shop.held(bob) == [100, 0])
            let later = Shop.after(minutes: 1)
            _ = try await atOnce(4) { try await shop.services[$0 % 2].finishErrands(at: later) }
            #expect(try await shop.held(ann) == [700, 0])
            #expect(try await shop.held(bob) == [400, 0])
            try await firstHalf("merge", .merge(into: UUIDText.text(bob)), of: ann, to: bob, shop)
            #expect(try await shop.held(bob) == [400, 0])
            _ = try await atOnce(4) { try await shop.services[$0 % 2].finishErrands(at: later) }
            #expect(try await shop.held(ann) == [1100, 0])
            #expect(try await shop.held(bob) == [1100, 0])
            // One whose first half never came is forgotten.
            _ = try await shop.client.query(
                "INSERT INTO treue.errand (begun_at, id, first, second, kind) VALUES ($1, $2, $3, $4, 'transfer')",
                [.timestamptz(Shop.now.micros), .uuid(UUID()), .uuid(ann), .uuid(bob)])
            try await shop.other.finishErrands(at: later)
            #expect(try await shop.number("SELECT count(*) FROM treue.errand") == 0)
        }
    }

    @Test("an errand that cannot be carried out holds up no other, and stays")
    func brokenErrand() async throws {
        try await Club.with { shop async throws in
            let (ann, bob) = (try await shop.somebody(dollars: 100), try await shop.somebody(dollars: 10))
            let transfer = Command.transferOut(id: "", to: UUIDText.text(bob), wallet: "points", points: 100)
            try await firstHalf("transfer", transfer, of: ann, to: bob, shop)
            // The first in line, and its event cannot be read.
            try await shop.tamper(
                """
                UPDATE treue.event SET key = decode('00000000000000000000000000000001', 'hex'), data = '{}'
                 WHERE type = 'points.transferred';
                UPDATE treue.errand SET id = '00000000-0000-0000-0000-000000000001'
                """)
            try await firstHalf("transfer", transfer, of: ann, to: bob, shop)
            await #expect(throws: (any Error).self) {
                try await shop.service.finishErrands(at: Shop.after(minutes: 1))
            }
            #expect(try await shop.held(bob) == [200, 0])
            #expect(try await shop.number("SELECT count(*) FROM treue.errand") == 1)
        }
    }

    @Test("one member becomes another: both ids and cards lead to who goes on, and nothing is lost")
    func merge() async throws {
        try await Club.with(servers: 2) { shop async throws in
            let ann = try await shop.service.enrol(EnrolmentBody(externalID: "ann"), at: Shop.start)
            let bob = try await shop.service.enrol(EnrolmentBody(externalID: "bob"), at: Shop.start)
            let bought = IncomingEvent.purchase("a1", by: .external("ann"), dollars: 60, order: "A")
            let first = await shop.service.record(bought)
            _ = await shop.service.record(.purchase("b1", by: .external("bob"), dollars: 40, order: "B"))
            let held = try await shop.service.redeem(.points(100), member: ann.id, idempotencyKey: nil, at: Shop.now)
            let body = MergeBody(into: .id(bob.id))
            let merged = try await shop.service.merge(ann.id, body, idempotencyKey: Club.key("k"), at: Shop.now)
            #expect(merged.member.id == bob.id && !merged.isReplayed)
            for server in shop.services {
                for reference in [
                    MemberReference.id(ann.id), .external("ann"), .external("bob"),
                    MemberReference(.card, ann.profile.card ?? "")!, MemberReference(.card, bob.profile.card ?? "")!,
                ] {
                    let found = try await server.member(reference, at: Shop.now)
                    #expect(found.id == bob.id)
                    // What was held is given back first, and goes over.
                    #expect(found.balance.wallets[0].available == 1000 && found.balance.wallets[0].reserved == 0)
                }
            }
            // Late sales and returns of the member who is no more, and repeats of what was recorded before.
            let late = await shop.other.record(.purchase("a2", by: .external("ann"), dollars: 5, order: "A2", day: 1))
            #expect(late.word == "accepted" && late.answer?.memberID == bob.id)
            #expect(try await shop.held(bob.id) == [1050, 0])
            let back = await shop.other.record(.comesBack("r1", by: .external("ann"), order: "A", dollars: 60, day: 58))
            #expect(back.word == "accepted")
            #expect(try await shop.held(bob.id) == [450, 0])
            let again = await shop.other.record(bought)
            #expect(again.word == "duplicate" && again.effect == first.effect)
            var other = bought
            other.member = .external("bob")
            #expect(await shop.service.record(other).word == "duplicate")
            #expect(await shop.service.record(.purchase("a3", by: .external("bob"), order: "A")).word == "order_exists")
            let id = try #require(UUID(uuidString: held.redemption.id))
            #expect(try await shop.service.redemption(id, at: Shop.now).status == .cancelled)
            #expect(try await shop.service.redemption(id, at: Shop.now).memberID == bob.id)
        }
    }

    @Test("a merge asked again changes nothing; into another, into oneself and in a circle is refused")
    func mergeAgain() async throws {
        try await Club.with(servers: 2) { shop async throws in
            let (ann, bob, cyd) = (
                try await shop.somebody(dollars: 10), try await shop.somebody(dollars: 20),
                try await shop.somebody(dollars: 30)
            )
            @Sendable func merge(
                _ member: UUID, _ into: UUID, _ key: String? = nil, _ server: Int = 0
            ) async throws -> Enrolment {
                try await shop.services[server].merge(
                    member, MergeBody(into: .id(into)), idempotencyKey: key.map { Club.key($0) }, at: Shop.now)
            }
            let all = try await atOnce(50) { try await merge(ann, bob, "k", $0 % 2) }
            #expect(all.count { !$0.isReplayed } == 1)
            #expect(Set(all.map(\.member.id)) == [bob])
            #expect(try await merge(ann, bob).member.id == bob)
            #expect(await code { _ = try await merge(ann, cyd) } == "member_merged")
            #expect(await code { _ = try await merge(ann, cyd, "k") } == "idempotency_key_reused")
            #expect(await code { _ = try await merge(cyd, cyd) } == "same_member")
            #expect(await code { _ = try await merge(bob, ann) } == "same_member")
            #expect(await code { _ = try await merge(cyd, UUID()) } == "recipient_not_found")
            #expect(try await merge(bob, cyd).member.id == cyd)
            #expect(try await shop.held(ann) == [600, 0])
            #expect(try await shop.number("SELECT count(*) FROM treue.errand") == 0)
        }
    }

    @Test("two members who become each other at once: one does at most, and nothing is lost")
    func mergeRace() async throws {
        try await Club.with(servers: 2) { shop async throws in
            for _ in 0..<10 {
                let pair = [try await shop.somebody(dollars: 10), try await shop.somebody(dollars: 20)]
                let words = try await atOnce(2) { number in
                    await code {
                        _ = try await shop.services[number].merge(
                            pair[number], MergeBody(into: .id(pair[1 - number])), at: Shop.now)
                    }
                }
                #expect(words.count { $0 == "done" } <= 1, "\(words)")
                let left = try await shop.held(pair[0])[0] + shop.held(pair[1])[0]
                #expect(left == (words.contains("done") ? 600 : 300), "\(words)")
            }
        }
    }
}
