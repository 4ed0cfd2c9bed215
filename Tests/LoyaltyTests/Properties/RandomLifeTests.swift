import Testing

@testable import Loyalty

@Suite("Random lives against brute force")
struct RandomLifeTests {
    @Test("a naive ledger agrees on every wallet at any instant", arguments: Share.all)
    func naive(_ share: Share) throws {
        try share.forAll(length: 12, of: 4, changing: { $0.givesNothing() }) { programme, steps in
            var till = Till.someone(programme)
            for step in steps { _ = try till.attempt(step) }
            var dice = SplitMix64(seed: UInt64(steps.count))
            guard !steps.isEmpty else { return }
            let latest = till.state.latest
            var moments = [latest, dice.pick(steps).at, latest.later(hours: 24 * 150)]
            // What redeemed itself is a fact; what will redeem itself behind all that is known (refused events are not)
            // this ledger does not know.
            if programme.redeemsByItself { moments.removeAll { $0 > latest } }
            for moment in moments {
                let expected = NaiveLedger(till.log, at: moment, under: programme).result
                let found = try programme.state(of: till.log, asOf: moment).holdings
                guard found == expected else {
                    throw Invariants.Broken(description: "found \(found)\nnaively \(expected)\nat \(moment)")
                }
            }
        }
    }

    @Test("a sale that comes back whole leaves wallets and spend as if it had never been", arguments: Share.all)
    func asIfNever(_ share: Share) throws {
        try share.forAll(length: 12, of: 4, changing: { $0.owes() }) { programme, steps in
            var till = Till.someone(programme)
            for step in steps { _ = try till.attempt(step) }
            let sales = till.log.compactMap { dated -> PurchaseCompleted? in
                if case .purchaseCompleted(let event) = dated.event { event } else { nil }
            }
            guard till.state.mergedInto == nil, let sale = sales.first, let now = steps.last?.now else { return }
            var dice = SplitMix64(seed: UInt64(steps.count))
            try till.bringBack(sale.purchase, at: now, using: &dice)
            let without = till.log.without(sale.purchase.order)
            for moment in [till.state.latest, till.state.latest.later(hours: 24 * 200)] {
                let found = try programme.state(of: till.log, asOf: moment)
                let expected = try programme.state(of: without, asOf: moment)
                guard found.holdings == expected.holdings, found.withoutOrders == expected.withoutOrders else {
                    let (first, second) = (found.holdings, expected.holdings)
                    throw Invariants.Broken(
                        description: "with \(first)\nwithout \(second)\n\(found.totals)\n\(expected.totals)")
                }
            }
        }
    }
}

extension Till {
    /// Everything that is left of an order, piece by piece, then the rest as money.
    fileprivate mutating func bringBack(_ purchase: Purchase, at now: Instant, using dice: inout SplitMix64) throws {
        var goods: [PurchaseReturn.Goods] = []
        for line in purchase.lines {
            for _ in 0..<line.quantity where dice.oneIn(2) {
                var piece = line
                (piece.quantity, piece.discount) = (1, 0)
                goods.append(.lines([piece]))
            }
        }
        goods.shuffle(using: &dice)
        for (index, part) in goods.enumerated() { try bringBack(part, "p\(index)", of: purchase, at: now) }
        let order = OrderHistory(of: purchase.order, in: log)
        let version = programme.version(number: order.sale?.version ?? 1)
        let left = order.remaining(earns: version.earns).positions.reduce(0) { $0 + $1.amount }
        if left > 1 { try bringBack(.amount(left / 2), "half", of: purchase, at: now) }
        if left > 0 { try bringBack(.amount(left - left / 2), "rest", of: purchase, at: now) }
    }

    private mutating func bringBack(
        _ goods: PurchaseReturn.Goods, _ id: String, of purchase: Purchase, at now: Instant
    ) throws {
        let command = Command.purchaseReturn(
            PurchaseReturn(
                source: "shop", order: purchase.order, returnID: id, currency: purchase.currency, goods: goods))
        _ = try attempt(RandomLife.Step(now: now, at: now, command: command))
    }
}

extension [DatedEvent] {
    /// The same life, but somebody else bought: what stands is that the member was there.
    func without(_ order: OrderReference) -> [DatedEvent] {
        compactMap { dated in
            switch dated.event {
            case .purchaseCompleted(var event) where event.purchase.order == order:
                (event.qualifying, event.counts) = (0, [])
                return DatedEvent(at: dated.at, .purchaseCompleted(event))
            case .pointsAccrued(let event) where event.reason.order == order: return nil
            case .purchaseReturned(let event) where event.goods.order == order: return nil
            default: return dated
            }
        }
    }
}

extension MemberState {
    /// Sums of spend and of points earned.
    var withoutOrders: [Total] { totals.filter { $0.metric != Metric.orders.name } }
}

extension Programme {
    /// Gifts come by date, not by what happened.
    fileprivate mutating func givesNothing() { for index in versions.indices { versions[index].gifts = [] } }

    fileprivate var redeemsByItself: Bool { versions.contains { $0.rewards.contains(where: \.isAutomatic) } }

    /// Debt is owed, and nothing is redeemed by itself.
    mutating func owes() {
        for index in versions.indices {
            versions[index].returns.debt = .owe
            versions[index].rewards.removeAll(where: \.isAutomatic)
        }
    }
}
