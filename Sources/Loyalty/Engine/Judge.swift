extension Programme {
    /// Whether whoever brought the member earns points with this order: it is the first, and what of it earns comes to the
    /// minimum, as for the friend's own points, in whatever currency.
    public func tellsReferrer(of sale: PurchaseCompleted) -> Bool {
        let version = version(number: sale.version)
        guard sale.circumstances.isReferred, let rules = version.referral,
            let amount = try? version.eligible(sale.lines(under: version))
        else { return false }
        return amount > 0 && amount >= rules.minimumAmount
    }
}

extension PurchaseCompleted {
    /// What of it could earn: less what was paid with points.
    fileprivate func lines(under version: ProgrammeVersion) -> [SoldLine] {
        purchase.sold(paidWithPoints: paidWithPoints, earns: version.earns)
    }
}

/// The rules applied to one command: what it is worth, at the version and tier of its own time.
struct Judge {
    let programme: Programme
    /// The member, advanced to the command's time.
    let state: MemberState
    let at: Instant

    private let place: Int
    let day: CivilDate

    init(programme: Programme, state: MemberState, at: Instant) {
        (self.programme, self.state, self.at) = (programme, state, at)
        (place, day) = (programme.place(at: at), programme.zone.date(of: at))
    }

    var version: ProgrammeVersion { programme.versions[place] }

    /// Replaced once what follows is known.
    var noOutcome: Outcome {
        Outcome(change: 0, available: 0, pending: 0, tier: state.standing.tier, previousTier: state.standing.tier)
    }

    /// - Parameters:
    ///   - paidWithPoints: minor units of it that a redemption pays.
    ///   - used: what is gone of the budgets that it may draw on.
    func judge(
        _ purchase: Purchase, paidWithPoints: Int64, used: [MemberState.Counter] = []
    ) throws(Rejection) -> Fact {
        try accept(purchase.currency)
        try Earning.limit(purchase.lines)
        let version = version
        let circumstances = circumstances
        let lines = purchase.sold(paidWithPoints: paidWithPoints, earns: version.earns)
        var context = programme.context(of: purchase, at: at, on: day, circumstances)
        context.counters = used.isEmpty ? state.counters : state.counters + used
        let period = programme.period(of: day, for: state, under: version.tiers)
        let earning = try Earning(version, on: lines, in: context)
        let completed = PurchaseCompleted(
            purchase: purchase, version: version.number, circumstances: circumstances,
            qualifying: counts(purchase.currency) ? try Earning.sum(earning.lines) : 0, period: period, day: day,
            clocks: version.clocks(after: day), paidWithPoints: paidWithPoints, counts: earning.counts,
            outcome: noOutcome)
        let source = AccrualSource(version: version, day: day, period: period)
        let accruals = earning.earned.map { source.accrual(of: $0, for: purchase) }
        return Fact(at: at, .purchaseCompleted(completed), accruals)
    }

    /// What of the member rules may ask about.
    private var circumstances: Circumstances {
        let isFirst = state.purchases == 0
        return Circumstances(
            tier: state.standing.tier, plans: state.subscriptions.map(\.plan), isFirst: isFirst,
            isReferred: isFirst && state.referredBy != nil, inBirthdayMonth: state.birthday?.month == day.month)
    }

    /// What a sale earned, made again from its rules.
    static func accruals(
        of sale: PurchaseCompleted, at: Instant, under programme: Programme
    ) throws(Rejection) -> [PointsAccrued] {
        let version = programme.version(number: sale.version)
        let context = programme.context(of: sale, at: at)
        let source = AccrualSource(version: version, day: sale.day, period: sale.period)
        return try Earning(version, on: sale.lines(under: version), in: context).earned.map {
            source.accrual(of: $0, for: sale.purchase)
        }
    }

    /// Where points of this time come from.
    func source(under version: ProgrammeVersion) -> AccrualSource {
        AccrualSource(
            version: version, day: day, period: programme.period(of: day, for: state, under: version.tiers))
    }

    func judge(_ activity: Activity, isRepeated: Bool) throws(Rejection) -> Fact {
        let version = version
        let rules = version.activities.filter { $0.id == activity.name }
        guard !rules.isEmpty || version.matures(on: activity.name) else {
            let known = Set(version.activities.map(\.id)).sorted().joined(separator: ", ")
            throw Rejection(
                .activityUnknown,
                known.isEmpty ? "The programme rewards no activities." : "The programme knows the activities \(known).",
                at: "/data/activity")
        }
        var counts: [Count] = []
        var accruals: [PointsAccrued] = []
        for rule in rules where !(rule.oncePerReference && isRepeated) {
            let points = try points(of: rule, for: activity, &counts)
            guard points > 0 else { continue }
            accruals.append(
                source(under: version).accrual(
                    points, in: rule.wallet, by: rule.id,
                    .activity(name: activity.name, reference: activity.reference), order: activity.reference,
                    expiry: rule.expiry, maturity: rule.maturity))
        }
        let completed = ActivityCompleted(
            activity: activity, version: version.number, counts: counts, outcome: noOutcome)
        return Fact(at: at, .activityCompleted(completed), accruals)
    }

    private func points(
        of rule: ActivityRule, for activity: Activity, _ counts: inout [Count]
    ) throws(Rejection) -> Int64 {
        let times = rule.perValue ? max(0, activity.value ?? 0) : 1
        let (points, overflow) = rule.points.multipliedReportingOverflow(by: times)
        guard !overflow, points <= Earning.mostPoints else {
            throw Rejection(
                .amountTooLarge, "One activity may bring at most \(Earning.mostPoints) points.", at: "/data/value")
        }
        guard let cap = rule.cap else { return points }
        let window = cap.window.name(on: day)
        // An activity may bring points to several wallets, each within a cap of its own.
        let name = rule.wallet == Programme.defaultWallet ? rule.id : "\(rule.id):\(rule.wallet)"
        let before = state.counter(name, window)
        let given = min(points, max(0, cap.points - before))
        counts.append(Count(rule: name, window: window, before: before, added: given))
        return given
    }

    func accept(_ currency: String) throws(Rejection) {
        guard programme.currency(currency) == nil else { return }
        let accepted = programme.currencies.map(\.code).joined(separator: ", ")
        throw Rejection(.currencyNotAccepted, "The programme accepts \(accepted).", at: "/data/currency")
    }

    /// Spend is counted in the programme's own currency.
    func counts(_ currency: String) -> Bool { currency == programme.currencies.first?.code }
}

extension ProgrammeVersion {
    /// When wallets lapse if nothing happens after `day`.
    func clocks(after day: CivilDate) -> [InactivityClock] {
        wallets.compactMap { wallet in
            wallet.expiry.inactiveOn(after: day).map { InactivityClock(wallet: wallet.id, on: $0) }
        }
    }

    /// Whether points wait for an activity of that name.
    func matures(on activity: String) -> Bool {
        let waiting = Maturity.activity(activity)
        return wallets.contains { $0.maturity == waiting } || earning.contains { $0.maturity == waiting }
            || activities.contains { $0.maturity == waiting }
    }
}

extension Programme {
    /// The circumstances of a sale as they were.
    func context(of sale: PurchaseCompleted, at: Instant) -> SaleContext {
        var context = context(of: sale.purchase, at: at, on: zone.date(of: at), sale.circumstances)
        context.counters = sale.counts.map {
            MemberState.Counter(rule: $0.rule, window: $0.window, value: $0.before)
        }
        return context
    }

    /// The circumstances of a sale, but for counters.
    func context(
        of purchase: Purchase, at: Instant, on day: CivilDate, _ circumstances: Circumstances
    ) -> SaleContext {
        SaleContext(
            at: at, day: day, minute: zone.minute(of: at), member: circumstances,
            channel: purchase.channel, store: purchase.store, partner: purchase.partner, coupons: purchase.couponCodes)
    }

    /// The period in which metrics of that time count.
    func period(of instant: Instant, for state: MemberState, under version: ProgrammeVersion) -> Period {
        period(of: zone.date(of: instant), for: state, under: version.tiers)
    }

    /// The period in which metrics of that day count.
    func period(of day: CivilDate, for state: MemberState, under tiers: TierRules) -> Period {
        switch tiers.period {
        case .calendarYear: return .year(day.year)
        case .rolling: return .day(day.daysSince1970)
        case .lifetime: return .life
        case .membershipYear: return .membershipYear(membershipYear(of: day, for: state))
        }
    }

    /// How many whole years of membership lie before `day`.
    func membershipYear(of day: CivilDate, for state: MemberState) -> Int {
        let joined = zone.date(of: state.enrolledAt)
        var years = max(0, day.year - joined.year)
        if years > 0, joined.adding(months: 12 * years) > day { years -= 1 }
        return years
    }
}
