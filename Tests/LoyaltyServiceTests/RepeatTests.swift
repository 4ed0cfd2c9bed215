import EventLog
import Foundation
import Loyalty
import LoyaltyService
import Testing
import Wire

@Suite("an event that comes again")
struct RepeatTests {
    @Test("in the same batch counts once and gets the first answer")
    func sameBatch() async throws {
        try await Shop.with { shop async throws in
            let event = IncomingEvent.purchase("1", by: .external("ann"), dollars: 12)
            let answers = await shop.service.record([event, event, event])
            #expect(answers.map(\.word) == ["accepted", "duplicate", "duplicate"])
            #expect(Set(answers.map(\.effect)).count == 1)
            let id = try answers[0].get().memberID
            #expect(try await shop.points(of: id) == 12)
        }
    }

    @Test("in a later batch, also among new ones, gets the first answer with all its entries")
    func laterBatch() async throws {
        try await Shop.with { shop async throws in
            let events = (0..<20).map {
                IncomingEvent.purchase("\($0)", by: .external("m\($0 % 3)"), dollars: 100, day: $0)
            }
            let first = await shop.service.record(events)
            let new = IncomingEvent.purchase("new", by: .external("m1"), day: 30)
            let again = await shop.service.record([new] + events)
            #expect(first.allSatisfy { $0.word == "accepted" })
            #expect(again.map(\.word) == ["accepted"] + events.map { _ in "duplicate" })
            #expect(again.dropFirst().map(\.effect) == first.map(\.effect))
        }
    }

    @Test("at two servers at once has one effect and one answer")
    func twoServers() async throws {
        try await Shop.with(servers: 2) { shop async throws in
            let id = try await shop.somebody()
            for round in 0..<10 {
                let event = IncomingEvent.purchase("\(round)", by: .id(id), dollars: 10)
                async let here = shop.service.recordAtOnce([event, event])
                async let there = shop.other.recordAtOnce([event, event])
                let answers = await here + there
                #expect(answers.map(\.word).sorted() == ["accepted", "duplicate", "duplicate", "duplicate"])
                #expect(Set(answers.map(\.effect)).count == 1)
            }
            #expect(try await shop.points(of: id) == 100)
        }
    }

    @Test("with other content is a conflict, in one batch and across")
    func otherContent() async throws {
        try await Shop.with { shop async throws in
            let member = MemberReference.external("ann")
            let answers = await shop.service.record([
                .purchase("1", by: member, dollars: 10), .purchase("1", by: member, dollars: 11),
            ])
            #expect(answers.map(\.word) == ["accepted", "event_conflict"])
            #expect(await shop.service.record(.purchase("1", by: member, dollars: 12)).word == "event_conflict")
        }
    }

    @Test("for another member, known or new, is a conflict")
    func otherMember() async throws {
        try await Shop.with { shop async throws in
            let answers = await shop.service.record([
                .purchase("1", by: .external("ann")), .purchase("1", by: .external("bob")),
            ])
            // Members are dealt with side by side: either may be first.
            #expect(Set(answers.map(\.word)) == ["accepted", "event_conflict"])
            #expect(await shop.service.record(.purchase("1", by: .external("cyd"))).word == "event_conflict")
            #expect(try await shop.number("SELECT count(*) FROM treue.account") == 1)
        }
    }

    @Test("for a member nobody knows is a conflict, where strangers are refused; a new one is not found")
    func unknownMember() async throws {
        try await Shop.with(enrolment: .explicit) { shop async throws in
            let id = try await shop.somebody()
            #expect(await shop.service.record(.purchase("1", by: .id(id))).word == "accepted")
            let answers = await shop.service.record([
                .purchase("1", by: .external("nobody")), .purchase("2", by: .external("nobody")),
                .purchase("1", by: .id(UUID())), .purchase("2", by: .id(UUID())),
            ])
            #expect(
                answers.map(\.word) == ["event_conflict", "member_not_found", "event_conflict", "member_not_found"])
        }
    }

    @Test("and was refused is judged anew, however often it stands in a batch")
    func refusedAgain() async throws {
        try await Shop.with { shop async throws in
            let wrong = IncomingEvent.purchase("1", by: .external("ann"), currency: "JPY")
            let answers = await shop.service.record(Array(repeating: wrong, count: 40))
            #expect(Set(answers.map(\.word)) == ["currency_not_accepted"])
            #expect(await shop.service.record(.purchase("1", by: .external("ann"))).word == "accepted")
        }
    }

    @Test("and was late has its first answer too")
    func late() async throws {
        try await Shop.with { shop async throws in
            let member = MemberReference.external("ann")
            _ = await shop.service.record(.purchase("new", by: member, dollars: 500, day: 20))
            let late = IncomingEvent.purchase("late", by: member, dollars: 400, day: 3)
            let answers = await shop.service.record([late, late])
            #expect(answers.map(\.word) == ["accepted", "duplicate"])
            let again = await shop.service.record(late)
            #expect(Set([answers[0].effect, answers[1].effect, again.effect]).count == 1)
            #expect(try await shop.points(after: answers[0]) == 900)
        }
    }

    @Test("of a closed month is known, its order is sold once, and comes back")
    func closed() async throws {
        try await Shop.with { shop async throws in
            let ann = MemberReference.external("ann")
            let sale = IncomingEvent.purchase("1", by: ann, dollars: 30, order: "A")
            let first = await shop.service.record(sale)
            #expect(try await shop.closeEvents(before: Instant(micros: Shop.now.micros + 1)).open == 0)
            let again = await shop.service.record(sale)
            #expect(again.word == "duplicate" && again.effect == first.effect)
            #expect(
                await shop.service.record(.purchase("1", by: ann, dollars: 31, order: "A")).word == "event_conflict")
            #expect(await shop.service.record(.purchase("2", by: ann, order: "A")).word == "order_exists")
            #expect(await shop.service.record(.comesBack("3", by: ann, order: "A", dollars: 30)).word == "accepted")
            #expect(try await shop.points(after: first) == 0)
            #expect(await shop.service.record(.purchase("4", by: ann, dollars: 5, order: "B")).word == "accepted")
            #expect(try await shop.points(after: first) == 5)
        }
    }
}
