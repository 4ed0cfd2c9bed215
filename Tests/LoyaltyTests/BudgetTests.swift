import Testing

@testable import Loyalty

@Suite("A budget over all members")
struct BudgetTests {
    static func programme(_ budget: EarningRule.Cap, cap: EarningRule.Cap? = nil) -> Programme {
        Programme(
            id: "campaign", name: "Campaign", zone: .losAngeles, currencies: [.usd], enrolment: .explicit,
            versions: [
                ProgrammeVersion(
                    number: 1, from: .distantPast,
                    earning: [
                        EarningRule(id: "base", effect: .base(standard: Ratio(1, 100), byTier: [:])),
                        EarningRule(
                            id: "triple", effect: .multiplier(thousandths: 3000),
                            condition: EarningCondition(from: .start("2026-01-01")), cap: cap, budget: budget),
                    ])
            ])
    }

    @Test("gives what is left of it, and the sale keeps what it got")
    func whatIsLeft() throws {
        var till = Till(BudgetTests.programme(.init(points: 100, window: .life)))
        till.drawnByOthers = 70
        #expect(try till.buys(50_00, on: "2026-02-01", order: "A").change == 80)
        #expect(try till.buys(50_00, on: "2026-02-02").change == 50)
        let draws = till.log.flatMap { $0.event.draws(under: "campaign") }
        #expect(draws.map(\.points) == [30])
        #expect(draws.map(\.budget) == [Budget(programme: "campaign", rule: "triple", window: "life")])
        // Nobody's own state grows by it.
        #expect(till.state.counters.isEmpty)
        #expect(try till.folded() == till.state)
    }

    @Test("gets back what a return leaves of it, whatever is gone by then")
    func returns() throws {
        var till = Till(BudgetTests.programme(.init(points: 100, window: .life)))
        try till.buys([.article(10_00, quantity: 5)], at: .on("2026-02-01"), order: "A")
        #expect(till.state.available == 150)
        try till.returns(.lines([.article(10_00, quantity: 3)]), of: "A", on: "2026-02-05")
        #expect(till.state.available == 60)
        let budget = Budget(programme: "campaign", rule: "triple", window: "life")
        #expect(till.used(of: budget) == 40)
        till.drawnByOthers = 60
        try till.returns(.lines([.article(10_00, quantity: 2)]), of: "A", on: "2026-02-06")
        #expect(till.state.available == 0 && till.used(of: budget) == 60)
    }

    @Test("bounds, as a cap does, also a rule that a return lets in")
    func letIn() throws {
        for isShared in [true, false] {
            let limit = EarningRule.Cap(points: 60, window: .day)
            var programme = BudgetTests.programme(.init(points: 1, window: .day))
            programme.versions[0].earning = [
                EarningRule(
                    id: "large", effect: .fixed(points: 100, per: .order),
                    condition: EarningCondition(minimumAmount: 100_00)),
                EarningRule(
                    id: "small", effect: .base(standard: Ratio(1, 100), byTier: [:]), cap: isShared ? nil : limit,
                    budget: isShared ? limit : nil, unless: ["large"]),
            ]
            var till = Till(programme)
            try till.buys(50_00, on: "2026-02-01", order: "A")
            try till.buys([.article(40_00, quantity: 3)], at: .on("2026-02-01"), order: "B")
            #expect(till.state.available == 150)
            // 80.00 are left: too little for the large one, and of the day's 60 points 10 were.
            try till.returns(.lines([.article(40_00, quantity: 1)]), of: "B", on: "2026-02-05")
            #expect(till.state.available == 60)
            #expect(try till.folded() == till.state)
        }
    }

    @Test("is drawn on by a late purchase in the window of its own time, from what is left now")
    func late() throws {
        var till = Till(BudgetTests.programme(.init(points: 100, window: .month)))
        try till.buys(40_00, on: "2026-03-10")
        #expect(till.state.available == 120)
        #expect(try till.buys(60_00, on: "2026-02-10").change == 160)
        #expect(try till.buys(60_00, on: "2026-02-09").change == 60)
        #expect(till.used(of: Budget(programme: "campaign", rule: "triple", window: "2026-02")) == 100)
        #expect(till.used(of: Budget(programme: "campaign", rule: "triple", window: "2026-03")) == 80)
    }

    @Test("and a cap cut to the lesser, and both count what was given")
    func withCap() throws {
        var till = Till(BudgetTests.programme(.init(points: 100, window: .life), cap: .init(points: 60, window: .day)))
        #expect(try till.buys(50_00, on: "2026-02-01").change == 110)
        #expect(try till.buys(50_00, on: "2026-02-02").change == 90)
        #expect(till.state.counters.map(\.value) == [60, 40])
    }

    @Test("is asked for only while its rule may apply")
    func asked() throws {
        let programme = BudgetTests.programme(.init(points: 100, window: .life))
        let state = Till(programme).state
        let purchase = Purchase(
            order: OrderReference(source: "shop", id: "1"), currency: "USD", lines: [.article(10_00)])
        #expect(throws: Refusal.needs(.budgets([Budget(programme: "campaign", rule: "triple", window: "life")]))) {
            try programme.decide(.purchase(purchase), at: .on("2026-02-01"), for: state)
        }
        #expect(try programme.decide(.purchase(purchase), at: .on("2025-02-01"), for: state).outcome.change == 10)
    }
}
