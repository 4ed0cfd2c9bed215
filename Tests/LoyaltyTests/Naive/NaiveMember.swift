@testable import Loyalty

/// A member at an instant, made from nothing but the list of what happened until then. Every accrual is a heap of its own.
struct NaiveMember {
    struct Heap {
        var wallet: String
        var points: Int64
        var end: Lot.End
        var waits: PendingPoints.Until?
    }

    struct Grant {
        var tier: String
        var until: CivilDate?
        /// nil where it was given by hand.
        var plan: String?
    }

    struct Measure {
        var period: Period
        var metric: Metric
        var amount: Int64
    }

    let programme: Programme
    let birthday: MonthDay?
    private(set) var now = Instant.distantPast
    private(set) var enrolled: Instant
    var heaps: [Heap] = []
    var debts: [String: Int64] = [:]
    /// What was earned, net of what was taken back; what is held, and what was spent.
    private(set) var earned: [String: Int64] = [:]
    var reserved: [String: Int64] = [:]
    var redeemed: [String: Int64] = [:]
    var clocks: [String: CivilDate] = [:]
    var held: [(redemption: NaiveRedemption, until: Instant, from: [Heap])] = []
    var spent: [String: [Heap]] = [:]
    private(set) var plans: [(id: String, until: CivilDate)] = []
    var grants: [Grant] = []
    private(set) var counters: [NaiveCounter: Int64] = [:]
    private(set) var measures: [Measure] = []
    private(set) var purchases = 0
    private(set) var gifts: [String: Int] = [:]
    /// Ids of the tiers that were reached and that hold, with their last valid days.
    var reached: (tier: String, until: CivilDate?)
    var standing: (tier: String, until: CivilDate?)
    /// When points matured or were given by date.
    private(set) var brought: [Instant] = []
    /// By order, rule and wallet: what its returns take.
    private var returned: [String: Int64] = [:]

    init(
        _ facts: [NaiveFact], until instant: Instant, under programme: Programme, enrolled: Instant, birthday: MonthDay?
    ) {
        (self.programme, self.enrolled, self.birthday) = (programme, enrolled, birthday)
        reached = (programme.version(at: enrolled).tiers.levels[0].id, nil)
        standing = reached
        let known = facts.filter { $0.at <= instant }
        let inOrder = known.indices.sorted { (known[$0].at, $0) < (known[$1].at, $1) }.map { known[$0] }
        for fact in inOrder {
            guard case .goodsBack(let back) = fact.kind, let order = back.goods.order else { continue }
            for part in back.parts { returned["\(order.id) \(part.rule) \(part.wallet)", default: 0] += part.points }
        }
        for fact in inOrder {
            pass(to: fact.at)
            now = max(now, fact.at)
            happen(fact)
            if case .spent(_, _, byItself: true) = fact.kind { continue }
            lookAtTier()
        }
        pass(to: instant)
    }

    func available(_ wallet: String) -> Int64 {
        heaps.filter { $0.wallet == wallet && $0.waits == nil }.reduce(0) { $0 + $1.points } - (debts[wallet] ?? 0)
    }

    func pending(_ wallet: String) -> Int64 {
        heaps.filter { $0.wallet == wallet && $0.waits != nil }.reduce(0) { $0 + $1.points }
    }

    // MARK: Time

    private mutating func pass(to instant: Instant) {
        while let next = nextDue(by: instant), next.at <= instant {
            now = max(now, next.at)
            fallDue(next.what)
            if !next.what.movesPoints { lookAtTier() }
        }
    }

    private mutating func fallDue(_ due: NaiveDue) {
        switch due {
        case .lapse(let index): release(index)
        case .matures(let index): mature(index)
        case .expires(let index): heaps[index].points = 0
        case .planEnds(let plan): end(plan)
        case .grantEnds(let day): grants.removeAll { $0.plan == nil && $0.until == day }
        case .review(let day): review(on: day)
        case .gift(let rule, let year, let day):
            gifts[rule.id] = year
            earned[rule.wallet, default: 0] += rule.points
            let rules = programme.version(at: now).wallet(rule.wallet)
            comeIn(
                Heap(wallet: rule.wallet, points: rule.points, end: (rule.expiry ?? rules.expiry).naiveEnd(of: day)),
                startsClock: true)
            brought.append(now)
        }
    }

    private mutating func mature(_ index: Int) {
        var heap = heaps.remove(at: index)
        heap.waits = nil
        comeIn(heap, startsClock: true)
        brought.append(now)
    }

    // MARK: What happens

    private mutating func happen(_ fact: NaiveFact) {
        switch fact.kind {
        case .sale(let sale):
            enrolled = min(enrolled, now)
            measure(.spend, sale.qualifying, sale.period)
            measure(.orders, sale.qualifying > 0 ? 1 : 0, sale.period)
            count(sale.counts, times: 1)
            purchases += 1
            beActive()
            for earning in sale.earned { earn(earning, order: sale.purchase.order.id) }
        case .goodsBack(let back): comeBack(back)
        case .activity(let activity, let earnings, let counts):
            enrolled = min(enrolled, now)
            count(counts, times: 1)
            for earning in earnings { earn(earning, order: nil) }
            guard let reference = activity.reference else { return }
            while let index = nextWaiting(for: .activity(name: activity.name, order: reference)) { mature(index) }
        case .reserved(let redemption, let until):
            let from = take(redemption.points, redemption.wallet)
            reserved[redemption.wallet, default: 0] += redemption.points
            held.append((redemption, until, from))
            count(redemption.counts, 1)
            beActive()
        case .spent(let redemption, let wasReserved, let byItself):
            spend(redemption, wasReserved: wasReserved)
            if !byItself { beActive() }
        case .cancelled(let redemption):
            if let index = held.firstIndex(where: { $0.redemption.id == redemption.id }) { release(index) }
        case .refunded(let redemption):
            redeemed[redemption.wallet, default: 0] -= redemption.points
            giveBack(redemption, spent[redemption.id] ?? [])
        case .adjusted(let wallet, let points, let end):
            earned[wallet, default: 0] += points
            if points > 0 {
                comeIn(Heap(wallet: wallet, points: points, end: end), startsClock: true)
            } else {
                _ = take(-points, wallet)
            }
        case .wentOut(let wallet, let points): _ = take(points, wallet)
        case .cameIn(let wallet, let parts):
            if parts.contains(where: { $0.end == .inactivity }) { startClock(wallet) }
            for part in parts {
                comeIn(Heap(wallet: wallet, points: part.points, end: part.end), startsClock: false)
            }
        case .subscribed(let plan, let until, let tier, let ends):
            end(plan)
            guard !ends else { return }
            plans.append((plan, until))
            if let tier { grants.append(Grant(tier: tier, until: until, plan: plan)) }
        case .granted(let tier, let until): grants.append(Grant(tier: tier, until: until))
        case .referral(let earning, let isWithdrawn):
            guard let earning else { return }
            if isWithdrawn { withdraw(earning) } else { earn(earning, order: nil) }
        }
    }

    private mutating func end(_ plan: String) {
        plans.removeAll { $0.id == plan }
        grants.removeAll { $0.plan == plan }
    }

    private mutating func earn(_ earning: NaiveEarning, order: String?) {
        let key = "\(order ?? "") \(earning.rule) \(earning.wallet)"
        let gone = order == nil ? 0 : min(earning.points, returned[key] ?? 0)
        returned[key, default: 0] -= gone
        earned[earning.wallet, default: 0] += earning.points - gone
        if let period = earning.period { measure(.earned(wallet: earning.wallet), earning.points, period) }
        let heap = Heap(
            wallet: earning.wallet, points: earning.points - gone, end: earning.end, waits: earning.waits)
        if heap.waits == nil { comeIn(heap, startsClock: true) } else { heaps.append(heap) }
    }

    private mutating func comeBack(_ back: NaiveReturn) {
        enrolled = min(enrolled, now)
        measure(.spend, -back.qualifying, back.period)
        measure(.orders, -back.orders, back.period)
        count(back.counts, times: -1)
        for part in back.parts {
            if let period = part.period {
                measure(.earned(wallet: part.wallet), -part.points - part.waived, period)
            }
            guard back.goods.order == nil else { continue }
            earned[part.wallet, default: 0] -= part.points
            _ = take(part.points, part.wallet)
        }
    }

    /// The referrer's points, where they wait still.
    private mutating func withdraw(_ earning: NaiveEarning) {
        var left = earning.points
        for index in heaps.indices where left > 0 && heaps[index].wallet == earning.wallet {
            guard earning.waits != nil, heaps[index].waits == earning.waits, heaps[index].end == earning.end else {
                continue
            }
            let part = min(left, heaps[index].points)
            heaps[index].points -= part
            earned[earning.wallet, default: 0] -= part
            left -= part
        }
    }

    // MARK: Counting

    private mutating func measure(_ metric: Metric, _ amount: Int64, _ period: Period) {
        measures.append(Measure(period: period, metric: metric, amount: amount))
    }

    private mutating func count(_ counts: [NaiveCounter: Int64], times: Int64) {
        for (counter, number) in counts { counters[counter, default: 0] += times * number }
    }

    mutating func count(_ names: [NaiveCounter], _ number: Int64) {
        for counter in names { counters[counter, default: 0] += number }
    }
}
