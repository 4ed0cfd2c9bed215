import Testing

@testable import Loyalty

@Suite("a draft behind the published rules")
struct DraftRulesTests {
    private func points(_ perDollar: Int64, from day: CivilDate? = nil, number: Int = 1) -> ProgrammeVersion {
        ProgrammeVersion(
            number: number, from: day.map { ZoneRules.utc.start(of: $0) } ?? .distantPast,
            earning: [EarningRule(id: "base", effect: .base(standard: Ratio(perDollar, 100), byTier: [:]))])
    }

    private func programme(_ versions: ProgrammeVersion...) -> Programme {
        Programme(
            id: "p", name: "P", zone: .utc, currencies: [.usd], enrolment: .automatic, versions: versions)
    }

    private func rate(_ programme: Programme, on day: CivilDate) -> EarningRule.Effect? {
        programme.version(at: ZoneRules.utc.start(of: day)).earning.first?.effect
    }

    @Test("the published rules hold until the day, the draft's from then on, its own later versions too")
    func both() {
        let live = programme(points(1), points(2, from: "2026-07-01", number: 2))
        let draft = programme(
            points(5), points(6, from: "2026-03-01", number: 2), points(7, from: "2026-09-01", number: 3))
        let rules = live.followed(by: draft, from: ZoneRules.utc.start(of: "2026-05-01"))
        #expect(rules.versions.map(\.number) == [1, 2, 3])
        #expect(rate(rules, on: "2026-04-30") == live.versions[0].earning[0].effect)
        #expect(rate(rules, on: "2026-05-01") == draft.versions[1].earning[0].effect)
        // What was published for later is not what the draft says.
        #expect(rate(rules, on: "2026-07-02") == draft.versions[1].earning[0].effect)
        #expect(rate(rules, on: "2026-09-01") == draft.versions[2].earning[0].effect)
        #expect(live.followed(by: draft, from: nil) == draft)
    }

    @Test("a draft that says the same begins no version of its own")
    func same() {
        let live = programme(points(1), points(2, from: "2026-07-01", number: 2))
        #expect(live.followed(by: live, from: ZoneRules.utc.start(of: "2026-05-01")) == live)
        #expect(live.followed(by: live, from: ZoneRules.utc.start(of: "2026-09-01")) == live)
    }
}

@Suite("lives that take from other lives")
struct LinkedLivesTests {
    /// Plays a log under rules, with what other lives have told.
    private func live(
        _ log: [DatedEvent], of member: String, under rules: Programme, recorded: Programme,
        _ told: [LifeLink: LifeLink.Value] = [:]
    ) throws -> MemberSimulation {
        var simulation = MemberSimulation(
            of: member, under: rules, recordedUnder: recorded, until: .on("2026-12-01"))
        for dated in log { try simulation.live(through: dated) { told[$0] } }
        try simulation.finish()
        return simulation
    }

    private var fewer: Programme {
        var programme = Programme.sephora
        for index in programme.versions.indices {
            programme.versions[index].earning = [
                EarningRule(id: "base", effect: .base(standard: Ratio(1, 1000), byTier: [:]))
            ]
        }
        return programme
    }

    @Test(
        "who waits for a transfer says for which; what was not sent does not arrive; what was sent arrives as it was sent"
    )
    func transfer() throws {
        var (ann, bob) = (Till(), Till())
        try ann.buys(200_00, on: "2026-03-01")
        try ann.deliver(.transferOut(id: "t", to: "bob", wallet: "points", points: 150), at: .on("2026-03-02"))
        guard case .pointsTransferred(var transfer)? = ann.log.last?.event else {
            Issue.record("nothing was sent")
            return
        }
        transfer.other = "ann"
        try bob.deliver(.transferIn(transfer), at: .on("2026-03-02"))
        #expect(throws: MemberSimulation.Stop.waits(for: .transfer("t"))) {
            _ = try live(bob.log, of: "bob", under: .sephora, recorded: .sephora)
        }
        for (rules, arrives) in [(Programme.sephora, Int64(150)), (fewer, 0)] {
            let first = try live(ann.log, of: "ann", under: rules, recorded: .sephora)
            let second = try live(bob.log, of: "bob", under: rules, recorded: .sephora, first.links)
            #expect(second.state?.points.available == arrives)
            #expect(second.leftOut[LeftOut(.transferIn, "not_sent")]?.points == (arrives == 0 ? 150 : nil))
            #expect(first.leftOut[LeftOut(.transferOut, "insufficient_points")]?.count == (arrives == 0 ? 1 : nil))
        }
    }

    @Test("who becomes another brings what they have under the draft, and goods of theirs may come back")
    func merge() throws {
        var (ann, bob) = (Till(), Till())
        try ann.buys(200_00, on: "2026-03-01", order: "a")
        let before = try ann.brought(to: .on("2026-03-02"))
        try ann.deliver(.merge(into: "bob"), at: .on("2026-03-02"))
        try bob.deliver(.absorb(MemberAbsorbed(from: "ann", state: before)), at: .on("2026-03-02"))
        for (rules, points) in [(Programme.sephora, Int64(200)), (fewer, 20)] {
            let first = try live(ann.log, of: "ann", under: rules, recorded: .sephora)
            var second = try live(bob.log, of: "bob", under: rules, recorded: .sephora, first.links)
            #expect(second.state?.points.available == points)
            // It comes back to the member who goes on.
            let goods = PurchaseReturn(
                source: "shop", order: OrderReference(source: "shop", id: "a"), returnID: "r", currency: "USD",
                goods: .amount(200_00))
            let back = try second.attempt(.purchaseReturn(goods), at: .on("2026-12-01"))
            #expect((try? back.get()) != nil)
            #expect(second.state?.points.available == 0)
        }
    }

    @Test(
        "money pays what points that are not there cannot, and what was done with a redemption left out is left out, too"
    )
    func redemption() throws {
        var ann = Till()
        try ann.buys(600_00, on: "2026-03-01")
        try ann.deliver(
            .redemption(RedemptionRequest(id: "d", what: .reward("cash"), order: "o", orderTotal: 50_00)),
            at: .on("2026-03-02"))
        let order = OrderReference(source: "shop", id: "o")
        try ann.deliver(
            .purchase(Purchase(order: order, currency: "USD", lines: [.article(50_00)], redemptionID: "d")),
            at: .on("2026-03-02"))
        let same = try live(ann.log, of: "ann", under: .sephora, recorded: .sephora)
        #expect(same.state?.wallets == ann.state.wallets && same.leftOut.isEmpty)
        let draft = try live(ann.log, of: "ann", under: fewer, recorded: .sephora)
        #expect(draft.leftOut == [LeftOut(.redemption, "insufficient_points"): .init(count: 1, points: 500)])
        // 60 for the first order, and all of the second earns.
        #expect(draft.state?.points.available == 65)
    }

    @Test("a budget that others had used up is used up in the simulation, too")
    func budget() throws {
        var rules = Programme.sephora
        for index in rules.versions.indices {
            rules.versions[index].earning = [
                EarningRule(
                    id: "base", effect: .base(standard: Ratio(1, 100), byTier: [:]),
                    budget: .init(points: 500, window: .life))
            ]
        }
        let line = Line.article(100_00)
        let purchase = Purchase(
            order: OrderReference(source: "shop", id: "o"), currency: "USD", lines: [line])
        let log = [rules.enrolment(at: .on("2026-03-01"), language: .english)]
        let state = rules.newcomer(at: .on("2026-03-01"), language: .english)
        let budgets = rules.budgets(for: purchase, at: .on("2026-03-02"))
        var used: [Budget: Int64] = [:]
        for budget in budgets { used[budget] = 470 }
        let decision = try rules.decide(
            .purchase(purchase), at: .on("2026-03-02"), for: state, known: Known(budgets: used))
        #expect(decision.state.points.available == 30)
        let again = try live(log + decision.events, of: "m", under: rules, recorded: rules)
        #expect(again.state?.points.available == 30)
    }
}
