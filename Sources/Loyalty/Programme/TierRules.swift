/// How members rise and fall.
public struct TierRules: Hashable, Sendable {
    /// Over what metrics are summed.
    public enum Period: Hashable, Sendable {
        case calendarYear
        /// A year from the day on which membership began.
        case membershipYear
        /// The days of the last so many months, today included.
        case rolling(months: Int)
        case lifetime
    }

    /// How long a tier lasts that was reached.
    public enum Validity: Hashable, Sendable {
        /// The rest of the period in which it was reached and so many whole ones more.
        case periods(Int)
        /// The last day of a month, so many years after the year in which it was reached.
        case endOf(month: Int, yearsAfter: Int)
        /// So many months from the day on which it was reached, that day included.
        case months(Int)
        case forever
    }

    /// From the lowest to the highest, never empty; everybody starts in the first.
    public var levels: [Tier]
    public var period: Period
    public var validity: Validity
    /// Days after `valid_until` for which a tier is still kept before it is reviewed.
    public var graceDays: Int
    /// A review lowers by one level at most.
    public var softLanding: Bool

    public init(
        levels: [Tier] = [Tier(id: "member", name: "Member")], period: Period = .calendarYear,
        validity: Validity = .periods(1), graceDays: Int = 0, softLanding: Bool = false
    ) {
        (self.levels, self.period, self.validity) = (levels, period, validity)
        (self.graceDays, self.softLanding) = (graceDays, softLanding)
    }

    /// Position of a tier, the lowest for a tier that this version does not know.
    public func rank(of tier: String) -> Int { levels.firstIndex { $0.id == tier } ?? 0 }
}

/// A standing that a member reaches, buys or is given.
public struct Tier: Hashable, Sendable {
    /// What must be reached within the period.
    public struct Requirement: Hashable, Sendable {
        public var metric: Metric
        public var threshold: Int64

        public init(_ metric: Metric, _ threshold: Int64) { (self.metric, self.threshold) = (metric, threshold) }
    }

    public var id: String
    public var name: String
    /// All must hold; empty for the lowest, and for tiers that are only bought or given.
    public var requirements: [Requirement]
    public var benefits: [Benefit]

    public init(id: String, name: String, requirements: [Requirement] = [], benefits: [Benefit] = []) {
        (self.id, self.name, self.requirements, self.benefits) = (id, name, requirements, benefits)
    }
}

/// What tiers are reached by.
public enum Metric: Hashable, Sendable {
    /// Minor units of the programme's own currency.
    case spend
    /// Purchases that brought qualifying spend.
    case orders
    /// Points earned in a wallet, net of what returns took.
    case earned(wallet: String)

    /// Its name in files and answers: `spend`, `orders`, `points` or another wallet's id.
    public var name: String {
        switch self {
        case .spend: "spend"
        case .orders: "orders"
        case .earned(let wallet): wallet
        }
    }

    public init(name: String) {
        switch name {
        case "spend": self = .spend
        case "orders": self = .orders
        default: self = .earned(wallet: name)
        }
    }
}

/// What a tier or a paid membership brings beside points, told to members and checkouts.
public struct Benefit: Hashable, Sendable {
    public var id: String
    public var name: String

    public init(id: String, name: String) { (self.id, self.name) = (id, name) }
}

/// A paid membership.
public struct Plan: Hashable, Sendable {
    public var id: String
    public var name: String
    /// What one term costs, in minor units of the programme's own currency.
    public var fee: Int64
    public var termMonths: Int
    /// The tier that holds while it runs; nil for benefits alone.
    public var tier: String?
    public var benefits: [Benefit]

    public init(
        id: String, name: String, fee: Int64, termMonths: Int, tier: String? = nil, benefits: [Benefit] = []
    ) {
        (self.id, self.name, self.fee, self.termMonths) = (id, name, fee, termMonths)
        (self.tier, self.benefits) = (tier, benefits)
    }
}
