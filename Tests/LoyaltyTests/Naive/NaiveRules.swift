@testable import Loyalty

/// What a sale earns: the rules, one after the other, in the order of the file.
struct NaiveRules {
    struct Given {
        var rule: String
        var wallet: String
        var points: Int64
        var expiry: Expiry?
        var maturity: Maturity?
    }

    let sale: NaiveSale
    let programme: Programme
    let rows: [NaiveOrder.Row]
    private(set) var given: [Given] = []
    private(set) var counts: [NaiveCounter: Int64] = [:]

    private var version: ProgrammeVersion { sale.version }
    private var day: CivilDate { programme.day(sale.at) }

    /// - Parameter rows: what may earn.
    init(_ sale: NaiveSale, _ rows: [NaiveOrder.Row], under programme: Programme) {
        (self.sale, self.rows, self.programme) = (sale, rows, programme)
        for rule in version.earning where isOpen(rule, besides: []) {
            let fitting = rows.filter { rule.condition.goods.fits($0.line) }
            guard !fitting.isEmpty, money(fitting) >= rule.condition.minimumAmount else { continue }
            switch rule.effect {
            case .base(let rate, let byTier): base(rule, fitting, byTier[sale.tier] ?? rate)
            case .multiplier: continue
            case .fixed(let points, let unit): give(points * number(unit, fitting, rule), rule)
            case .accumulated(let rate, let threshold): accumulate(rule, money(fitting), rate, threshold)
            }
        }
        if let referral = version.referral, sale.isReferred, !rows.isEmpty, referral.friendPoints > 0,
            money(rows) >= referral.minimumAmount
        {
            given.append(
                Given(
                    rule: "referral", wallet: referral.wallet, points: referral.friendPoints,
                    maturity: .days(referral.maturityDays)))
        }
    }

    private func money(_ rows: [NaiveOrder.Row]) -> Int64 { rows.reduce(0) { $0 + $1.money } }

    /// Whether the rule's own conditions hold and none of those that exclude it has given something.
    private func isOpen(_ rule: EarningRule, besides others: [EarningRule]) -> Bool {
        let gave = given.filter { $0.points > 0 }.map(\.rule) + others.map(\.id)
        return holds(rule.condition) && !gave.contains { rule.unless.contains($0) }
    }

    private func holds(_ when: EarningCondition) -> Bool {
        let purchase = sale.purchase
        func one(_ allowed: Set<String>, _ named: [String]) -> Bool {
            allowed.isEmpty || named.contains { allowed.contains($0) }
        }
        let weekday = (day.daysSince1970 % 7 + 7 + 3) % 7 + 1
        let minute = programme.zone.minute(of: sale.at)
        return (when.from.map { sale.at >= $0 } ?? true) && (when.until.map { sale.at < $0 } ?? true)
            && (when.weekdays.isEmpty || when.weekdays.contains(weekday))
            && (when.hours.map { $0.contains(minute) } ?? true)
            && (when.firstPurchase.map { $0 == sale.isFirst } ?? true)
            && (!when.birthdayMonth || sale.isInBirthdayMonth)
            && one(when.tiers, [sale.tier]) && one(when.plans, sale.plans)
            && one(when.channels, [purchase.channel].compactMap { $0 })
            && one(when.stores, [purchase.store].compactMap { $0 })
            && one(when.partners, [purchase.partner].compactMap { $0 }) && one(when.coupons, purchase.couponCodes)
    }

    // MARK: By money

    private mutating func base(_ rule: EarningRule, _ rows: [NaiveOrder.Row], _ rate: Ratio) {
        // By line, in billionths.
        var weights = rows.map { _ in Int128(1_000_000_000) }
        var sum = points(rows, weights, rate, rule)
        give(sum, rule)
        for (multiplier, times, places) in multipliers(rule, rows) {
            for place in places {
                switch version.stacking {
                case .highest: weights[place] = Int128(times) * 1_000_000
                case .multiply: weights[place] = weights[place] * Int128(times) / 1_000
                case .add: weights[place] += Int128(times - 1_000) * 1_000_000
                }
            }
            let more = points(rows, weights, rate, rule)
            give(more - sum, multiplier)
            sum = more
        }
    }

    private func multipliers(_ base: EarningRule, _ rows: [NaiveOrder.Row]) -> [(EarningRule, Int64, [Int])] {
        var found: [(rule: EarningRule, times: Int64, places: [Int])] = []
        for rule in version.earning where rule.wallet == base.wallet {
            guard case .multiplier(let times) = rule.effect, isOpen(rule, besides: found.map(\.rule)) else { continue }
            let places = rows.indices.filter { rule.condition.goods.fits(rows[$0].line) }
            if !places.isEmpty, money(places.map { rows[$0] }) >= rule.condition.minimumAmount {
                found.append((rule, times, places))
            }
        }
        guard version.stacking == .highest else { return found.map { ($0.rule, $0.times, $0.places) } }
        for place in rows.indices {
            guard let most = found.filter({ $0.places.contains(place) }).map(\.times).max() else { continue }
            let winner = found.firstIndex { $0.places.contains(place) && $0.times == most }
            for index in found.indices where index != winner { found[index].places.removeAll { $0 == place } }
        }
        return found.filter { !$0.places.isEmpty }.map { ($0.rule, $0.times, $0.places) }
    }

    private func points(_ rows: [NaiveOrder.Row], _ weights: [Int128], _ rate: Ratio, _ rule: EarningRule) -> Int64 {
        let weighted = zip(rows, weights).map { Int128($0.money) * $1 }
        if rule.roundingBasis == .line { return weighted.reduce(0) { $0 + rounded($1, rate, rule) } }
        return rounded(weighted.reduce(0, +), rate, rule)
    }

    private func rounded(_ billionths: Int128, _ rate: Ratio, _ rule: EarningRule) -> Int64 {
        let (top, bottom) = (billionths * Int128(rate.numerator), Int128(rate.denominator) * 1_000_000_000)
        switch rule.rounding {
        case .down: return Int64(top / bottom)
        case .up: return Int64((top + bottom - 1) / bottom)
        case .nearest: return Int64((2 * top + bottom) / (2 * bottom))
        }
    }

    // MARK: By number

    private mutating func number(_ unit: EarningRule.Unit, _ rows: [NaiveOrder.Row], _ rule: EarningRule) -> Int64 {
        switch unit {
        case .order: return 1
        case .line: return Int64(rows.count)
        case .item: return rows.reduce(0) { $0 + $1.pieces }
        case .visit:
            let visits = NaiveCounter(name: "visit \(rule.id)", window: EarningRule.Cap.Window.day.naiveName(day))
            counts[visits, default: 0] += 1
            return sale.countersBefore[visits, default: 0] == 0 ? 1 : 0
        case .set(let parts):
            return parts.map { part in
                rows.filter { part.goods.fits($0.line) }.reduce(0) { $0 + $1.pieces } / part.quantity
            }.min() ?? 0
        }
    }

    private mutating func accumulate(_ rule: EarningRule, _ money: Int64, _ rate: Ratio, _ threshold: Int64) {
        let (bought, gave) = (
            NaiveCounter(name: "bought \(rule.id)", window: "life"),
            NaiveCounter(name: "gave \(rule.id)", window: "life")
        )
        let total = sale.countersBefore[bought, default: 0] + money
        counts[bought] = money
        guard total >= threshold else { return }
        let due = rounded(Int128(total) * 1_000_000_000, rate, rule)
        let points = max(0, min(due, rule.cap?.points ?? due) - sale.countersBefore[gave, default: 0])
        counts[gave] = points
        add(points, rule)
    }

    // MARK: Giving

    private mutating func give(_ points: Int64, _ rule: EarningRule) {
        guard points > 0 else { return }
        var part = points
        var counters: [NaiveCounter] = []
        for (limit, name) in [(rule.cap, rule.id), (rule.budget, "budget \(rule.id)")] {
            guard let limit else { continue }
            let counter = NaiveCounter(name: name, window: limit.window.naiveName(day))
            let used = sale.countersBefore[counter, default: 0] + counts[counter, default: 0]
            part = min(part, max(0, limit.points - used))
            counters.append(counter)
        }
        for counter in counters { counts[counter, default: 0] += part }
        add(part, rule)
    }

    private mutating func add(_ points: Int64, _ rule: EarningRule) {
        guard points > 0 else { return }
        given.append(
            Given(rule: rule.id, wallet: rule.wallet, points: points, expiry: rule.expiry, maturity: rule.maturity))
    }
}

extension GoodsCondition {
    func fits(_ line: Line) -> Bool {
        (skus.isEmpty || skus.contains(line.sku))
            && (brands.isEmpty || brands.contains { $0 == line.brand })
            && (categories.isEmpty || !categories.isDisjoint(with: line.categories))
            && exceptCategories.isDisjoint(with: line.categories)
    }
}
