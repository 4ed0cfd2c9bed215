@testable import Loyalty

/// Random programmes in which every condition of a rule comes up, beyond what ``RandomProgramme`` asks.
enum EveryRule {
    static func enrich(_ programme: inout Programme, using dice: inout SplitMix64) {
        for index in programme.versions.indices {
            enrich(&programme.versions[index], using: &dice)
        }
    }

    private static func enrich(_ version: inout ProgrammeVersion, using dice: inout SplitMix64) {
        repair(&version.tiers)
        if dice.oneIn(2) { version.earning.append(multiplier(using: &dice)) }
        if dice.oneIn(2) {
            var second = EarningRule(
                id: "second", effect: .base(standard: Ratio(1, 333), byTier: [:]),
                condition: condition(using: &dice), rounding: dice.pick(EarningRule.Rounding.allCases),
                roundingBasis: dice.pick(EarningRule.RoundingBasis.allCases))
            if version.wallets.count > 1, dice.oneIn(3) { second.wallet = version.wallets[1].id }
            version.earning.insert(second, at: dice.oneIn(2) ? 0 : version.earning.count)
        }
        if dice.oneIn(2) {
            let unit = dice.pick([.order, .line, .item, .visit]) as EarningRule.Unit
            version.earning.append(
                EarningRule(
                    id: "thing", effect: .fixed(points: dice.pick([1, 11]), per: unit),
                    condition: condition(using: &dice), unless: dice.oneIn(3) ? ["second", "app"] : []))
        }
        for index in version.earning.indices where dice.oneIn(6) {
            let earlier = Set(version.earning[..<index].map(\.id))
            if let other = earlier.sorted().last { version.earning[index].unless.insert(other) }
        }
        for index in version.earning.indices where dice.oneIn(5) {
            if case .accumulated = version.earning[index].effect { continue }
            version.earning[index].budget = .init(
                points: dice.pick([60, 400]), window: dice.pick(EarningRule.Cap.Window.allCases))
        }
        if dice.oneIn(3) {
            version.activities.append(
                ActivityRule(
                    id: "bottle", points: 2, perValue: true,
                    cap: .init(points: 9, window: dice.pick(EarningRule.Cap.Window.allCases))))
        }
        if version.wallets.count > 1, dice.oneIn(2) {
            version.activities.append(
                ActivityRule(
                    id: "review", wallet: version.wallets[1].id, points: 1,
                    cap: dice.oneIn(2) ? .init(points: 2, window: .month) : nil))
        }
        for index in version.gifts.indices where dice.oneIn(3) { version.gifts[index].tiers = ["vib", "rouge"] }
        for index in version.rewards.indices where dice.oneIn(4) {
            version.rewards[index].condition.tiers = dice.oneIn(2) ? ["vib"] : []
            version.rewards[index].priceByTier = ["vib": 20]
        }
        version.redemption.minimum = dice.pick([1, 20])
    }

    /// What the file's reader refuses or defaults.
    private static func repair(_ tiers: inout TierRules) {
        guard case .periods = tiers.validity else { return }
        switch tiers.period {
        case .rolling(let months): tiers.validity = .months(months)
        case .lifetime: tiers.validity = .forever
        case .calendarYear, .membershipYear: return
        }
    }

    private static func multiplier(using dice: inout SplitMix64) -> EarningRule {
        EarningRule(
            id: "more", effect: .multiplier(thousandths: dice.pick([1_500, 2_500, 4_125])),
            condition: condition(using: &dice), cap: dice.oneIn(3) ? .init(points: 60, window: .month) : nil)
    }

    private static func condition(using dice: inout SplitMix64) -> EarningCondition {
        var condition = EarningCondition()
        switch Int.random(in: 0..<12, using: &dice) {
        case 0: condition.weekdays = [1, 3, 6]
        case 1: condition.hours = 9 * 60..<16 * 60
        case 2: condition.tiers = ["vib", "rouge"]
        case 3: condition.plans = ["prime"]
        case 4: condition.stores = ["s1"]
        case 5: condition.partners = ["acme"]
        case 6: condition.coupons = ["TEN"]
        case 7: condition.firstPurchase = dice.oneIn(2)
        case 8: condition.birthdayMonth = true
        case 9: condition.goods = GoodsCondition(brands: ["b1"], exceptCategories: ["skincare"])
        case 10: condition.minimumAmount = 40_00
        default: condition.from = .on("2019-05-01")
        }
        if dice.oneIn(4) { condition.until = .on("2020-08-01") }
        if dice.oneIn(4) { condition.goods.skus = ["sku1", "sku3"] }
        return condition
    }

    /// The same life with what these conditions ask for; nobody merges, which this page says nothing about.
    static func dress(_ steps: [RandomLife.Step], using dice: inout SplitMix64) -> [RandomLife.Step] {
        steps.compactMap { step in
            var step = step
            switch step.command {
            case .purchase(var purchase):
                purchase.store = dice.pick(["s1", "s2", nil])
                purchase.partner = dice.pick(["acme", nil])
                purchase.couponCodes = dice.pick([[], [], ["TEN", "NINE"]])
                for index in purchase.lines.indices { purchase.lines[index].brand = dice.pick(["b1", "b2", nil]) }
                step.command = .purchase(purchase)
            case .activity(let activity) where dice.oneIn(3):
                step.command = .activity(
                    Activity(name: "bottle", reference: activity.reference, value: dice.pick([nil, 0, 3])))
            case .merge, .absorb: return nil
            default: break
            }
            return step
        }
    }
}
