import Testing

@testable import Loyalty

/// Where nothing that is judged depends on what came before (one rate for all tiers, whole dollars, returns that fit), the
/// order of delivery must not show at all.
@Suite("The order of delivery does not matter")
struct OrderIndependenceTests {
    @Test("a shuffled history ends as the same history in order, at every instant")
    func shuffled() throws {
        for seed in Property.seeds(share: 8) {
            var random = SplitMix64(seed: seed)
            let ordered = OrderIndependenceTests.steps(using: &random)
            var late = Till(.flat)
            for step in ordered.shuffled(using: &random) { try late.deliver(step.command, at: step.at) }
            let moments = (0..<2).map { _ in History.moment(using: &random) } + [.start("2026-01-01")]
            for moment in moments {
                var punctual = Till(.flat)
                for step in ordered where step.at <= moment { try punctual.deliver(step.command, at: step.at) }
                var then = try Programme.flat.state(of: late.log, asOf: moment)
                var expected = try punctual.brought(to: moment)
                // Which of several returns leaves nothing of an order is said by the one that became known last.
                then.totals.removeAll { $0.metric == Metric.orders.name }
                expected.totals.removeAll { $0.metric == Metric.orders.name }
                #expect(
                    then == expected,
                    "TREUE_PROPERTY_SEED=\(seed) at \(moment): \(difference("late", then, expected))")
            }
        }
    }

    /// No two at one instant: there the order of delivery decides.
    private static func steps(using random: inout SplitMix64) -> [History.Step] {
        var steps: [History.Step] = []
        for index in 0..<Int.random(in: 1...6, using: &random) {
            let at = History.moment(using: &random)
            let cents = Int64.random(in: 1...8, using: &random) * 50_00
            let order = OrderReference(source: "shop", id: "o\(index)")
            switch Int.random(in: 0..<8, using: &random) {
            case 0: steps.append(.init(at: at, command: .activity(Activity(name: "review"))))
            case 1: steps.append(.init(at: at, command: .goodsBack(.amount(cents), of: nil, id: "n\(index)")))
            default:
                let lines = [Line.article(cents, quantity: 2)]
                steps.append(
                    .init(at: at, command: .purchase(Purchase(order: order, currency: "USD", lines: lines))))
                for part in 0..<Int.random(in: 0...2, using: &random) {
                    let then = at.later(hours: 24 * Int64.random(in: 0...800, using: &random) + 1)
                    let goods = PurchaseReturn.Goods.lines([.article(cents)])
                    steps.append(.init(at: then, command: .goodsBack(goods, of: order.id, id: "r\(index)\(part)")))
                }
            }
        }
        for index in steps.indices { steps[index].at.micros += Int64(index) }
        History.order(&steps)
        return steps
    }
}
