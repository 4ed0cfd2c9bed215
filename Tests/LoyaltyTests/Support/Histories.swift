@testable import Loyalty

/// A random life: sales of 2018 to 2023, returns of them in parts, returns without a receipt, reviews.
struct History {
    struct Step {
        var at: Instant
        var command: Command
    }

    var steps: [Step]

    init(using random: inout SplitMix64) {
        steps = []
        for index in 0..<Int.random(in: 1...7, using: &random) {
            let at = History.moment(using: &random)
            switch Int.random(in: 0..<10, using: &random) {
            case 0: steps.append(Step(at: at, command: .activity(Activity(name: "review"))))
            case 1:
                let cents = Int64.random(in: 1...40, using: &random) * 10_00
                steps.append(Step(at: at, command: .goodsBack(.amount(cents), of: nil, id: "n\(index)")))
            default: sell("o\(index)", at: at, using: &random)
            }
        }
        History.order(&steps)
    }

    private mutating func sell(_ order: String, at: Instant, using random: inout SplitMix64) {
        let lines = (0..<Int.random(in: 1...3, using: &random)).map { _ in History.line(using: &random) }
        steps.append(
            Step(
                at: at,
                command: .purchase(
                    Purchase(
                        order: OrderReference(source: "shop", id: order), currency: "USD", lines: lines,
                        channel: random.oneIn(4) ? "app" : "store"))))
        guard random.oneIn(2) else { return }
        // All of it or some, in parts; what comes back last may exceed what is left, and is then refused or cut.
        for part in 0..<Int.random(in: 1...3, using: &random) {
            let days = Int64([0, 0, 20, 200, 400, 700].randomElement(using: &random) ?? 0)
            let goods: PurchaseReturn.Goods =
                if random.oneIn(3) { .amount(Int64.random(in: 1...200, using: &random) * 1_00) } else {
                    .lines([History.part(of: lines[Int.random(in: 0..<lines.count, using: &random)], using: &random)])
                }
            steps.append(
                Step(at: at.later(hours: 24 * days), command: .goodsBack(goods, of: order, id: "r\(order)\(part)")))
        }
    }

    private static func part(of line: Line, using random: inout SplitMix64) -> Line {
        var line = line
        let whole = line.quantity
        line.quantity = Int64.random(in: 1...whole, using: &random)
        line.discount = line.discount * line.quantity / whole
        return line
    }

    private static func line(using random: inout SplitMix64) -> Line {
        let price = Int64([1_00, 9_99, 20_00, 60_00, 175_00, 350_00].randomElement(using: &random) ?? 1)
        let quantity = Int64.random(in: 1...3, using: &random)
        let discount = random.oneIn(4) ? Int64.random(in: 0...price, using: &random) : 0
        let categories = [[], ["skincare"], ["skincare", "tax"], ["gift_card"]].randomElement(using: &random) ?? []
        return .article(
            price, sku: "sku\(Int.random(in: 1...3, using: &random))", quantity: quantity, discount: discount,
            categories: random.oneIn(2) ? [] : categories)
    }

    /// Often a day on which something ends or begins, often the same moment twice.
    static func moment(using random: inout SplitMix64) -> Instant {
        let days: [CivilDate] = ["2019-01-01", "2020-05-29", "2020-12-31", "2021-01-01", "2020-02-29", "2021-02-28"]
        let any = CivilDate(daysSince1970: Int.random(in: 17_532...19_500, using: &random))
        let day = random.oneIn(4) ? days.randomElement(using: &random) ?? any : any
        return .on(day, hour: Int64([0, 12, 23].randomElement(using: &random) ?? 0))
    }

    /// In the order of business time.
    static func order(_ steps: inout [Step]) {
        steps = steps.enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }.map(\.element)
    }
}
