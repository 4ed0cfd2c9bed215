/// A line of an order less what came back of it and what was paid with points.
struct SoldLine: Hashable, Sendable {
    var line: Line
    var quantity: Int64
    /// Minor units, greater than zero.
    var amount: Int64
}

/// The circumstances of a sale that rules may ask about.
struct SaleContext: Hashable, Sendable {
    var at: Instant
    var day: CivilDate
    /// Minutes since midnight in the programme's zone.
    var minute: Int
    var member: Circumstances
    var channel: String?
    var store: String?
    var partner: String?
    var coupons: [String] = []
    /// What counters stood at before the sale.
    var counters: [MemberState.Counter] = []

    func counter(_ rule: String, _ window: String) -> Int64 {
        counters.first { $0.rule == rule && $0.window == window }?.value ?? 0
    }
}

extension EarningCondition {
    /// Whether the circumstances of the sale fit.
    func holds(for sale: SaleContext) -> Bool {
        if let from, sale.at < from { return false }
        if let until, sale.at >= until { return false }
        if !weekdays.isEmpty && !weekdays.contains(sale.day.weekday) { return false }
        if let hours, !hours.contains(sale.minute) { return false }
        if let firstPurchase, firstPurchase != sale.member.isFirst { return false }
        if birthdayMonth && !sale.member.inBirthdayMonth { return false }
        return fits(tiers, sale.member.tier) && fits(channels, sale.channel) && fits(stores, sale.store)
            && fits(partners, sale.partner)
            && (coupons.isEmpty || sale.coupons.contains(where: coupons.contains))
            && (plans.isEmpty || sale.member.plans.contains(where: plans.contains))
    }

    private func fits(_ allowed: Set<String>, _ value: String?) -> Bool {
        allowed.isEmpty || value.map(allowed.contains) == true
    }
}

extension EarningRule.Cap.Window {
    /// The name of the window that a day lies in.
    func name(on day: CivilDate) -> String {
        switch self {
        case .day: day.description
        case .month: String(day.description.prefix(7))
        case .year: String(day.description.prefix(4))
        case .life: "life"
        }
    }
}

extension CivilDate {
    /// 1 for Monday to 7 for Sunday (1970-01-01 was a Thursday).
    var weekday: Int {
        let remainder = (daysSince1970 + 3) % 7
        return (remainder < 0 ? remainder + 7 : remainder) + 1
    }
}

extension TierRules {
    /// Whether points of a wallet count towards a tier.
    func count(_ wallet: String) -> Bool {
        levels.contains { $0.requirements.contains { $0.metric == .earned(wallet: wallet) } }
    }
}
