import Testing

@testable import Loyalty

@Suite("Limits")
struct LimitTests {
    @Test(
        "lines beyond the limits are refused, whether they earn or not",
        arguments: [
            Line.article(.max), .article(1, quantity: .max), .article(.max, quantity: .max), .article(1, quantity: -1),
            .article(-1), .article(1, quantity: 0), .article(1, discount: 2), .article(1, discount: -1),
            .article(0, quantity: .max), .article(.max, categories: ["tax"]), .article(1_000_000_000_000_001),
        ])
    func lines(_ line: Line) throws {
        var till = Till()
        #expect(rejection { try till.buys([line], at: .on("2025-02-01")) } == .amountTooLarge)
        #expect(rejection { try till.returns(.lines([line]), of: nil, on: "2025-02-01") } == .amountTooLarge)
    }

    @Test("the largest order is accepted, one cent more is not")
    func largest() throws {
        var till = Till()
        #expect(try till.buys(100_000_000_000_000, on: "2025-02-01").change == 1_000_000_000_000)
        #expect(rejection { try till.buys(100_000_000_000_100, on: "2025-02-01") } == .amountTooLarge)
    }

    @Test("a return of no or negative money takes nothing and gives nothing")
    func negativeReturn() throws {
        var till = Till()
        try till.buys(10_00, on: "2025-02-01", order: "A")
        for cents: Int64 in [0, -1, .min] {
            _ = try? till.returns(.amount(cents), of: "A", on: "2025-02-02")
            _ = try? till.returns(.amount(cents), of: nil, on: "2025-02-02")
        }
        #expect(till.state.points.available == 10)
        #expect(till.state.spend(in: 2025) == 10_00)
    }

    @Test("extreme values are refused or counted, never trap, and the events fold to the state")
    func extremes() throws {
        for seed in Property.seeds(share: 4) {
            var random = SplitMix64(seed: seed)
            var till = Till([Programme.sephora, .flat, .fickle].randomElement(using: &random) ?? .sephora)
            for _ in 0..<8 {
                let command = LimitTests.command(using: &random)
                let at =
                    random.oneIn(4)
                    ? Instant(micros: LimitTests.extreme(using: &random)) : History.moment(using: &random)
                do throws(Refusal) {
                    try till.deliver(command, at: at)
                } catch {
                    if case .needs = error { throw error }
                }
            }
            #expect(try till.folded() == till.state, "TREUE_PROPERTY_SEED=\(seed)")
        }
    }

    private static func command(using random: inout SplitMix64) -> Command {
        let order = "o\(Int.random(in: 0...2, using: &random))"
        let lines = (0..<Int.random(in: 0...3, using: &random)).map { _ in
            Line.article(
                extreme(using: &random), sku: "s", quantity: random.oneIn(2) ? 1 : extreme(using: &random),
                discount: random.oneIn(2) ? 0 : extreme(using: &random), categories: random.oneIn(4) ? ["tax"] : [])
        }
        switch Int.random(in: 0..<4, using: &random) {
        case 0: return .goodsBack(.amount(extreme(using: &random)), of: random.oneIn(2) ? order : nil, id: "r")
        case 1: return .goodsBack(.lines(lines), of: random.oneIn(2) ? order : nil, id: "r")
        default: return .purchase(Purchase(order: .init(source: "shop", id: order), currency: "USD", lines: lines))
        }
    }

    private static func extreme(using random: inout SplitMix64) -> Int64 {
        let near = Int64.random(in: -2...2, using: &random)
        let values: [Int64] = [0, 1, 100_00, 1_000_000_000_000, 1_000_000_000_000_000, .max, .min, .max / 2]
        return (values.randomElement(using: &random) ?? 0).addingReportingOverflow(near).partialValue
    }
}
