/// Points as they come in on one day under one version.
struct AccrualSource {
    private let version: Int
    private let wallets: [WalletRules]
    private let tiers: TierRules
    private let day: CivilDate
    /// In which they count towards a tier, where they do.
    private let period: Period

    init(version: borrowing ProgrammeVersion, day: CivilDate, period: Period) {
        (self.version, wallets, tiers) = (version.number, version.wallets, version.tiers)
        (self.day, self.period) = (day, period)
    }

    func accrual(of earned: Earned, for purchase: Purchase) -> PointsAccrued {
        let (order, currency) = (purchase.order, purchase.currency)
        let reason: AccrualReason =
            switch earned.basis {
            case .base(let amount, let rate): .base(order: order, amount: amount, currency: currency, rate: rate)
            case .multiplier(let amount, let thousandths):
                .multiplier(order: order, amount: amount, currency: currency, thousandths: thousandths)
            case .fixed(let count): .fixed(order: order, count: count)
            case .accumulated(let total, let rate):
                .accumulated(order: order, total: total, currency: currency, rate: rate)
            case .referral: .referral(order: order)
            }
        return accrual(
            earned.points, in: earned.wallet, by: earned.rule, reason, order: order.id, expiry: earned.expiry,
            maturity: earned.maturity, partner: purchase.partner)
    }

    /// - Parameter order: what an activity must refer to for the points to mature, where they wait for one.
    func accrual(
        _ points: Int64, in wallet: String, by rule: String, _ reason: AccrualReason, order: String? = nil,
        expiry: Expiry? = nil, maturity: Maturity? = nil, partner: String? = nil
    ) -> PointsAccrued {
        let rules = wallets.rules(of: wallet)
        let matures: PendingPoints.Until? =
            switch maturity ?? rules.maturity {
            case .immediately: nil
            case .days(let days): days > 0 ? .on(day.adding(days: days)) : nil
            case .activity(let name): order.map { .activity(name: name, order: $0) }
            }
        return PointsAccrued(
            wallet: wallet, points: points, expires: (expiry ?? rules.expiry).end(earnedOn: day), matures: matures,
            rule: rule, version: version, reason: reason, partner: partner,
            period: tiers.count(wallet) ? period : nil)
    }
}
