import Testing

@testable import Loyalty

@Suite("Inactivity")
struct ExpiryTests {
    @Test(
        "points lapse at 00:00 of the day, on the last day of the month where it has no such day",
        arguments: [
            ("2021-01-31", "2022-01-31"), ("2024-02-29", "2025-02-28"), ("2018-08-31", "2020-02-29"),
            ("2018-03-08", "2019-09-08"), ("2020-05-28", "2021-11-28"), ("2020-05-29", "2021-05-29"),
        ] as [(CivilDate, CivilDate)])
    func day(_ bought: CivilDate, _ gone: CivilDate) throws {
        var till = Till()
        try till.buys(10_00, on: bought)
        #expect(try till.brought(to: Instant.start(gone).justBefore).points.available == 10)
        #expect(try till.brought(to: .start(gone)).points.available == 0)
    }

    @Test("the day of a purchase is that in the programme's time zone")
    func localDay() throws {
        var till = Till()
        // Already the 16th in UTC.
        try till.buys([.article(10_00)], at: .on("2025-03-15", hour: 23))
        #expect(till.state.inactiveOn == "2026-03-15")
    }

    @Test("a purchase at 00:00 of the day comes too late for the old points")
    func tooLate() throws {
        var till = Till()
        try till.buys(10_00, on: "2025-03-15")
        let outcome = try till.buys([.article(7_00)], at: .start("2026-03-15"))
        #expect(outcome.available == 7)
        #expect(outcome.change == 7)
        #expect(till.state.inactiveOn == "2027-03-15")
    }

    @Test("a purchase that earns nothing keeps points alive, an activity or a return does not")
    func whatKeepsAlive() throws {
        var till = Till()
        try till.buys(10_00, on: "2025-01-10", order: "A")
        try till.reviews(on: "2025-02-10")
        try till.returns(.amount(1_00), of: "A", on: "2025-03-10")
        #expect(till.state.inactiveOn == "2026-01-10")
        try till.buys(10_00, on: "2025-04-10", categories: ["gift_card"])
        #expect(till.state.inactiveOn == "2026-04-10")
    }

    @Test("points earned by an activity alone lapse too, and so do those after a lapse")
    func activityStartsClock() throws {
        var till = Till()
        try till.reviews(on: "2022-01-10")
        try till.reviews(on: "2022-03-10")
        #expect(try till.brought(to: .start("2023-01-10")).points.expired == 10)
        try till.reviews(on: "2023-02-01")
        #expect(try till.brought(to: .start("2024-02-01")).points.expired == 15)
    }

    @Test("debt never expires")
    func debtStays() throws {
        var till = Till()
        try till.buys(10_00, on: "2025-01-10")
        try till.returns(.amount(30_00), of: nil, on: "2025-01-11")
        #expect(try till.brought(to: .start("2030-01-01")).points.available == -20)
    }

    @Test("advancing in steps or at once comes to the same, twice changes nothing")
    func steps() throws {
        var till = Till()
        try till.buys(1_200_00, on: "2025-01-10")
        var stepwise = till.state
        var events: [DatedEvent] = []
        for month in 1...40 {
            let day = ("2025-01-15" as CivilDate).adding(months: month)
            events += try stepwise.advance(to: .start(day), under: till.programme)
        }
        var atOnce = till.state
        let all = try atOnce.advance(to: .start("2029-01-01"), under: till.programme)
        #expect(stepwise == atOnce)
        #expect(events == all)
        #expect(all.map(\.at) == [.start("2026-01-10"), .start("2027-01-01")])
        #expect(try atOnce.advance(to: .start("2029-01-01"), under: till.programme).isEmpty)
    }

    @Test("where points never lapse they stay")
    func never() throws {
        var till = Till(.fickle)
        try till.buys(10_00, on: "2019-08-01")
        #expect(try till.brought(to: .start("2035-01-01")).points.available == 10)
    }
}
