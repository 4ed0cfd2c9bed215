import Testing

@testable import Loyalty

/// The worked results of Sephora's programme.
@Suite("Sephora's published results")
struct SephoraTests {
    @Test("a VIB earns 1.25 points per dollar in 2019")
    func vibIn2019() throws {
        var till = Till()
        try till.buys(350_00, on: "2018-06-01")
        #expect(try till.buys(80_00, on: "2019-03-01").change == 100)
    }

    @Test("a VIB earns 1 point per dollar in 2026")
    func vibIn2026() throws {
        var till = Till()
        try till.buys(350_00, on: "2025-06-01")
        let outcome = try till.buys(80_00, on: "2026-03-01")
        #expect(outcome.change == 80)
        #expect(outcome.tier == "vib")
    }

    @Test("a Rouge earns 1.5 points per dollar until 2020-05-28 and 1 from the 29th")
    func rateChangesOvernight() throws {
        var till = Till()
        try till.buys(1_000_00, on: "2019-06-01")
        #expect(try till.buys([.article(80_00)], at: Instant.start("2020-05-29").justBefore).change == 120)
        #expect(try till.buys([.article(80_00)], at: .start("2020-05-29")).change == 80)
    }

    @Test("VIB reached in January 2022 lasts until 2023-12-31")
    func validity() throws {
        var till = Till()
        try till.buys(350_00, on: "2022-01-15")
        #expect(till.state.standing.validUntil == "2023-12-31")
        #expect(try till.brought(to: Instant.start("2024-01-01").justBefore).standing.tier == "vib")
        #expect(try till.brought(to: .start("2024-01-01")).standing.tier == "insider")
    }

    @Test("300 dollars by November and 60 in December 2025 are VIB at once, until 2026-12-31")
    func crossingInDecember() throws {
        var till = Till()
        #expect(try till.buys(300_00, on: "2025-11-30").tier == "insider")
        let outcome = try till.buys(60_00, on: "2025-12-10")
        #expect(outcome.tier == "vib")
        #expect(outcome.previousTier == "insider")
        #expect(till.state.standing.validUntil == "2026-12-31")
    }

    @Test("Rouge from 2025 with 400 dollars in 2026 is Rouge until 2026-12-31, then VIB until 2027-12-31")
    func review() throws {
        var till = Till()
        try till.buys(1_000_00, on: "2025-05-01")
        try till.buys(400_00, on: "2026-08-01")
        #expect(try till.brought(to: Instant.start("2027-01-01").justBefore).standing.tier == "rouge")
        let reviewed = try till.brought(to: .start("2027-01-01")).standing
        #expect(reviewed.tier == "vib")
        #expect(reviewed.validUntil == "2027-12-31")
        #expect(reviewed.since == .start("2027-01-01"))
        #expect(try till.brought(to: .start("2028-01-01")).standing.tier == "insider")
    }

    @Test("a balance of 30 and the return of an item that had earned 100 make -70")
    func debt() throws {
        var till = Till()
        try till.buys(100_00, on: "2025-03-01", order: "A")
        try till.returns(.amount(70_00), of: nil, on: "2025-03-02")
        #expect(till.state.points.available == 30)
        #expect(try till.returns(.amount(100_00), of: "A", on: "2025-03-03").available == -70)
    }

    @Test("after a last purchase on 2025-03-15 everything lapses on 2026-03-15")
    func expiry() throws {
        var till = Till()
        try till.buys(40_00, on: "2025-01-15")
        try till.buys(50_00, on: "2025-03-15")
        #expect(try till.brought(to: Instant.start("2026-03-15").justBefore).points.available == 90)
        let lapsed = try till.brought(to: .start("2026-03-15")).points
        #expect(lapsed.available == 0)
        #expect(lapsed.expired == 90)
    }

    @Test("of 1,240 points Cash leaves 740, once per order, of at least 10 dollars")
    func cash() throws {
        var till = Till()
        try till.buys(1_240_00, on: "2025-02-01")
        func cash(_ id: String, _ order: String, _ total: Int64) -> Command {
            .redemption(
                RedemptionRequest(
                    id: id, what: .reward("cash"), order: order, orderTotal: total, orderCurrency: "USD", confirm: true)
            )
        }
        let decision = try till.deliver(cash("1", "A", 24_50), at: .on("2025-03-01"))
        #expect(decision.outcome.change == -500)
        #expect(till.state.points.available == 740)
        #expect(rejection { try till.deliver(cash("2", "A", 24_50), at: .on("2025-03-01")) } == .notEligible)
        #expect(rejection { try till.deliver(cash("2", "B", 9_99), at: .on("2025-03-01")) } == .notEligible)
        #expect(till.state.points.available == 740)
    }

    @Test("under the version of 2017 points live 18 months")
    func expiryOf2017() throws {
        var till = Till()
        try till.buys(40_00, on: "2018-01-15")
        #expect(try till.brought(to: Instant.start("2019-07-15").justBefore).points.available == 40)
        #expect(try till.brought(to: .start("2019-07-15")).points.available == 0)
    }

    @Test("50 dollars in a 3x event earn 150")
    func tripleEvent() throws {
        var till = Till()
        #expect(try till.buys([.article(50_00)], at: Instant.start("2025-11-01").justBefore).change == 50)
        #expect(try till.buys([.article(50_00)], at: .start("2025-11-01")).change == 150)
        #expect(try till.buys([.article(50_00)], at: Instant.start("2025-11-08").justBefore).change == 150)
        #expect(try till.buys([.article(50_00)], at: .start("2025-11-08")).change == 50)
    }

    @Test(
        "gift cards, shipping, tax and event tickets never earn and never qualify",
        arguments: ["gift_card", "shipping", "tax", "event_ticket"])
    func exclusions(_ category: String) throws {
        var till = Till()
        let lines: [Line] = [.article(20_00), .article(900_00, sku: "x", categories: ["new", category])]
        #expect(try till.buys(lines, at: .on("2025-01-10")).change == 20)
        #expect(till.state.spend(in: 2025) == 20_00)
        #expect(till.state.standing.tier == "insider")
    }
}
