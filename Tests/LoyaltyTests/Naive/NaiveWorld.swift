@testable import Loyalty

/// A second implementation of the rules, written from `docs/programme.md` alone and as simple as it goes: it keeps nothing
/// but the list of what happened, and for every question goes through the whole of it.
struct NaiveWorld {
    let programme: Programme
    let enrolled: Instant
    let birthday: MonthDay?
    let referredBy: String?
    /// What other members have had of every budget.
    var drawnByOthers: Int64 = 0
    /// In the order in which they became known.
    private(set) var facts: [NaiveFact] = []
    /// Returns that wait for their sale, with their times.
    var waiting: [(at: Instant, goods: PurchaseReturn)] = []
    /// The latest time of anything known.
    private var latest: Instant

    init(_ programme: Programme, enrolled: Instant, birthday: MonthDay?, referredBy: String?) {
        (self.programme, self.enrolled) = (programme, enrolled)
        (self.birthday, self.referredBy, latest) = (birthday, referredBy, enrolled)
    }

    func member(at instant: Instant) -> NaiveMember {
        NaiveMember(facts, until: instant, under: programme, enrolled: enrolled, birthday: birthday)
    }

    mutating func add(_ kind: NaiveFact.Kind, at: Instant) {
        facts.append(NaiveFact(at: at, kind: kind))
        latest = max(latest, at)
    }

    /// Judges a command that happened at that time; where it is refused, nothing has changed.
    mutating func hear(_ command: Command, at: Instant) throws {
        var after = self
        try after.judge(command, at: at)
        self = after
    }

    private mutating func judge(_ command: Command, at: Instant) throws {
        letTimePass(to: at)
        switch command {
        case .purchase(let purchase): try sell(purchase, at: at)
        case .purchaseReturn(let goods): try takeBack(goods, at: at)
        case .activity(let activity): try reward(activity, at: at)
        case .redemption(let request): try redeem(request, at: at)
        case .confirmRedemption(let id): try confirm(id, at: at)
        case .cancelRedemption(let id): try cancel(id, at: at)
        default: try judgeByHand(command, at: at)
        }
        if command.bringsPoints { redeemByThemselves(at: max(at, latest)) }
    }

    // MARK: Automatic rewards

    /// What matures, or is given by date, until then may be redeemed by itself, once all else of that instant has happened.
    mutating func letTimePass(to instant: Instant) {
        while let moment = member(at: instant).brought.first(where: { $0 > latest }) {
            latest = moment
            redeemByThemselves(at: moment)
        }
    }

    private mutating func redeemByThemselves(at: Instant) {
        let version = programme.version(at: at)
        var number = 0
        for reward in version.rewards where reward.isAutomatic {
            while number < 100 {
                let member = member(at: at)
                let price = reward.price(in: member.standing.tier)
                guard price > 0, member.available(reward.wallet) >= price,
                    refusal(of: reward.condition, for: member, at: at) == nil
                else { break }
                let redemption = redemption(of: reward, "by itself \(facts.count)", order: nil, for: member, at: at)
                guard !isUsedUp(reward, redemption, member) else { break }
                add(.spent(redemption, wasReserved: false, byItself: true), at: at)
                number += 1
            }
        }
    }

    // MARK: Shopping

    private mutating func sell(_ purchase: Purchase, at: Instant) throws {
        guard sale(purchase.order) == nil else { throw NaiveRefusal(.orderExists) }
        let payment = try payment(of: purchase, at: at)
        guard programme.currency(purchase.currency) != nil else { throw NaiveRefusal(.currencyNotAccepted) }
        let (member, version) = (member(at: at), programme.version(at: at))
        var sale = NaiveSale(
            purchase: purchase, at: at, version: version, tier: member.standing.tier, plans: member.plans.map(\.id),
            isFirst: member.purchases == 0, isReferred: member.purchases == 0 && referredBy != nil,
            isInBirthdayMonth: birthday?.month == programme.day(at).month,
            paidWithPoints: payment?.money ?? 0, countersBefore: member.counters, period: member.period(at: at))
        for rule in version.earning {
            guard let budget = rule.budget else { continue }
            let counter = NaiveCounter(name: "budget \(rule.id)", window: budget.window.naiveName(programme.day(at)))
            sale.countersBefore[counter] = drawnByOthers + drawn(counter)
        }
        let rows = NaiveOrder(purchase.lines, version).earningRows(paidWithPoints: sale.paidWithPoints)
        let rules = NaiveRules(sale, rows, under: programme)
        sale.earned = rules.given.map { earning($0, of: sale) }
        sale.counts = rules.counts
        sale.qualifying = isOwn(purchase.currency) ? rows.reduce(0) { $0 + $1.money } : 0
        add(.sale(sale), at: at)
        if let payment, let confirmsAt = payment.confirmsAt {
            spend(payment.redemption, wasReserved: true, at: confirmsAt)
        }
        try settleWaiting(for: sale)
    }

    /// What is gone of a budget now, whatever time it was drawn for.
    private func drawn(_ counter: NaiveCounter) -> Int64 {
        facts.reduce(0) { sum, fact in
            switch fact.kind {
            case .sale(let sale): sum + sale.counts[counter, default: 0]
            case .goodsBack(let back): sum - back.counts[counter, default: 0]
            default: sum
            }
        }
    }

    func isOwn(_ currency: String) -> Bool { currency == programme.currencies[0].code }

    private func earning(_ given: NaiveRules.Given, of sale: NaiveSale) -> NaiveEarning {
        earning(
            given.rule, given.wallet, given.points, given.expiry, given.maturity, version: sale.version,
            day: programme.day(sale.at), order: sale.purchase.order.id, period: sale.period)
    }

    /// - Parameter order: what an activity must refer to for the points to mature.
    func earning(
        _ rule: String, _ wallet: String, _ points: Int64, _ expiry: Expiry?, _ maturity: Maturity?,
        version: ProgrammeVersion, day: CivilDate, order: String?, period: Period
    ) -> NaiveEarning {
        let rules = version.wallet(wallet)
        var waits: PendingPoints.Until?
        switch maturity ?? rules.maturity {
        case .immediately: break
        case .days(let days): if days > 0 { waits = .on(day.adding(days: days)) }
        case .activity(let name): if let order { waits = .activity(name: name, order: order) }
        }
        return NaiveEarning(
            rule: rule, wallet: wallet, points: points, end: (expiry ?? rules.expiry).naiveEnd(of: day), waits: waits,
            period: counts(wallet, version) ? period : nil)
    }

    /// Points count towards tiers where some level asks for their wallet.
    func counts(_ wallet: String, _ version: ProgrammeVersion) -> Bool {
        version.tiers.levels.contains { $0.requirements.contains { $0.metric == .earned(wallet: wallet) } }
    }

    func sale(_ order: OrderReference) -> NaiveSale? {
        for fact in facts { if case .sale(let sale) = fact.kind, sale.purchase.order == order { return sale } }
        return nil
    }

    // MARK: Activities

    private mutating func reward(_ activity: Activity, at: Instant) throws {
        let (member, version) = (member(at: at), programme.version(at: at))
        let rules = version.activities.filter { $0.id == activity.name }
        let waits = Maturity.activity(activity.name)
        let maturities =
            version.wallets.map(\.maturity)
            + (version.earning.map(\.maturity) + version.activities.map(\.maturity)).compactMap { $0 }
        guard !rules.isEmpty || maturities.contains(waits) else { throw NaiveRefusal(.activityUnknown) }
        let isRepeated =
            activity.reference != nil
            && facts.contains { fact in
                if case .activity(let other, _, _) = fact.kind {
                    other.name == activity.name && other.reference == activity.reference
                } else {
                    false
                }
            }
        var earnings: [NaiveEarning] = []
        var counts: [NaiveCounter: Int64] = [:]
        for rule in rules where !(rule.oncePerReference && isRepeated) {
            var points = rule.perValue ? rule.points * max(0, activity.value ?? 0) : rule.points
            if let cap = rule.cap {
                let counter = NaiveCounter(
                    name: "\(rule.id) in \(rule.wallet)", window: cap.window.naiveName(programme.day(at)))
                points = min(points, max(0, cap.points - member.counters[counter, default: 0]))
                counts[counter] = points
            }
            guard points > 0 else { continue }
            earnings.append(
                earning(
                    rule.id, rule.wallet, points, rule.expiry, rule.maturity, version: version,
                    day: programme.day(at), order: activity.reference, period: member.period(at: at)))
        }
        add(.activity(activity, earnings, counts: counts), at: at)
    }
}

extension NaiveMember {
    func isPending(_ until: PendingPoints.Until, at: Instant) -> Bool {
        switch until {
        case .on(let day): at < programme.midnight(day)
        case .activity: heaps.contains { $0.waits == until && $0.points > 0 }
        }
    }
}

extension Command {
    /// Whether automatic rewards are looked at behind it.
    fileprivate var bringsPoints: Bool {
        switch self {
        case .purchase, .activity, .adjustment, .transferIn, .referral: true
        default: false
        }
    }
}
