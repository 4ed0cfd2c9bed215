/// What goods are worth that come back.
extension Judge {
    /// What can be said of a return whose sale is not known yet: afterwards it must not stand in the sale's way.
    func accept(_ goods: PurchaseReturn) throws(Rejection) {
        try accept(goods.currency)
        if case .lines(let lines) = goods.goods { try Earning.limit(lines) }
    }

    /// A return of an order: earned(before) − earned(what is left), at the sale's version and circumstances.
    ///
    /// - Parameter capped: more than was sold is cut down to it instead of refused.
    func judge(_ goods: PurchaseReturn, of order: OrderHistory, capped: Bool) throws(Rejection) -> Fact {
        guard let sale = order.sale else { return try judgeWithoutReceipt(goods) }
        guard goods.currency == sale.purchase.currency else {
            throw Rejection(
                .currencyDiffers, "The order was paid in \(sale.purchase.currency), not in \(goods.currency).",
                at: "/data/currency")
        }
        try accept(goods)
        let version = programme.version(number: sale.version)
        let before = order.remaining(earns: version.earns)
        if !capped, let excess = before.excess(of: goods.goods) { throw excess }
        var after = before
        after.take(goods.goods, earns: version.earns)
        let context = programme.context(of: sale, at: order.soldAt)
        let lines = [before, after].map { $0.lines(paidWithPoints: sale.paidWithPoints, earns: version.earns) }
        let earned = [
            try Earning(version, on: lines[0], in: context), try Earning(version, on: lines[1], in: context),
        ]
        let left = try version.eligible(lines[1])
        let amount = try version.eligible(lines[0]) - left
        let counted = counts(goods.currency)
        return Fact(
            at: at,
            .purchaseReturned(
                PurchaseReturned(
                    goods: goods, version: sale.version, tier: sale.circumstances.tier,
                    taken: try taken(of: order, sale, leaving: earned[1], under: version),
                    qualifying: counted ? amount : 0, orders: counted && left == 0 && amount > 0 ? 1 : 0,
                    period: sale.period, counts: earned[0].counts(leaving: earned[1]),
                    waivesDebt: version.returns.debt == .waive, partner: sale.purchase.partner, outcome: noOutcome)))
    }

    /// A return without a receipt: rate and tier at its own time, rounded like a sale.
    func judgeWithoutReceipt(_ goods: PurchaseReturn) throws(Rejection) -> Fact {
        try accept(goods)
        let version = version
        guard version.returns.withoutReceipt != .refuse else {
            throw Rejection(
                .returnNeedsReceipt, "The programme takes goods back with their order's number alone.",
                at: "/data/order_id")
        }
        let lines =
            switch goods.goods {
            case .lines(let lines): lines
            case .amount(let amount): [Line(sku: "", quantity: 1, unitPrice: amount)]
            }
        let sold = RemainingOrder(lines).lines(paidWithPoints: 0, earns: version.earns)
        let sale = SaleContext(
            at: at, day: day, minute: programme.zone.minute(of: at),
            member: Circumstances(tier: state.standing.tier, plans: state.subscriptions.map(\.plan)))
        let period = programme.period(of: at, for: state, under: version)
        let taken =
            version.returns.withoutReceipt == .ignore
            ? []
            : waived(
                try Earning(version, on: sold, in: sale).taken(in: period, under: version), places: [], under: version)
        return Fact(
            at: at,
            .purchaseReturned(
                PurchaseReturned(
                    goods: goods, version: version.number, tier: state.standing.tier, taken: taken,
                    qualifying: counts(goods.currency) ? try version.eligible(sold) : 0, period: period,
                    waivesDebt: version.returns.debt == .waive, outcome: noOutcome)))
    }
}

extension Judge {
    /// By rule, what is left of what it gave, less what the rest of the order earns. Rounding can shift a point from one
    /// rule to another as goods come back: by wallet the difference is exact, and no rule loses more than it has left.
    private func taken(
        of order: OrderHistory, _ sale: PurchaseCompleted, leaving rest: Earning, under version: ProgrammeVersion
    ) throws(Rejection) -> [PurchaseReturned.Taken] {
        let sold = RemainingOrder(sale.purchase.lines).lines(
            paidWithPoints: sale.paidWithPoints, earns: version.earns)
        let context = programme.context(of: sale, at: order.soldAt)
        var left = try Earning(version, on: sold, in: context).taken(in: sale.period, under: version)
        for earlier in order.taken {
            guard let index = left.firstIndex(where: { $0.rule == earlier.rule && $0.wallet == earlier.wallet })
            else { continue }
            left[index].points -= earlier.points + earlier.waived
        }
        let earns = rest.taken(in: sale.period, under: version)
        var taken = left
        for wallet in Set(left.map(\.wallet)) {
            var surplus = earns.reduce(0) { $0 + ($1.wallet == wallet ? $1.points : 0) }
            for index in left.indices where left[index].wallet == wallet {
                let own = earns.first { $0.rule == left[index].rule && $0.wallet == wallet }?.points ?? 0
                let kept = min(own, left[index].points)
                taken[index].points -= kept
                surplus -= kept
            }
            for index in left.indices where left[index].wallet == wallet {
                let kept = min(surplus, taken[index].points)
                taken[index].points -= kept
                surplus -= kept
            }
        }
        return waived(
            taken.filter { $0.points > 0 }, places: try Judge.accruals(of: sale, at: order.soldAt, under: programme),
            under: version)
    }

    /// Where the programme does not let members owe, a return takes what is there. Judged once: what is waived is waived,
    /// whatever arrives later.
    private func waived(
        _ taken: [PurchaseReturned.Taken], places: [PointsAccrued], under version: ProgrammeVersion
    ) -> [PurchaseReturned.Taken] {
        guard version.returns.debt == .waive else { return taken }
        var taken = taken
        for wallet in Set(taken.map(\.wallet)) {
            let held = state.wallet(wallet)
            var there = max(0, held.available)
            for index in taken.indices where taken[index].wallet == wallet {
                let place = places.first { $0.rule == taken[index].rule && $0.wallet == wallet }
                // What waits still is all there, and nobody else's.
                if let place, let until = place.matures, held.points(pending: until, end: place.expires) > 0 {
                    continue
                }
                let points = min(taken[index].points, there)
                taken[index].waived = taken[index].points - points
                taken[index].points = points
                there -= points
            }
        }
        return taken
    }
}

extension Earning {
    fileprivate func taken(in period: Period, under version: ProgrammeVersion) -> [PurchaseReturned.Taken] {
        var taken: [PurchaseReturned.Taken] = []
        for earned in earned {
            if let index = taken.firstIndex(where: { $0.rule == earned.rule && $0.wallet == earned.wallet }) {
                taken[index].points += earned.points
            } else {
                taken.append(
                    PurchaseReturned.Taken(
                        rule: earned.rule, wallet: earned.wallet, points: earned.points,
                        period: version.tiers.count(earned.wallet) ? period : nil))
            }
        }
        return taken
    }

    /// By counter, what the return gives back of it.
    fileprivate func counts(leaving rest: Earning) -> [Count] {
        counts.compactMap { count in
            let left = rest.counts.first { $0.rule == count.rule && $0.window == count.window }?.added ?? 0
            guard left != count.added else { return nil }
            return Count(rule: count.rule, window: count.window, before: 0, added: left - count.added)
        }
    }
}
