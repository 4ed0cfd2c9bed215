/// The rules applied to one command: what it is worth, at the version and tier of its own time.
struct Judge {
    let programme: Programme
    /// The member, advanced to the command's time.
    let state: MemberState
    let at: Instant

    private var version: ProgrammeVersion { programme.version(at: at) }
    private var day: CivilDate { programme.zone.date(of: at) }
    /// Replaced once what follows is known.
    private var noOutcome: Outcome {
        Outcome(change: 0, available: 0, pending: 0, tier: state.standing.tier, previousTier: state.standing.tier)
    }

    func judge(_ purchase: Purchase) throws(Rejection) -> Fact {
        try accept(purchase.currency)
        try ProgrammeVersion.limit(purchase.lines)
        let version = version
        let sale = SaleContext(
            at: at, tier: state.standing.tier, channel: purchase.channel, store: purchase.store,
            partner: purchase.partner)
        let earned = try version.earned(on: purchase.lines, in: sale)
        let eligible = try version.eligible(purchase.lines)
        let completed = PurchaseCompleted(
            purchase: purchase, version: version.number, tier: state.standing.tier,
            qualifying: counts(purchase.currency) ? eligible : 0, period: day.year, day: day,
            inactiveOn: version.expiry.inactiveOn(after: day), outcome: noOutcome)
        let accruals = earned.map { accrual(of: $0, for: purchase, under: version) }
        return Fact(at: at, content: .purchase(completed, accruals))
    }

    func judge(_ activity: Activity) throws(Rejection) -> Fact {
        let version = version
        let rules = version.activities.filter { $0.id == activity.name }
        guard !rules.isEmpty else {
            let known = version.activities.map(\.id).sorted().joined(separator: ", ")
            throw Rejection(
                .activityUnknown,
                known.isEmpty ? "The programme rewards no activities." : "The programme knows the activities \(known).",
                at: "/data/activity")
        }
        let accruals = rules.map { rule in
            PointsAccrued(
                wallet: rule.wallet, points: rule.points, lot: day, expires: version.expiry.end, rule: rule.id,
                version: version.number, reason: .activity(name: activity.name), balance: 0)
        }
        let completed = ActivityCompleted(activity: activity, version: version.number, outcome: noOutcome)
        return Fact(at: at, content: .activity(completed, accruals))
    }

    /// What can be said of a return whose sale is not known yet: afterwards it must not stand in the sale's way.
    func accept(_ goods: PurchaseReturn) throws(Rejection) {
        try accept(goods.currency)
        if case .lines(let lines) = goods.goods { try ProgrammeVersion.limit(lines) }
    }

    /// A return of an order: earned(before) − earned(what is left), at the sale's version and tier.
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
        let context = SaleContext(
            at: order.soldAt, tier: sale.tier, channel: sale.purchase.channel, store: sale.purchase.store,
            partner: sale.purchase.partner)
        let points =
            try total(before.lines, in: context, under: version) - total(after.lines, in: context, under: version)
        let amount = try version.eligible(before.lines) - version.eligible(after.lines)
        return Fact(
            at: at,
            content: .purchaseReturn(
                PurchaseReturned(
                    goods: goods, version: sale.version, tier: sale.tier, points: max(0, points), lot: sale.lot,
                    qualifying: counts(goods.currency) ? amount : 0, period: sale.period, outcome: noOutcome)))
    }

    /// A return without a receipt: rate and tier at its own time, rounded like a sale.
    func judgeWithoutReceipt(_ goods: PurchaseReturn) throws(Rejection) -> Fact {
        try accept(goods)
        let version = version
        let lines =
            switch goods.goods {
            case .lines(let lines): lines
            case .amount(let amount): [Line(sku: "", quantity: 1, unitPrice: amount)]
            }
        let context = SaleContext(at: at, tier: state.standing.tier)
        let amount = try version.eligible(lines)
        return Fact(
            at: at,
            content: .purchaseReturn(
                PurchaseReturned(
                    goods: goods, version: version.number, tier: state.standing.tier,
                    points: try total(lines, in: context, under: version), lot: nil,
                    qualifying: counts(goods.currency) ? amount : 0, period: day.year, outcome: noOutcome)))
    }

    private func total(
        _ lines: [Line], in context: SaleContext, under version: ProgrammeVersion
    ) throws(Rejection) -> Int64 {
        try version.earned(on: lines, in: context).reduce(0) { $0 + $1.points }
    }

    private func accrual(
        of earned: Earned, for purchase: Purchase, under version: ProgrammeVersion
    ) -> PointsAccrued {
        let reason: AccrualReason =
            if let thousandths = earned.thousandths {
                .multiplier(
                    order: purchase.order, amount: earned.amount, currency: purchase.currency,
                    thousandths: thousandths)
            } else {
                .base(
                    order: purchase.order, amount: earned.amount, currency: purchase.currency,
                    rate: earned.rate ?? Ratio(0, 1))
            }
        return PointsAccrued(
            wallet: earned.wallet, points: earned.points, lot: day, expires: version.expiry.end, rule: earned.rule,
            version: version.number, reason: reason, balance: 0)
    }

    private func accept(_ currency: String) throws(Rejection) {
        guard programme.currency(currency) == nil else { return }
        let accepted = programme.currencies.map(\.code).joined(separator: ", ")
        throw Rejection(.currencyNotAccepted, "The programme accepts \(accepted).", at: "/data/currency")
    }

    /// Spend is counted in the programme's own currency.
    private func counts(_ currency: String) -> Bool { currency == programme.currencies.first?.code }
}

extension Expiry {
    /// How lots of points earned under it end.
    var end: Lot.End {
        switch self {
        case .never: .never
        case .inactivity: .inactivity
        }
    }

    /// The day on which points lapse if nothing happens after `day`.
    func inactiveOn(after day: CivilDate) -> CivilDate? {
        switch self {
        case .never: nil
        case .inactivity(let months): day.adding(months: months)
        }
    }
}
