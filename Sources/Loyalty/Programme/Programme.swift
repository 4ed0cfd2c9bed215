/// A loyalty programme with every version it ever had. A purchase is judged by the version in force at its time.
public struct Programme: Hashable, Sendable {
    /// Whether somebody unknown becomes a member by buying.
    public enum Enrolment: String, Hashable, Sendable, CaseIterable {
        /// A member must enrol first; events that name somebody else are refused.
        case explicit
        /// The first event that names an unknown card, e-mail or external id enrols its owner.
        case automatic
    }

    public var id: String
    public var name: String
    /// Years, birthdays and dates are days here.
    public var zone: ZoneRules
    /// What the shop may sell in. The first is the programme's own: spend is counted in it.
    public var currencies: [Currency]
    public var enrolment: Enrolment
    /// In order of `from`, never empty; the first reaches back without bound.
    public var versions: [ProgrammeVersion]

    public init(
        id: String, name: String, zone: ZoneRules, currencies: [Currency], enrolment: Enrolment,
        versions: [ProgrammeVersion]
    ) {
        (self.id, self.name, self.zone, self.currencies) = (id, name, zone, currencies)
        (self.enrolment, self.versions) = (enrolment, versions)
    }

    /// The version in force at `instant`.
    public func version(at instant: Instant) -> ProgrammeVersion {
        versions.last { $0.from <= instant } ?? versions[0]
    }

    /// The version with that number, or the first where it is unknown.
    public func version(number: Int) -> ProgrammeVersion {
        versions.first { $0.number == number } ?? versions[0]
    }

    /// The currency of that code, where the programme accepts it.
    public func currency(_ code: String) -> Currency? { currencies.first { $0.code == code } }
}

/// The rules that hold from one instant until the next version begins.
public struct ProgrammeVersion: Hashable, Sendable {
    /// 1 for the first.
    public var number: Int
    /// When it takes effect; `Instant.distantPast` for the first.
    public var from: Instant
    /// Categories of lines that never earn and never qualify.
    public var excludedCategories: Set<String>
    public var earning: [EarningRule]
    public var activities: [ActivityRule]
    public var expiry: Expiry
    /// From the lowest to the highest, never empty; everybody starts in the first.
    public var tiers: [Tier]
    /// Whole calendar years that a tier stays valid after the year it was reached in.
    public var tierValidityYears: Int

    public init(
        number: Int, from: Instant, excludedCategories: Set<String>, earning: [EarningRule],
        activities: [ActivityRule] = [], expiry: Expiry, tiers: [Tier], tierValidityYears: Int
    ) {
        (self.number, self.from, self.excludedCategories) = (number, from, excludedCategories)
        (self.earning, self.activities, self.expiry) = (earning, activities, expiry)
        (self.tiers, self.tierValidityYears) = (tiers, tierValidityYears)
    }

    /// Position of a tier, the lowest for a tier that this version does not know.
    public func rank(of tier: String) -> Int { tiers.firstIndex { $0.id == tier } ?? 0 }

    /// The highest tier whose threshold the spend reaches.
    public func tier(reachedBy spend: Int64) -> Tier { tiers.last { spend >= $0.threshold } ?? tiers[0] }
}

/// A standing that a member reaches by qualifying spend in one calendar year.
public struct Tier: Hashable, Sendable {
    public var id: String
    public var name: String
    /// Qualifying spend in minor units of the programme's currency; 0 for the lowest.
    public var threshold: Int64

    public init(id: String, name: String, threshold: Int64) {
        (self.id, self.name, self.threshold) = (id, name, threshold)
    }
}

/// When points end.
public enum Expiry: Hashable, Sendable {
    case never
    /// The whole balance lapses that many months after the last purchase or redemption, at 00:00 of the day.
    case inactivity(months: Int)
}
