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
        (pause.from, pause.expiry) = (.start("2019-07-01"), .never)
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
        EarningRule(id: "base", wallet: "points", effect: .base(standard: standard, byTier: byTier), condition: when)
    }

    static func multiplier(_ id: String, _ thousandths: Int64, when: EarningCondition = .init()) -> EarningRule {
        EarningRule(id: id, wallet: "points", effect: .multiplier(thousandths: thousandths), condition: when)
    }
}

extension ProgrammeVersion {
    static let sephoraTiers = [
        Tier(id: "insider", name: "Insider", threshold: 0), Tier(id: "vib", name: "VIB", threshold: 350_00),
        Tier(id: "rouge", name: "Rouge", threshold: 1_000_00),
    ]

    static let sephora2017 = ProgrammeVersion(
        number: 1, from: .distantPast, excludedCategories: ["gift_card", "shipping", "tax", "event_ticket"],
        earning: [.base(Ratio(1, 100), byTier: ["vib": Ratio(125, 10_000), "rouge": Ratio(150, 10_000)])],
        activities: [ActivityRule(id: "review", wallet: "points", points: 5)],
        expiry: .inactivity(months: 18), tiers: sephoraTiers, tierValidityYears: 1)

    static let sephora2020 = ProgrammeVersion(
        number: 2, from: .start("2020-05-29"), excludedCategories: sephora2017.excludedCategories,
        earning: [
            .base(Ratio(1, 100)),
            .multiplier(
                "triple", 3000, when: EarningCondition(from: .start("2025-11-01"), until: .start("2025-11-08"))),
            .multiplier("double", 2000, when: EarningCondition(channels: ["app"])),
            .multiplier("fourfold", 4000, when: EarningCondition(categories: ["skincare"])),
        ],
        activities: sephora2017.activities, expiry: .inactivity(months: 12), tiers: sephoraTiers, tierValidityYears: 1)
}

extension Programme: CustomTestStringConvertible {
    /// Short, or every failure would tell the whole time zone.
    public var testDescription: String { id }
}
