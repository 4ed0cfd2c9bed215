import Testing

@testable import Loyalty

@Suite("Earning")
struct EarningTests {
    @Test("is rounded down once for the order", arguments: [(99, 0), (100, 1), (199, 1), (0, 0)] as [(Int64, Int64)])
    func roundedDown(_ cents: Int64, _ points: Int64) throws {
        var till = Till()
        #expect(try till.buys(cents, on: "2025-02-01").change == points)
    }

    @Test("adds the lines up before it rounds")
    func perOrder() throws {
        var till = Till()
        #expect(try till.buys([.article(50), .article(50, sku: "b")], at: .on("2025-02-01")).change == 1)
    }

    @Test("rounds behind the multiplier: three times 1.25 points on 0.80 dollars is 3")
    func roundsLast() throws {
        var version = ProgrammeVersion.sephora2017
        version.earning.append(.multiplier("triple", 3000))
        let line = Line.article(80)
        let sale = SaleContext(
            at: .on("2019-02-01"), day: "2019-02-01", minute: 720, member: Circumstances(tier: "vib"))
        let earned = try Earning(version, on: [SoldLine(line: line, quantity: 1, amount: 80)], in: sale).earned
        #expect(earned.map(\.points) == [1, 2] || earned.map(\.points) == [3])
        #expect(earned.reduce(0) { $0 + $1.points } == 3)
    }

    @Test("discounts do not earn")
    func discount() throws {
        var till = Till()
        #expect(try till.buys([.article(20_00, quantity: 2, discount: 15_50)], at: .on("2025-02-01")).change == 24)
    }

    @Test("of several multipliers the highest counts for a line, and each line has its own")
    func stacking() throws {
        var till = Till()
        let lines: [Line] = [.article(10_00, categories: ["skincare"]), .article(10_00, sku: "b")]
        #expect(try till.buys(lines, at: .on("2025-02-01"), channel: "app").change == 60)
        #expect(try till.buys(lines, at: .on("2025-11-02"), channel: "app").change == 70)
        #expect(try till.buys(lines, at: .on("2025-02-02"), channel: "store").change == 50)
    }

    @Test("every condition must hold")
    func conditions() {
        let day = Instant.on("2025-02-01")
        let sale = SaleContext(
            at: day, day: "2025-02-01", minute: 720, member: Circumstances(tier: "vib"), channel: "app", store: "S1")
        #expect(EarningCondition().holds(for: sale))
        #expect(EarningCondition(from: day, until: day.later(hours: 1), tiers: ["vib"]).holds(for: sale))
        for condition in [
            EarningCondition(from: day.later(hours: 1)), EarningCondition(until: day),
            EarningCondition(tiers: ["rouge"]),
            EarningCondition(channels: ["web"]), EarningCondition(stores: ["S2"]), EarningCondition(partners: ["P"]),
            EarningCondition(tiers: ["vib"], channels: ["web"]),
        ] {
            #expect(!condition.holds(for: sale))
        }
        var line = Line.article(1_00, categories: ["a", "b"])
        line.brand = "X"
        #expect(GoodsCondition(categories: ["b", "c"], brands: ["X"], skus: ["lipstick"]).holds(for: line))
        #expect(!GoodsCondition(categories: ["c"]).holds(for: line))
        #expect(!GoodsCondition(brands: ["Y"]).holds(for: line))
        #expect(!GoodsCondition(skus: ["other"]).holds(for: line))
    }

    @Test("the events tell rule, rate, amount and running balance")
    func told() throws {
        var till = Till()
        let lines: [Line] = [.article(10_00, categories: ["skincare"]), .article(5_00, sku: "b")]
        let purchase = Purchase(order: .init(source: "shop", id: "A"), currency: "USD", lines: lines)
        let decision = try till.deliver(.purchase(purchase), at: .on("2025-02-01"))
        let accruals = decision.events.compactMap { dated -> PointsAccrued? in
            if case .pointsAccrued(let event) = dated.event { event } else { nil }
        }
        #expect(accruals.map(\.rule) == ["base", "fourfold"])
        #expect(accruals.map(\.points) == [15, 30])
        #expect(accruals.map(\.balance) == [15, 45])
        #expect(decision.outcome.followers == 2)
        #expect(accruals[0].reason == .base(order: purchase.order, amount: 15_00, currency: "USD", rate: Ratio(1, 100)))
        #expect(
            accruals[1].reason
                == .multiplier(order: purchase.order, amount: 10_00, currency: "USD", thousandths: 4000))
    }

    @Test("an unknown activity and a currency that the programme does not list are refused")
    func refused() throws {
        var till = Till()
        #expect(
            rejection { try till.deliver(.activity(Activity(name: "x")), at: .on("2025-02-01")) } == .activityUnknown)
        let purchase = Purchase(order: .init(source: "shop", id: "A"), currency: "EUR", lines: [])
        #expect(rejection { try till.deliver(.purchase(purchase), at: .on("2025-02-01")) } == .currencyNotAccepted)
    }
}
