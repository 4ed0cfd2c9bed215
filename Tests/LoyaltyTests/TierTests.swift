import Testing

@testable import Loyalty

@Suite("Tiers")
struct TierTests {
    @Test("the purchase that crosses the line still earns at the old rate, the next at the new")
    func crossing() throws {
        var till = Till()
        #expect(try till.buys(349_99, on: "2019-01-02").tier == "insider")
        let crossing = try till.buys(100_00, on: "2019-01-03")
        #expect(crossing.change == 100)
        #expect(crossing.tier == "vib")
        #expect(try till.buys(100_00, on: "2019-01-04").change == 125)
    }

    @Test("exactly the threshold is enough, a cent less is not", arguments: [(349_99, "insider"), (350_00, "vib")])
    func threshold(_ cents: Int64, _ tier: String) throws {
        var till = Till()
        #expect(try till.buys(cents, on: "2025-02-01").tier == tier)
    }

    @Test("one purchase may climb two tiers")
    func twoAtOnce() throws {
        var till = Till()
        #expect(try till.buys(1_000_00, on: "2025-02-01").tier == "rouge")
    }

    @Test("spend of two calendar years does not add up")
    func twoYears() throws {
        var till = Till()
        try till.buys([.article(200_00)], at: Instant.start("2026-01-01").justBefore)
        #expect(try till.buys([.article(200_00)], at: .start("2026-01-01")).tier == "insider")
        #expect(till.state.spend(in: 2025) == 200_00)
        #expect(till.state.spend(in: 2026) == 200_00)
    }

    @Test("who spends enough again keeps the tier for another year, since the first day")
    func requalification() throws {
        var till = Till()
        try till.buys(400_00, on: "2024-03-01")
        try till.buys(400_00, on: "2025-03-01")
        let standing = try till.brought(to: .start("2026-01-01")).standing
        #expect(standing == .init(tier: "vib", since: .on("2024-03-01"), validUntil: "2026-12-31"))
        #expect(try till.brought(to: .start("2027-01-01")).standing.tier == "insider")
    }

    @Test("a higher tier reached in the second year begins a validity of its own")
    func climbingInSecondYear() throws {
        var till = Till()
        try till.buys(400_00, on: "2024-03-01")
        try till.buys(1_000_00, on: "2025-03-01")
        #expect(till.state.standing.validUntil == "2026-12-31")
        #expect(try till.brought(to: .start("2027-01-01")).standing.tier == "insider")
    }

    @Test("a return lowers the spend of the sale's year, also below zero, but the tier stays until its period ends")
    func returned() throws {
        var till = Till()
        try till.buys(400_00, on: "2024-12-30", order: "A")
        try till.returns(.amount(400_00), of: "A", on: "2025-01-05")
        try till.returns(.amount(20_00), of: nil, on: "2025-01-06")
        #expect(till.state.spend(in: 2024) == 0)
        #expect(till.state.spend(in: 2025) == -20_00)
        #expect(till.state.standing.tier == "vib")
        #expect(try till.brought(to: .start("2026-01-01")).standing.tier == "insider")
    }

    @Test("many idle years later the reviews have all been held")
    func idleYears() throws {
        var till = Till()
        for year in 2018...2021 { try till.buys(1_200_00, on: CivilDate(year: year, month: 5, day: 1)) }
        let state = try till.brought(to: .start("2039-01-01"))
        #expect(state.standing == .init(tier: "insider", since: .start("2023-01-01")))
        #expect(state.points.available == 0)
    }

    @Test("purchases in another currency earn, but do not qualify")
    func foreignCurrency() throws {
        var till = Till()
        let purchase = Purchase(
            order: .init(source: "shop", id: "A"), currency: "CAD", lines: [.article(400_00)])
        let outcome = try till.deliver(.purchase(purchase), at: .on("2025-03-01")).outcome
        #expect(outcome.change == 400)
        #expect(outcome.tier == "insider")
    }
}
