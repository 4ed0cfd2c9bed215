import Foundation
import Loyalty
import Testing

@testable import LoyaltyService
@testable import Wire

@Suite("the first answer again")
struct FirstAnswerTests {
    private func sale(_ order: String, to member: UUID) -> IncomingEvent {
        IncomingEvent(
            id: order, source: "shop", time: Shop.now, member: .id(member),
            command: .purchase(purchase(order)))
    }

    private func purchase(_ order: String, price: Int64 = 1000) -> Purchase {
        Purchase(
            order: OrderReference(source: "shop", id: order), currency: "USD",
            lines: [Line(sku: "A", quantity: 1, unitPrice: price)])
    }

    @Test("an enrolment is told as it was, whatever the member has bought since")
    func enrolment() async throws {
        try await Club.with { shop async throws in
            let body = EnrolmentBody(externalID: "ann", name: "Ann")
            let first = try await shop.service.enrol(body, idempotencyKey: Club.key("1"), at: Shop.now).member
            _ = try #require(await shop.service.record(sale("1", to: first.id)).answer)
            let again = try await shop.service.enrol(
                body, idempotencyKey: Club.key("1"), at: Shop.after(minutes: 3))
            #expect(again.isReplayed)
            let told = again.member
            #expect((told.id, told.version, told.enrolledAt) == (first.id, first.version, first.enrolledAt))
            #expect(told.profile == first.profile && told.balance == first.balance)
            #expect(try await shop.held(first.id) == [100, 0])
        }
    }

    @Test("a quote is told as it was; without a key it is worked out anew, and none of them is an event")
    func quote() async throws {
        try await Club.with { shop async throws in
            let ann = try await shop.somebody()
            let events = try await shop.number("SELECT count(*) FROM treue.event")
            func ask(_ price: Int64, _ key: String?) async throws(ServiceError) -> KeptAnswer {
                let body = QuoteBody(member: .id(ann), purchase: purchase("1", price: price), time: nil)
                return try await shop.service.quote(body, idempotencyKey: key.map { Club.key($0) }, at: Shop.now) {
                    KeptAnswer(status: 200, body: Array("[\($0.outcome.change),\($0.outcome.available)]".utf8))
                }
            }
            let first = try await ask(1000, "1")
            #expect(try await shop.number("SELECT count(*) FROM treue.event") == events)
            _ = try #require(await shop.service.record(sale("9", to: ann)).answer)
            let again = try await ask(1000, "1")
            #expect(again.isReplayed && again.body == first.body)
            #expect(try await ask(1000, nil).body != first.body)
            #expect(await code { _ = try await ask(2000, "1") } == "idempotency_key_reused")
        }
    }
}
