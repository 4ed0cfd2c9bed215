import Testing

@testable import Loyalty

@Suite("Late events")
struct LateEventTests {
    @Test("a purchase of yesterday's version, delivered today, earns yesterday's rate")
    func versionOfItsTime() throws {
        var till = Till()
        try till.buys(1_000_00, on: "2019-12-01")
        try till.buys(10_00, on: "2020-08-01")
        #expect(try till.buys(100_00, on: "2020-05-28").change == 150)
    }

    @Test("a purchase of last December that arrives in January counts for December and moves the tier")
    func lateTier() throws {
        var till = Till()
        try till.buys(300_00, on: "2025-11-30")
        try till.buys(10_00, on: "2026-01-02")
        let decision = try till.deliver(
            .purchase(.init(order: .init(source: "shop", id: "late"), currency: "USD", lines: [.article(60_00)])),
            at: .on("2025-12-10"))
        #expect(decision.outcome.tier == "vib")
        #expect(decision.outcome.previousTier == "insider")
        #expect(till.state.standing == .init(tier: "vib", since: .on("2025-12-10"), validUntil: "2026-12-31"))
        #expect(till.state.spend(in: 2025) == 360_00)
        #expect(decision.corrections.map(\.effect) == [.added])
    }

    @Test("what later purchases earned stands, although the tier would now be another")
    func earnedStands() throws {
        var till = Till()
        try till.buys(300_00, on: "2018-02-01")
        #expect(try till.buys(100_00, on: "2018-04-01", order: "before").change == 100)
        try till.buys(60_00, on: "2018-03-01")
        #expect(till.state.points.available == 460)
    }

    @Test("points that had lapsed come back when a late purchase shows that the member was active")
    func expiryUndone() throws {
        var till = Till()
        try till.buys(100_00, on: "2021-01-10")
        try till.buys(50_00, on: "2022-03-01")
        #expect(till.state.points.available == 50)
        let decision = try till.deliver(
            .purchase(.init(order: .init(source: "shop", id: "late"), currency: "USD", lines: [.article(20_00)])),
            at: .on("2021-12-01"))
        #expect(decision.outcome.change == 20)
        #expect(decision.outcome.available == 120)
        #expect(till.state.points.available == 170)
        #expect(decision.corrections.map(\.points) == [100])
    }

    @Test("an event at the time of the last one is not late, and follows it")
    func sameInstant() throws {
        var till = Till()
        try till.buys(360_00, on: "2019-03-01")
        let decision = try till.programme.decide(
            .activity(Activity(name: "review")), at: till.state.latest, for: till.state)
        #expect(decision.primary == 0)
        #expect(try till.buys(80_00, on: "2019-03-01").change == 100)
    }

    @Test("a late event at the time of an earlier one is judged behind it")
    func sameInstantLate() throws {
        var till = Till()
        try till.buys(360_00, on: "2019-03-01")
        try till.buys(10_00, on: "2019-04-01")
        #expect(try till.buys(80_00, on: "2019-03-01").change == 100)
    }

    @Test("a purchase from before the enrolment reaches back")
    func beforeEnrolment() throws {
        var till = Till(enrolled: "2020-01-01")
        #expect(try till.buys(10_00, on: "2019-06-01").change == 10)
        #expect(till.state.enrolledAt == .on("2019-06-01"))
    }

    @Test("a return finds its points in the lot into which a late event has moved them")
    func movedLot() throws {
        var till = Till()
        try till.buys(50_00, on: "2020-05-01")  // lapses on 2021-11-01
        try till.buys(30_00, on: "2021-09-01", order: "A")
        // Under the rules of its own day this one lets the first lapse on 2021-06-01, so A begins a lot of its own.
        try till.buys(20_00, on: "2020-06-01")
        #expect(till.state.points.available == 30)
        #expect(try till.returns(.amount(30_00), of: "A", on: "2021-09-02").available == 0)
        #expect(till.state.points.expired == 70)
    }

    @Test("an activity that had started the clock leaves it alone once a late purchase runs it")
    func clockOfActivity() throws {
        var till = Till()
        try till.reviews(on: "2022-06-01")
        #expect(till.state.inactiveOn == "2023-06-01")
        try till.buys(10_00, on: "2022-01-15")
        #expect(till.state.inactiveOn == "2023-01-15")
    }

    @Test("a late return takes nothing for points that had lapsed by its own time, but for those that had not")
    func lateReturn() throws {
        var till = Till()
        try till.buys(100_00, on: "2021-01-10", order: "A")
        try till.buys(50_00, on: "2022-03-01")
        let decision = try till.deliver(.goodsBack(.amount(40_00), of: "A", id: "r"), at: .on("2021-02-01"))
        #expect(decision.outcome.change == -40)
        #expect(decision.outcome.available == 60)
        #expect(till.state.points.available == 50)
        #expect(till.state.points.expired == 60)
    }

    @Test("what comes in late still lapses where a lapse without it had been recorded already")
    func lateBehindRecordedLapse() throws {
        var till = Till()
        try till.buys(10_00, on: "2025-01-10")
        try till.settle(to: .start("2026-02-01"))
        #expect(try till.reviews(on: "2025-06-01").available == 15)
        #expect(till.state.points.available == 0)
        #expect(till.state.points.expired == 15)
        #expect(till.state.latest == .start("2026-01-10"))
        #expect(try till.folded() == till.state)
    }

    @Test("asks for the whole history first")
    func needsHistory() throws {
        var till = Till()
        try till.buys(10_00, on: "2025-05-01")
        #expect(throws: Refusal.needs(.history)) {
            try till.programme.decide(
                .activity(Activity(name: "review")), at: .on("2025-04-01"), for: till.state)
        }
    }
}

extension Decision {
    /// All corrections, in order.
    var corrections: [MemberRestated.Correction] {
        events.flatMap { dated -> [MemberRestated.Correction] in
            if case .restated(let event) = dated.event { event.corrections } else { [] }
        }
    }
}
