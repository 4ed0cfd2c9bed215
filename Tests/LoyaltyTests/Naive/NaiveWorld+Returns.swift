@testable import Loyalty

/// Goods that come back.
extension NaiveWorld {
    mutating func takeBack(_ goods: PurchaseReturn, at: Instant) throws {
        guard let order = goods.order else { return try takeBackWithoutReceipt(goods, at: at) }
        if let sale = sale(order) { return try takeBack(goods, of: sale, at: max(at, sale.at), capped: false) }
        guard programme.currency(goods.currency) != nil else { throw NaiveRefusal(.currencyNotAccepted) }
        waiting.append((at, goods))
    }

    mutating func settleWaiting(for sale: NaiveSale) throws {
        let mine = waiting.filter {
            $0.goods.order == sale.purchase.order && $0.goods.currency == sale.purchase.currency
        }
        for index in mine.indices.sorted(by: { (mine[$0].at, $0) < (mine[$1].at, $1) }) {
            try takeBack(mine[index].goods, of: sale, at: max(mine[index].at, sale.at), capped: true)
        }
    }

    private mutating func takeBack(_ goods: PurchaseReturn, of sale: NaiveSale, at: Instant, capped: Bool) throws {
        guard goods.currency == sale.purchase.currency else { throw NaiveRefusal(.currencyDiffers) }
        var order = NaiveOrder(sale.purchase.lines, sale.version)
        let earlier = returns(of: sale.purchase.order)
        for other in earlier { order.take(other.goods.goods) }
        guard capped || order.has(goods.goods) else { throw NaiveRefusal(.returnExceedsSale) }
        let before = order.earningRows(paidWithPoints: sale.paidWithPoints)
        order.take(goods.goods)
        let after = order.earningRows(paidWithPoints: sale.paidWithPoints)
        let (rulesBefore, rulesAfter) = (
            NaiveRules(sale, before, under: programme), NaiveRules(sale, after, under: programme)
        )
        let (moneyBefore, moneyAfter) = (before.reduce(0) { $0 + $1.money }, after.reduce(0) { $0 + $1.money })
        var back = NaiveReturn(
            goods: goods, parts: parts(of: sale, after: earlier, leaving: rulesAfter),
            qualifying: isOwn(goods.currency) ? moneyBefore - moneyAfter : 0,
            orders: isOwn(goods.currency) && moneyAfter == 0 && moneyBefore > 0 ? 1 : 0, period: sale.period)
        back.counts = rulesBefore.counts.merging(rulesAfter.counts) { $0 - $1 }
        for counter in rulesAfter.counts.keys where rulesBefore.counts[counter] == nil {
            back.counts[counter] = -(rulesAfter.counts[counter] ?? 0)
        }
        if sale.version.returns.debt == .waive { waive(&back, sale, at: at) }
        add(.goodsBack(back), at: at)
    }

    private func returns(of order: OrderReference) -> [NaiveReturn] {
        facts.compactMap { if case .goodsBack(let back) = $0.kind, back.goods.order == order { back } else { nil } }
    }

    /// Each rule loses what it still has less what it gives for the rest; where it gives more for the rest than it has, the
    /// other rules of the wallet keep that.
    private func parts(of sale: NaiveSale, after earlier: [NaiveReturn], leaving rest: NaiveRules) -> [NaiveReturn.Part]
    {
        var parts: [NaiveReturn.Part] = []
        for earning in sale.earned {
            if let index = parts.firstIndex(where: { $0.rule == earning.rule && $0.wallet == earning.wallet }) {
                parts[index].points += earning.points
            } else {
                parts.append(
                    NaiveReturn.Part(
                        rule: earning.rule, wallet: earning.wallet, points: earning.points, period: earning.period))
            }
        }
        var surplus: [String: Int64] = [:]
        for index in parts.indices {
            let (rule, wallet) = (parts[index].rule, parts[index].wallet)
            for part in earlier.flatMap(\.parts) where part.rule == rule && part.wallet == wallet {
                parts[index].points -= part.points + part.waived
            }
            let gives = rest.given.filter { $0.rule == rule && $0.wallet == wallet }.reduce(0) { $0 + $1.points }
            surplus[wallet, default: 0] += max(0, gives - parts[index].points)
            parts[index].points = max(0, parts[index].points - gives)
        }
        // A rule that another one had kept out may give something for the rest.
        for given in rest.given where !parts.contains(where: { $0.rule == given.rule && $0.wallet == given.wallet }) {
            surplus[given.wallet, default: 0] += given.points
        }
        for index in parts.indices {
            let kept = min(parts[index].points, surplus[parts[index].wallet] ?? 0)
            parts[index].points -= kept
            surplus[parts[index].wallet, default: 0] -= kept
        }
        return parts.filter { $0.points > 0 }
    }

    /// What waits still is taken; of what has come in no more than is available.
    private func waive(_ back: inout NaiveReturn, _ sale: NaiveSale?, at: Instant) {
        let member = member(at: at)
        var there: [String: Int64] = [:]
        for part in back.parts { there[part.wallet] = max(0, member.available(part.wallet)) }
        for index in back.parts.indices {
            let part = back.parts[index]
            let waits = sale?.earned.first { $0.rule == part.rule && $0.wallet == part.wallet }?.waits
            if let waits, member.isPending(waits, at: at) { continue }
            let taken = min(part.points, there[part.wallet] ?? 0)
            back.parts[index].points = taken
            back.parts[index].waived = part.points - taken
            there[part.wallet, default: 0] -= taken
        }
    }

    private mutating func takeBackWithoutReceipt(_ goods: PurchaseReturn, at: Instant) throws {
        guard programme.currency(goods.currency) != nil else { throw NaiveRefusal(.currencyNotAccepted) }
        let (member, version) = (member(at: at), programme.version(at: at))
        guard version.returns.withoutReceipt != .refuse else { throw NaiveRefusal(.returnNeedsReceipt) }
        var lines: [Line] = []
        switch goods.goods {
        case .amount(let money): lines = [Line(sku: "", quantity: 1, unitPrice: money)]
        case .lines(let some): lines = some
        }
        let purchase = Purchase(
            order: OrderReference(source: "", id: ""), currency: goods.currency, lines: lines)
        let sale = NaiveSale(
            purchase: purchase, at: at, version: version, tier: member.standing.tier, plans: member.plans.map(\.id),
            isFirst: false, isReferred: false, isInBirthdayMonth: false, paidWithPoints: 0, countersBefore: [:],
            period: member.period(at: at))
        let rows = NaiveOrder(lines, version).earningRows(paidWithPoints: 0)
        var parts: [NaiveReturn.Part] = []
        if version.returns.withoutReceipt == .take {
            for given in NaiveRules(sale, rows, under: programme).given {
                let period = counts(given.wallet, version) ? sale.period : nil
                parts.append(
                    NaiveReturn.Part(rule: given.rule, wallet: given.wallet, points: given.points, period: period))
            }
        }
        var back = NaiveReturn(
            goods: goods, parts: parts, qualifying: isOwn(goods.currency) ? rows.reduce(0) { $0 + $1.money } : 0,
            orders: 0, period: sale.period)
        if version.returns.debt == .waive { waive(&back, nil, at: at) }
        add(.goodsBack(back), at: at)
    }
}
