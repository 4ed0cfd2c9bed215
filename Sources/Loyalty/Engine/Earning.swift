/// What one rule gives for a sale.
struct Earned: Hashable, Sendable {
    /// How it came about.
    enum Basis: Hashable, Sendable {
        case base(amount: Int64, rate: Ratio)
        case multiplier(amount: Int64, thousandths: Int64)
        case fixed(count: Int64)
        case accumulated(total: Int64, rate: Ratio)
        case referral
    }

    var rule: String
    var wallet: String
    var points: Int64
    var basis: Basis
    var expiry: Expiry?
    var maturity: Maturity?
}

/// One sale on its way through the rules of one version, in their order.
struct Earning {
    private let rules: [EarningRule]
    private let stacking: ProgrammeVersion.Stacking
    /// What earns.
    let lines: [SoldLine]
    let sale: SaleContext
    private(set) var earned: [Earned] = []
    private(set) var counts: [Count] = []

    /// Applies every rule. What is in `lines` is what earns: without excluded categories.
    init(_ version: borrowing ProgrammeVersion, on lines: [SoldLine], in sale: SaleContext) throws(Rejection) {
        let (rules, excluded) = (version.earning, version.excludedCategories)
        (self.rules, stacking, self.sale) = (rules, version.stacking, sale)
        self.lines = lines.those { !$0.line.isExcluded(by: excluded) && $0.amount > 0 }
        for place in rules.indices where rules[place].condition.holds(for: sale) {
            if !isKeptOut(by: rules[place].unless) { try apply(rules[place]) }
        }
        if sale.member.isReferred, let referral = version.referral { try apply(referral) }
        for place in rules.indices where rules[place].mayStepIn && rules[place].condition.holds(for: sale) {
            note(rules[place])
        }
    }

    /// Whether one of these rules has given something.
    private func isKeptOut(by others: Set<String>) -> Bool {
        !others.isEmpty && earned.contains { others.contains($0.rule) }
    }

    private mutating func apply(_ rule: EarningRule) throws(Rejection) {
        let goods = rule.condition.goods
        let lines = lines.those { goods.holds(for: $0.line) }
        let amount = try Earning.sum(lines)
        guard !lines.isEmpty, amount >= rule.condition.minimumAmount else { return }
        switch rule.effect {
        case .base(let standard, let byTier):
            let rate = byTier.isEmpty ? standard : byTier[sale.member.tier] ?? standard
            try apply(rule, at: rate, on: lines, amount)
        case .multiplier:
            return
        case .fixed(let points, let unit):
            let count = count(unit, of: lines, for: rule)
            let (product, overflow) = points.multipliedReportingOverflow(by: count)
            guard !overflow, product <= Earning.mostPoints else { throw Earning.tooLarge }
            give(product, by: rule, .fixed(count: count))
        case .accumulated(let rate, let threshold):
            try accumulate(rule, amount, at: rate, from: threshold)
        }
    }

    // MARK: Rates and multipliers

    private mutating func apply(
        _ rule: EarningRule, at rate: Ratio, on lines: [SoldLine], _ amount: Int64
    ) throws(Rejection) {
        var total = try points(lines, [], at: rate, rule)
        give(total, by: rule, .base(amount: amount, rate: rate))
        let multipliers = try multipliers(for: rule, on: lines)
        guard !multipliers.isEmpty else { return }
        var weights = Array(repeating: Earning.one, count: lines.count)
        for (multiplier, thousandths, places) in multipliers {
            for place in places {
                switch stacking {
                case .highest: weights[place] = Int128(thousandths) * (Earning.one / 1000)
                case .multiply: weights[place] = weights[place] * Int128(thousandths) / 1000
                case .add: weights[place] += Int128(thousandths - 1000) * (Earning.one / 1000)
                }
            }
            let multiplied = try points(lines, weights, at: rate, rule)
            let amount = try Earning.sum(places.map { lines[$0] })
            give(multiplied - total, by: multiplier, .multiplier(amount: amount, thousandths: thousandths))
            total = multiplied
        }
    }

    /// The multipliers that count for a base rule, in the programme's order, with the places of the lines that each
    /// multiplies.
    private func multipliers(
        for base: EarningRule, on lines: [SoldLine]
    ) throws(Rejection) -> [(EarningRule, Int64, [Int])] {
        var candidates: [(EarningRule, Int64, [Int])] = []
        for place in rules.indices {
            guard case .multiplier(let thousandths) = rules[place].effect, rules[place].wallet == base.wallet,
                rules[place].condition.holds(for: sale), !isKeptOut(by: rules[place].unless)
            else { continue }
            let rule = rules[place]
            guard !candidates.contains(where: { rule.unless.contains($0.0.id) }) else { continue }
            let places = lines.indices.filter { rule.condition.goods.holds(for: lines[$0].line) }
            guard !places.isEmpty, try Earning.sum(places.map { lines[$0] }) >= rule.condition.minimumAmount else {
                continue
            }
            candidates.append((rule, thousandths, Array(places)))
        }
        guard !candidates.isEmpty, stacking == .highest else { return candidates }
        for place in lines.indices {
            let matching = candidates.indices.filter { candidates[$0].2.contains(place) }
            let winner = matching.max { (candidates[$0].1, -$0) < (candidates[$1].1, -$1) }
            for index in matching where index != winner { candidates[index].2.removeAll { $0 == place } }
        }
        return candidates.filter { !$0.2.isEmpty }
    }

    /// Points for lines that each count so many times (once where no weights are given), rounded once for the order or
    /// once for each line.
    private func points(
        _ lines: [SoldLine], _ weights: [Int128], at rate: Ratio, _ rule: EarningRule
    ) throws(Rejection) -> Int64 {
        var sum: Int128 = 0
        var points: Int64 = 0
        for place in lines.indices {
            let weight = weights.isEmpty ? Earning.one : weights[place]
            let (weighted, overflow) = Int128(lines[place].amount).multipliedReportingOverflow(by: weight)
            guard !overflow else { throw Earning.tooLarge }
            sum += weighted
            if rule.roundingBasis == .line { points += try Earning.rounded(weighted, at: rate, rule.rounding) }
        }
        if rule.roundingBasis == .order { points = try Earning.rounded(sum, at: rate, rule.rounding) }
        guard points <= Earning.mostPoints else { throw Earning.tooLarge }
        return points
    }

    // MARK: Things counted

    private mutating func count(_ unit: EarningRule.Unit, of lines: [SoldLine], for rule: EarningRule) -> Int64 {
        switch unit {
        case .order: return 1
        case .line: return Int64(lines.count)
        case .item: return lines.reduce(0) { $0 + $1.quantity }
        case .visit:
            let visit = Count(
                rule: rule.visitCounter, window: sale.day.description,
                before: sale.counter(rule.visitCounter, sale.day.description), added: 1)
            counts.append(visit)
            return visit.before == 0 ? 1 : 0
        case .set(let parts):
            return parts.map { part in
                lines.filter { part.goods.holds(for: $0.line) }.reduce(0) { $0 + $1.quantity } / max(1, part.quantity)
            }.min() ?? 0
        }
    }

    private mutating func accumulate(
        _ rule: EarningRule, _ amount: Int64, at rate: Ratio, from threshold: Int64
    ) throws(Rejection) {
        let before = sale.counter(rule.amountCounter, "life")
        counts.append(Count(rule: rule.amountCounter, window: "life", before: before, added: amount))
        let total = before + amount
        let given = sale.counter(rule.givenCounter, "life")
        let due = total >= threshold ? try Earning.rounded(Int128(total) * Earning.one, at: rate, rule.rounding) : 0
        let capped = rule.cap.map { min(due, $0.points) } ?? due
        let points = max(0, capped - given)
        counts.append(Count(rule: rule.givenCounter, window: "life", before: given, added: points))
        add(points, by: rule, .accumulated(total: total, rate: rate))
    }

    private mutating func apply(_ referral: ReferralRules) throws(Rejection) {
        guard referral.friendPoints > 0, !lines.isEmpty, try Earning.sum(lines) >= referral.minimumAmount else {
            return
        }
        earned.append(
            Earned(
                rule: ReferralRules.rule, wallet: referral.wallet, points: referral.friendPoints, basis: .referral,
                maturity: .days(referral.maturityDays)))
    }

    // MARK: Giving

    /// Gives points within the rule's cap, and within its budget.
    private mutating func give(_ points: Int64, by rule: EarningRule, _ basis: Earned.Basis) {
        var given = points
        guard rule.cap != nil || rule.budget != nil else { return add(points, by: rule, basis) }
        let limits = rule.limits
        for (limit, name) in limits { given = min(given, left(of: limit, name)) }
        guard points > 0 else { return }
        for (limit, name) in limits { use(given, of: limit, name) }
        add(given, by: rule, basis)
    }

    private func left(of limit: EarningRule.Cap, _ name: String) -> Int64 {
        let window = limit.window.name(on: sale.day)
        let used = counts.first { $0.rule == name && $0.window == window }?.added ?? 0
        return max(0, limit.points - sale.counter(name, window) - used)
    }

    private mutating func use(_ points: Int64, of limit: EarningRule.Cap, _ name: String) {
        let window = limit.window.name(on: sale.day)
        if let earlier = counts.firstIndex(where: { $0.rule == name && $0.window == window }) {
            counts[earlier].added += points
        } else {
            counts.append(Count(rule: name, window: window, before: sale.counter(name, window), added: points))
        }
    }

    /// Keeps where the counters of a rule stood that gave nothing: it may give something for what a return leaves.
    private mutating func note(_ rule: EarningRule) {
        var names = rule.limits.map { limit, name in (name, limit.window.name(on: sale.day)) }
        switch rule.effect {
        case .accumulated: names = [(rule.amountCounter, "life"), (rule.givenCounter, "life")]
        case .fixed(_, .visit): names.append((rule.visitCounter, sale.day.description))
        case .base, .multiplier, .fixed: break
        }
        for (name, window) in names where !counts.contains(where: { $0.rule == name && $0.window == window }) {
            counts.append(Count(rule: name, window: window, before: sale.counter(name, window), added: 0))
        }
    }

    private mutating func add(_ points: Int64, by rule: EarningRule, _ basis: Earned.Basis) {
        guard points > 0 else { return }
        earned.append(
            Earned(
                rule: rule.id, wallet: rule.wallet, points: points, basis: basis, expiry: rule.expiry,
                maturity: rule.maturity))
    }
}

extension EarningRule {
    /// What bounds it, each with the name of its counter.
    fileprivate var limits: [(limit: Cap, counter: String)] {
        [cap.map { ($0, id) }, budget.map { ($0, Budget.counter(of: id)) }].compactMap(\.self)
    }

    fileprivate var visitCounter: String { "\(id):visit" }
    fileprivate var amountCounter: String { "\(id):amount" }
    fileprivate var givenCounter: String { "\(id):given" }

    /// Whether another rule can keep it out of a sale, and let it in when a part of that comes back.
    fileprivate var mayStepIn: Bool {
        if case .multiplier = effect { return true }
        return !unless.isEmpty
    }
}

extension ReferralRules {
    /// What entries call it.
    public static let rule = "referral"
}

extension [SoldLine] {
    /// Those that fit: the very same array where all of them do, as mostly.
    fileprivate func those(that fit: (SoldLine) -> Bool) -> [SoldLine] {
        indices.allSatisfy { fit(self[$0]) } ? self : filter(fit)
    }
}
