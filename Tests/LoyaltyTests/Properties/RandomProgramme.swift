@testable import Loyalty

/// Programmes that nobody would publish, so that every rule meets every other.
enum RandomProgramme {
    static func make(using dice: inout SplitMix64) -> Programme {
        let zone = dice.pick([ZoneRules.utc, .losAngeles])
        var programme = Programme(
            id: "random", name: "Random", zone: zone, currencies: [.usd, .cad], enrolment: .explicit, versions: [])
        let tiers = tiers(using: &dice)
        for day in ["2019-07-01", "2020-10-15"] as [CivilDate?] + [nil] {
            guard programme.versions.isEmpty || dice.oneIn(2) else { continue }
            let number = programme.versions.count + 1
            var version = version(number, using: &dice)
            version.tiers = dice.oneIn(4) ? RandomProgramme.tiers(using: &dice) : tiers
            version.from = number == 1 ? .distantPast : zone.start(of: day ?? "2021-06-01")
            programme.versions.append(version)
        }
        return programme
    }

    private static func version(_ number: Int, using dice: inout SplitMix64) -> ProgrammeVersion {
        var version = ProgrammeVersion(number: number, from: .distantPast, excludedCategories: ["tax"])
        version.wallets = [WalletRules(expiry: expiry(using: &dice), maturity: maturity(using: &dice))]
        if dice.oneIn(2) { version.wallets.append(WalletRules(id: "stamps", expiry: expiry(using: &dice))) }
        version.earning = earning(using: &dice)
        version.stacking = dice.pick(ProgrammeVersion.Stacking.allCases)
        version.activities = [
            ActivityRule(
                id: "review", points: 5, cap: dice.oneIn(3) ? cap(10, using: &dice) : nil,
                oncePerReference: dice.oneIn(2), maturity: dice.oneIn(3) ? .days(10) : nil),
            ActivityRule(id: "shipped", points: 1),
        ]
        if dice.oneIn(4) { version.gifts.append(GiftRule(id: "cake", occasion: .birthday, points: 20)) }
        if dice.oneIn(4) {
            version.gifts.append(
                GiftRule(id: "jubilee", occasion: .anniversary, points: 15, expiry: expiry(using: &dice)))
        }
        if dice.oneIn(3) {
            version.referral = ReferralRules(
                referrerPoints: 40, friendPoints: 25, maturityDays: dice.pick([0, 30]), minimumAmount: 50_00)
        }
        version.rewards = rewards(using: &dice)
        version.plans = [
            Plan(id: "prime", name: "Prime", fee: 9_99, termMonths: dice.pick([1, 12]), tier: dice.pick([nil, "vib"]))
        ]
        version.returns = ReturnRules(
            withoutReceipt: dice.pick([.take, .take, .ignore]), debt: dice.oneIn(4) ? .waive : .owe)
        version.redemption = RedemptionRules(reservationMinutes: dice.pick([15, 3 * 24 * 60]), value: Ratio(1, 1))
        return version
    }

    // MARK: Parts

    private static func expiry(using dice: inout SplitMix64) -> Expiry {
        dice.pick([
            .never, .inactivity(months: 3), .inactivity(months: 12), .after(months: 6, days: 0, then: .sameDay),
            .after(months: 0, days: 90, then: .nextMonth), .after(months: 12, days: 0, then: .nextQuarter),
            .after(months: 2, days: 0, then: .nextYear), .after(months: 8, days: 0, then: .next(month: 9, day: 30)),
            .after(months: 0, days: 365, then: .next(month: 2, day: 29)),
        ])
    }

    private static func maturity(using dice: inout SplitMix64) -> Maturity {
        dice.pick([.immediately, .immediately, .days(14), .days(60), .activity("shipped")])
    }

    private static func cap(_ points: Int64, using dice: inout SplitMix64) -> EarningRule.Cap {
        EarningRule.Cap(points: points, window: dice.pick(EarningRule.Cap.Window.allCases))
    }

    private static func earning(using dice: inout SplitMix64) -> [EarningRule] {
        var rules = [
            EarningRule(
                id: "base",
                effect: .base(
                    standard: dice.pick([Ratio(1, 100), Ratio(3, 200)]),
                    byTier: dice.oneIn(2) ? [:] : ["vib": Ratio(5, 400)]),
                rounding: dice.pick(EarningRule.Rounding.allCases),
                roundingBasis: dice.pick(EarningRule.RoundingBasis.allCases),
                cap: dice.oneIn(4) ? cap(300, using: &dice) : nil)
        ]
        if dice.oneIn(2) {
            rules.append(
                EarningRule(
                    id: "app", effect: .multiplier(thousandths: 2500), condition: EarningCondition(channels: ["app"])))
        }
        if dice.oneIn(3) {
            rules.append(
                EarningRule(
                    id: "skin", effect: .multiplier(thousandths: 3000),
                    condition: EarningCondition(goods: GoodsCondition(categories: ["skincare"]))))
        }
        if dice.oneIn(2) { rules.append(counted(using: &dice)) }
        if dice.oneIn(5) {
            rules.append(
                EarningRule(
                    id: "window", effect: .accumulated(rate: Ratio(3, 100), threshold: 600_00),
                    cap: .init(points: 3_000, window: .life)))
        }
        for index in rules.indices where dice.oneIn(4) {
            rules[index].expiry = expiry(using: &dice)
            rules[index].maturity = maturity(using: &dice)
        }
        return rules
    }

    private static func counted(using dice: inout SplitMix64) -> EarningRule {
        let unit: EarningRule.Unit = dice.pick([
            .order, .line, .item, .visit,
            .set([.init(GoodsCondition(skus: ["sku1"])), .init(GoodsCondition(skus: ["sku2"]), quantity: 2)]),
        ])
        var condition = EarningCondition()
        if dice.oneIn(3) { condition.firstPurchase = true }
        if dice.oneIn(3) { condition.minimumAmount = 30_00 }
        return EarningRule(
            id: "count", wallet: dice.pick(["points", "stamps"]), effect: .fixed(points: 7, per: unit),
            condition: condition, cap: dice.oneIn(3) ? cap(20, using: &dice) : nil,
            unless: dice.oneIn(4) ? ["base"] : [])
    }

    private static func rewards(using dice: inout SplitMix64) -> [Reward] {
        var rewards = [
            Reward(id: "cash", kind: .discount, price: 50, value: 5_00, perOrder: 1),
            Reward(id: "mug", kind: .product, price: 30, perMember: .init(count: 2, window: .month)),
            Reward(id: "up", kind: .upgrade(tier: "vib", months: 3), price: 40),
            Reward(id: "coffee", kind: .product, wallet: "stamps", price: 14),
        ]
        if dice.oneIn(5) {
            rewards.append(
                Reward(
                    id: "note", kind: .voucher, price: 100, value: 3_00, voucher: VoucherRules(validDays: 30),
                    isAutomatic: true))
        }
        return rewards
    }

    private static func tiers(using dice: inout SplitMix64) -> TierRules {
        let second = dice.oneIn(3) ? [Tier.Requirement(.earned(wallet: "points"), 150)] : []
        return TierRules(
            levels: [
                Tier(id: "insider", name: "Insider"),
                Tier(id: "vib", name: "VIB", requirements: [.init(.spend, 200_00)] + second),
                Tier(
                    id: "rouge", name: "Rouge",
                    requirements: [.init(.spend, 500_00)] + (dice.oneIn(3) ? [.init(.orders, 3)] : [])),
            ],
            period: dice.pick([.calendarYear, .calendarYear, .membershipYear, .rolling(months: 6), .lifetime]),
            validity: dice.pick([
                .periods(1), .periods(1), .periods(0), .endOf(month: 2, yearsAfter: 2), .months(4), .forever,
            ]),
            graceDays: dice.pick([0, 0, 30]), softLanding: dice.oneIn(4))
    }
}

extension SplitMix64 {
    /// One of them; there must be some.
    mutating func pick<T>(_ values: [T]) -> T { values[Int.random(in: 0..<values.count, using: &self)] }
}
