public import Testing

@testable public import Loyalty

extension Programme {
    /// Sephora Beauty Insider: the version of 2017 and that of 2020-05-29, with a 3x event and a 2x and a 4x one.
    static let sephora = Programme(
        id: "sephora", name: "Sephora Beauty Insider", zone: .losAngeles, currencies: [.usd, .cad],
        enrolment: .explicit, versions: [.sephora2017, .sephora2020])

    /// The same rules, but one rate for all tiers, so that what a sale earns does not depend on what came before.
    static let flat: Programme = {
        var programme = Programme.sephora
        programme.id = "flat"
        programme.versions[0].earning = [.base(Ratio(1, 100))]
        return programme
    }()

    /// Three years in which points lapse, then never, then lapse again.
    static let fickle: Programme = {
        var programme = Programme.sephora
        programme.id = "fickle"
        var pause = ProgrammeVersion.sephora2020
        pause.from = .start("2019-07-01")
        pause.wallets = [WalletRules()]
        var last = ProgrammeVersion.sephora2020
        (last.number, last.from) = (3, .start("2020-10-01"))
        programme.versions = [.sephora2017, pause, last]
        return programme
    }()
}

extension Currency {
    static let usd = named("USD")
    static let cad = named("CAD")

    private static func named(_ code: String) -> Currency {
        guard let currency = Currency(code) else { preconditionFailure("\(code) is not in the table") }
        return currency
    }
}

extension EarningRule {
    static func base(_ standard: Ratio, byTier: [String: Ratio] = [:], when: EarningCondition = .init()) -> EarningRule
    {
        EarningRule(id: "base", effect: .base(standard: standard, byTier: byTier), condition: when)
    }

    static func multiplier(_ id: String, _ thousandths: Int64, when: EarningCondition = .init()) -> EarningRule {
        EarningRule(id: id, effect: .multiplier(thousandths: thousandths), condition: when)
    }
}

extension TierRules {
    static let sephora = TierRules(
        levels: [
            Tier(id: "insider", name: "Insider"),
            Tier(id: "vib", name: "VIB", requirements: [.init(.spend, 350_00)]),
            Tier(id: "rouge", name: "Rouge", requirements: [.init(.spend, 1_000_00)]),
        ])
}

extension ProgrammeVersion {
    static let sephora2017 = ProgrammeVersion(
        number: 1, from: .distantPast, excludedCategories: ["gift_card", "shipping", "tax", "event_ticket"],
        wallets: [WalletRules(expiry: .inactivity(months: 18))],
        earning: [.base(Ratio(1, 100), byTier: ["vib": Ratio(125, 10_000), "rouge": Ratio(150, 10_000)])],
        activities: [ActivityRule(id: "review", points: 5)], tiers: .sephora)

    static let sephora2020 = ProgrammeVersion(
        number: 2, from: .start("2020-05-29"), excludedCategories: sephora2017.excludedCategories,
        wallets: [WalletRules(expiry: .inactivity(months: 12))],
        earning: [
            .base(Ratio(1, 100)),
            .multiplier(
                "triple", 3000, when: EarningCondition(from: .start("2025-11-01"), until: .start("2025-11-08"))),
            .multiplier("double", 2000, when: EarningCondition(channels: ["app"])),
            .multiplier("fourfold", 4000, when: EarningCondition(goods: GoodsCondition(categories: ["skincare"]))),
        ],
        activities: sephora2017.activities, tiers: .sephora,
        rewards: [
            Reward(
                id: "cash", name: "Beauty Insider Cash", kind: .discount, price: 500, value: 10_00,
                condition: RewardCondition(minimumOrder: 10_00), perOrder: 1),
            Reward(
                id: "rouge_reward", name: "Rouge Reward", kind: .voucher, price: 2_500, value: 100_00,
                condition: RewardCondition(tiers: ["rouge"]), voucher: VoucherRules(validDays: 90)),
        ])
}

extension Programme: CustomTestStringConvertible {
    /// Short, or every failure would tell the whole time zone.
    public var testDescription: String { id }
}
