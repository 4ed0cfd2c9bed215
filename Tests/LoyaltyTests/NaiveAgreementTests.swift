import Testing

@testable import Loyalty

@Suite("A naive second implementation")
struct NaiveAgreementTests {
    @Test(
        "agrees on points, debt, tier and day of expiry behind every step of a history in order",
        arguments: [Programme.sephora, .flat])
    func inOrder(_ programme: Programme) throws {
        let naive = Naive(programme: programme)
        for seed in Property.seeds(share: 8) {
            var random = SplitMix64(seed: seed)
            var till = Till(programme)
            var life = NaiveLife(naive: naive)
            for step in History(using: &random).steps {
                do {
                    try till.deliver(step.command, at: step.at)
                } catch .rejected {
                    continue
                }
                life.add(step)
                let status = Naive.Status(of: till.state)
                #expect(status == naive.status(after: life.happenings, at: step.at), "TREUE_PROPERTY_SEED=\(seed)")
            }
        }
    }
}

/// Judges commands in order by the naive rules.
private struct NaiveLife {
    let naive: Naive
    private(set) var happenings: [Naive.Happening] = []
    private var sales: [OrderReference: (at: Instant, tier: String, channel: String?, lines: [Line])] = [:]

    init(naive: Naive) { self.naive = naive }

    mutating func add(_ step: History.Step) {
        let tier = naive.status(after: happenings, at: step.at).tier
        let year = Programme.sephora.zone.date(of: step.at).year
        switch step.command {
        case .purchase(let purchase):
            sales[purchase.order] = (step.at, tier, purchase.channel, purchase.lines)
            happenings.append(
                .init(
                    at: step.at, kind: .sale, order: purchase.order,
                    points: naive.points(for: purchase.lines, at: step.at, tier: tier, channel: purchase.channel),
                    qualifying: naive.spend(of: purchase.lines), year: year))
        case .purchaseReturn(let goods):
            if let order = goods.order { return add(goods, of: order, at: step.at) }
            guard case .amount(let cents) = goods.goods else { return }
            let points = naive.points(for: [.article(cents)], at: step.at, tier: tier, channel: nil)
            happenings.append(.init(at: step.at, kind: .returned, points: points, qualifying: cents, year: year))
        default:
            happenings.append(.init(at: step.at, kind: .activity, points: 5, qualifying: 0, year: year))
        }
    }

    /// Takes the goods off the lines that were sold, and the difference of what they earn.
    private mutating func add(_ goods: PurchaseReturn, of order: OrderReference, at: Instant) {
        guard var sale = sales[order] else { return }
        let before = sale.lines
        switch goods.goods {
        case .lines(let lines): for line in lines { sale.lines = NaiveLife.less(line, of: sale.lines) }
        case .amount(let cents): sale.lines = less(cents, of: sale.lines)
        }
        sales[order] = sale
        let points = [before, sale.lines].map {
            naive.points(for: $0, at: sale.at, tier: sale.tier, channel: sale.channel)
        }
        happenings.append(
            .init(
                at: at, kind: .returned, order: order, points: points[0] - points[1],
                qualifying: naive.spend(of: before) - naive.spend(of: sale.lines),
                year: Programme.sephora.zone.date(of: sale.at).year))
    }

    /// Piece by piece. A sold line is kept at its old quantity with what came back as a growing discount, so its pieces
    /// are counted down in `brand`, which nothing else uses here.
    private static func less(_ returned: Line, of lines: [Line]) -> [Line] {
        var lines = lines
        var pieces = returned.quantity
        var money = returned.quantity * returned.unitPrice - returned.discount
        let candidates = lines.indices.filter { lines[$0].sku == returned.sku }
        let same = candidates.filter { lines[$0].unitPrice == returned.unitPrice }
        let other = candidates.filter { lines[$0].unitPrice != returned.unitPrice }
        for index in same + other {
            let left = lines[index].brand.flatMap { Int64($0) } ?? lines[index].quantity
            let taken = min(left, pieces)
            guard taken > 0 else { continue }
            let share = money * taken / pieces
            let worth = lines[index].quantity * lines[index].unitPrice - lines[index].discount
            lines[index].discount += min(share, worth)
            lines[index].brand = "\(left - taken)"
            (pieces, money) = (pieces - taken, money - share)
        }
        return lines
    }

    /// Money alone: off the lines that count, in order, then off the others.
    private func less(_ cents: Int64, of lines: [Line]) -> [Line] {
        var lines = lines
        var left = cents
        let counting = lines.indices.filter { naive.spend(of: [lines[$0]]) > 0 }
        for index in counting + lines.indices.filter({ !counting.contains($0) }) {
            let worth = lines[index].quantity * lines[index].unitPrice - lines[index].discount
            let taken = min(left, worth)
            lines[index].discount += taken
            left -= taken
        }
        return lines
    }
}
