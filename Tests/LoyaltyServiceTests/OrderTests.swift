import Foundation
import Loyalty
import LoyaltyService
import Testing
import Wire

@Suite("orders")
struct OrderTests {
    @Test("an order is sold once: in a batch, across batches and servers")
    func onceOnly() async throws {
        try await Shop.with(servers: 2) { shop async throws in
            let member = MemberReference.external("ann")
            let answers = await shop.service.record([
                .purchase("1", by: member, order: "A"), .purchase("2", by: member, order: "A"),
                .purchase("3", by: member, order: "B"),
            ])
            #expect(answers.map(\.word) == ["accepted", "order_exists", "accepted"])
            #expect(await shop.service.record(.purchase("4", by: member, order: "A")).word == "order_exists")
            #expect(await shop.other.record(.purchase("5", by: member, order: "B", day: 9)).word == "order_exists")
            #expect(try await shop.points(after: answers[0]) == 20)
        }
    }

    @Test("a known order is refused, and the neighbours in its batch are taken")
    func refusedNeighbour() async throws {
        try await Shop.with { shop async throws in
            let (ann, bob) = (MemberReference.external("ann"), MemberReference.external("bob"))
            _ = await shop.service.record(.purchase("1", by: ann, order: "A"))
            let answers = await shop.service.record([
                .purchase("2", by: ann, order: "C"), .purchase("3", by: ann, order: "A"), .purchase("4", by: bob),
                .purchase("5", by: bob, currency: "JPY"), .purchase("6", by: ann, order: "D"),
            ])
            #expect(
                answers.map(\.word) == ["accepted", "order_exists", "accepted", "currency_not_accepted", "accepted"])
            #expect(try await shop.points(after: answers[0]) == 30)
            #expect(try await shop.points(after: answers[2]) == 10)
        }
    }

    @Test("the same order id of another member is another order")
    func othersOrder() async throws {
        try await Shop.with { shop async throws in
            let answers = await shop.service.record([
                .purchase("1", by: .external("ann"), order: "A"), .purchase("2", by: .external("bob"), order: "A"),
            ])
            #expect(answers.map(\.word) == ["accepted", "accepted"])
        }
    }

    @Test("a return before its sale is held and follows the sale, in one batch and across", arguments: [true, false])
    func heldReturn(together: Bool) async throws {
        try await Shop.with { shop async throws in
            let member = MemberReference.external("ann")
            let events: [IncomingEvent] = [
                .comesBack("r", by: member, order: "A", day: 2), .purchase("s", by: member, order: "A", day: 1),
                .purchase("t", by: member, dollars: 7, order: "B", day: 3),
            ]
            var answers: [Result<EventAnswer, ServiceError>] = []
            if together {
                answers = await shop.service.record(events)
            } else {
                for event in events { answers.append(await shop.service.record(event)) }
            }
            #expect(answers.map(\.word) == ["accepted", "accepted", "accepted"])
            #expect(answers[0].answer?.entries.map(\.entry.kind) == [.held])
            #expect(answers[0].answer?.outcome.change == 0)
            #expect(try await shop.points(after: answers[0]) == 7)
        }
    }

    @Test("more than was sold does not come back, in one batch and across")
    func tooMuch() async throws {
        try await Shop.with { shop async throws in
            let member = MemberReference.external("ann")
            let answers = await shop.service.record([
                .purchase("1", by: member, order: "A"), .comesBack("2", by: member, order: "A"),
                .comesBack("3", by: member, order: "A"),
            ])
            #expect(answers.map(\.word) == ["accepted", "accepted", "return_exceeds_sale"])
            #expect(await shop.service.record(.comesBack("4", by: member, order: "A")).word == "return_exceeds_sale")
            #expect(try await shop.points(after: answers[0]) == 0)
        }
    }

    @Test("several hundred returns in one batch each find their order")
    func manyReturns() async throws {
        try await Shop.with { shop async throws in
            let members = (0..<10).map { MemberReference.external("m\($0)") }
            let sales = (0..<200).map { IncomingEvent.purchase("s\($0)", by: members[$0 % 10], order: "o\($0)") }
            let returns = (0..<200).map { IncomingEvent.comesBack("r\($0)", by: members[$0 % 10], order: "o\($0)") }
            #expect(await shop.service.record(sales).allSatisfy { $0.word == "accepted" })
            let answers = await shop.service.record(returns)
            #expect(answers.allSatisfy { $0.word == "accepted" })
            for answer in answers.suffix(10) { #expect(try await shop.points(after: answer) == 0) }
        }
    }
}
