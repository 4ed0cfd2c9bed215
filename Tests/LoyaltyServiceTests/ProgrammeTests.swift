import EventLog
import Foundation
import Loyalty
import LoyaltyService
import Postgres
import Testing

@testable import Wire

@Suite("several programmes, and versions of them")
struct ProgrammeTests {
    private static func document(_ versions: String..., id: String = "corner", currency: String = "USD") -> String {
        "id: \(id)\ncurrencies: [\(currency)]\nenrolment: automatic\nversions:\n"
            + versions.map { "  - \($0)\n" }.joined()
    }

    private static let first = "earning: [{id: base, points: 1, per: 1.00}]"
    private static func second(from day: String, points: Int = 2) -> String {
        "{from: \(day), earning: [{id: base, points: \(points), per: 1.00}]}"
    }

    private func publish(_ text: String, _ number: Int, _ shop: Shop, id: String = "corner", server: Int = 0)
        async throws -> ProgrammeView
    {
        try await shop.services[server].publish(text, as: number, of: id, at: Shop.now)
    }

    @Test("a version is published once and for ever, and other servers take it over")
    func versions() async throws {
        try await Shop.with(servers: 2) { shop async throws in
            #expect(try await publish(Self.document(Self.first), 1, shop).isNew)
            #expect(try await !publish(Self.document(Self.first) + "# another comment\n", 1, shop).isNew)
            let other = Self.document(Self.first.replacing("points: 1", with: "points: 9"))
            #expect(await code { _ = try await publish(other, 1, shop) } == "version_conflict")
            #expect(await code { _ = try await publish(Self.document(Self.first), 3, shop) } == "version_missing")
            #expect(await code { _ = try await publish("id: [", 2, shop) } == "programme_invalid")
            #expect(
                await code { _ = try await publish(Self.document("{earnings: []}"), 1, shop, id: "x") }
                    == "programme_invalid")
            #expect(
                await code { _ = try await publish(Self.document(Self.first, id: "y"), 1, shop, id: "x") }
                    == "programme_invalid")
            #expect(
                await code {
                    _ = try await publish(
                        Self.document(Self.first, Self.second(from: "2027-01-01"), currency: "EUR"), 2, shop)
                } == "programme_fixed")
            #expect(await code { _ = try await shop.service.programme("none", at: Shop.now) } == "programme_not_found")

            // Before anything has happened a version may begin in the past; afterwards not.
            let two = Self.document(Self.first, Self.second(from: "2026-02-01"))
            #expect(try await publish(two, 2, shop).programme.versions.count == 2)
            try await shop.other.refreshProgrammes()
            let body = EnrolmentBody(programme: "corner")
            let ann = try await shop.other.enrol(body, at: Shop.start)
            #expect(ann.programme == "corner")
            for (id, day, change) in [("old", 10, 7), ("new", 40, 14)] as [(String, Int64, Int64)] {
                let sale = IncomingEvent.purchase(id, by: .id(ann.id), dollars: 7, day: day)
                #expect(await shop.other.record(sale).answer?.outcome.change == change)
            }
            let past = Self.second(from: "2026-02-20", points: 3)
            #expect(await code { _ = try await publish(past, 3, shop) } == "version_in_past")
            let future = Self.second(from: "2026-03-02", points: 3)
            let view = try await publish(future, 3, shop)
            #expect(view.inForce == 2 && view.programme.versions.map(\.number) == [1, 2, 3])
            #expect(
                try await shop.other.programme("corner", at: Instant(micros: Shop.now.micros + Shop.day)).inForce == 3)
            // What is delivered late is judged by the rules of its day.
            let late = IncomingEvent.purchase("late", by: .id(ann.id), dollars: 7, day: 11)
            #expect(await shop.service.record(late).answer?.outcome.change == 7)
        }
    }

    @Test("of servers that publish at once, one content wins and the others are told")
    func race() async throws {
        try await Shop.with(servers: 2) { shop async throws in
            _ = try await publish(Self.document(Self.first), 1, shop)
            let words = try await atOnce(20) { number in
                await code {
                    _ = try await publish(
                        Self.second(from: "2027-01-01", points: 2 + number % 4), 2, shop, server: number % 2)
                }
            }
            #expect(Set(words) == ["done", "version_conflict"])
            #expect(words.count { $0 == "done" } == 5)
            #expect(try await shop.number("SELECT count(*) FROM treue.programme") == 2)
        }
    }

    @Test("several programmes live in one database; the first is the default, and points stay within each")
    func several() async throws {
        let corner = try ProgrammeFile.read(Self.document(Self.first), name: "corner.yaml")
        try await Shop.with(programmes: [try Club.programme(), corner]) { shop async throws in
            let ann = try await shop.service.enrol(EnrolmentBody(), at: Shop.start)
            let bob = try await shop.service.enrol(EnrolmentBody(programme: "corner"), at: Shop.start)
            #expect(ann.programme == "club" && bob.programme == "corner")
            for (member, change) in [(ann, 100), (bob, 10)] as [(MemberView, Int64)] {
                let sale = IncomingEvent.purchase("\(member.id)", by: .id(member.id))
                #expect(await shop.service.record(sale).answer?.outcome.change == change)
            }
            let quoted = try await shop.service.quote(
                QuoteBody(
                    member: .id(bob.id),
                    purchase: Purchase(
                        order: OrderReference(source: "s", id: "1"), currency: "USD",
                        lines: [Line(sku: "A", quantity: 1, unitPrice: 1000)]), time: nil), at: Shop.now)
            #expect(quoted.outcome.change == 10)
            #expect(try await shop.service.rewards(for: .id(bob.id), at: Shop.now).isEmpty)
            let transfer = TransferBody(to: .id(bob.id), wallet: "points", points: 60)
            #expect(
                await code {
                    _ = try await shop.service.transfer(transfer, from: ann.id, idempotencyKey: nil, at: Shop.now)
                } == "recipient_not_found")
            #expect(
                await code {
                    _ = try await shop.service.merge(ann.id, MergeBody(into: .id(bob.id)), at: Shop.now)
                } == "recipient_not_found")
            #expect(
                await code { _ = try await shop.service.enrol(EnrolmentBody(programme: "none"), at: Shop.now) }
                    == "programme_not_found")
        }
    }
}
