import Foundation
import Loyalty
import Postgres
import Testing
import Wire

@testable import LoyaltyService

@Suite("webhooks that a date tells")
struct WebhookDatesTests {
    /// Looks at everybody on the day of `at`, and answers what waits for the endpoint then.
    private func look(
        at: Instant, _ fixture: WebhookFixture, endpoint: UUID
    ) async throws -> [WebhookDelivery] {
        let dates = WebhookDates(service: fixture.shop.service, clock: { at })
        for _ in 0..<200 where try await dates.step() != .idle {}
        return try await fixture.shop.service.webhookDeliveries(
            of: endpoint, state: nil, at: at, page: PageRequest(limit: 200)
        ).items
    }

    @Test("points that expire are announced once, within a month of their day, and not before")
    func expiringSoon() async throws {
        try await WebhookFixture.with { fixture in
            let endpoint = try await fixture.register("https://a.example/", types: [.pointsExpiringSoon]).endpoint.id
            let member = try await fixture.buy(members: 3)[0]
            let balance = try await fixture.shop.service.balance(of: member, at: Shop.now).balance
            let day = try #require(balance.wallets.first?.expiring.first?.on)
            let end = fixture.shop.service.programme.zone.start(of: day)
            func before(_ days: Int64) -> Instant { Instant(micros: end.micros - days * Shop.day) }
            #expect(try await look(at: before(31), fixture, endpoint: endpoint).isEmpty)
            let told = try await look(at: before(29), fixture, endpoint: endpoint)
            #expect(told.count == 3 && Set(told.map(\.type)) == ["points.expiring_soon"])
            #expect(try await look(at: before(20), fixture, endpoint: endpoint).count == 3, "once")
            #expect(try await look(at: before(20), fixture, endpoint: endpoint).count == 3, "a day's second look")
        }
    }

    @Test("a birthday is told on its day to whoever wants to know")
    func birthday() async throws {
        try await WebhookFixture.with { fixture in
            let endpoint = try await fixture.register("https://a.example/", types: [.memberBirthday]).endpoint.id
            let other = try await fixture.register("https://b.example/", types: [.tierAtRisk]).endpoint.id
            let today = fixture.shop.service.programme.zone.date(of: Shop.now)
            let born = try #require(CivilDate("1990-" + today.description.dropFirst(5)))
            let member = try await fixture.shop.service.enrol(EnrolmentBody(birthday: born), at: Shop.start).id
            _ = try await fixture.shop.service.enrol(
                EnrolmentBody(birthday: born.adding(days: 1)), at: Shop.start)
            let told = try await look(at: Shop.now, fixture, endpoint: endpoint)
            #expect(told.map(\.memberID) == [member] && told.map(\.type) == ["member.birthday"])
            #expect(try await look(at: Shop.now, fixture, endpoint: other).isEmpty)
        }
    }

    @Test("a tier that will end is at risk, unless what was spent keeps it")
    func atRisk() async throws {
        try await WebhookFixture.with { fixture in
            let endpoint = try await fixture.register("https://a.example/", types: [.tierAtRisk]).endpoint.id
            let member = try await fixture.shop.somebody()
            _ = try await fixture.shop.service.record(
                .purchase("big", by: .id(member), dollars: 400), receivedAt: Shop.now
            ).get()
            let tier = try await fixture.shop.service.balance(of: member, at: Shop.now).balance.tier
            let last = try #require(tier.validUntil)
            let end = fixture.shop.service.programme.zone.start(of: last)
            func before(_ days: Int64) -> Instant { Instant(micros: end.micros - days * Shop.day) }
            #expect(try await look(at: before(60), fixture, endpoint: endpoint).isEmpty)
            let told = try await look(at: before(10), fixture, endpoint: endpoint)
            #expect(told.map(\.type) == ["tier.at_risk"] && told.map(\.memberID) == [member])
        }
    }

    @Test("while nobody wants to know, nobody is looked at")
    func idle() async throws {
        try await WebhookFixture.with { fixture in
            _ = try await fixture.register("https://a.example/", types: [.pointsEarned])
            _ = try await fixture.buy(members: 2)
            let dates = WebhookDates(service: fixture.shop.service, clock: { Shop.now })
            #expect(try await dates.step() == .idle)
            #expect(try await fixture.shop.number("SELECT count(*) FROM treue.webhook_scan") == 0)
        }
    }
}
