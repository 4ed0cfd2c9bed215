/// All that the next decision about a member needs: bounded, whatever the member's history. One row of `account`.
public struct MemberState: Hashable, Sendable {
    /// Qualifying spend of one calendar year.
    public struct Spend: Hashable, Sendable {
        public var period: Int
        /// Minor units of the programme's currency; below zero where more came back than was bought.
        public var amount: Int64

        public init(period: Int, amount: Int64) { (self.period, self.amount) = (period, amount) }
    }

    /// A member's standing.
    public struct Standing: Hashable, Sendable {
        public var tier: String
        /// nil: since enrolment.
        public var since: Instant?
        /// The last valid day; nil for the lowest tier.
        public var validUntil: CivilDate?

        public init(tier: String, since: Instant? = nil, validUntil: CivilDate? = nil) {
            (self.tier, self.since, self.validUntil) = (tier, since, validUntil)
        }
    }

    /// How many years of spend are kept; older ones decide nothing any more.
    public static let periodsKept = 4

    public var programme: String
    public var language: Language
    /// When membership began; moves back to the first event where that is earlier.
    public var enrolledAt: Instant
    /// The time up to which events and what fell due are in this state; an earlier event is late.
    public var latest: Instant
    public var wallet: Wallet
    public var standing: Standing
    /// By year, oldest first, at most `periodsKept`.
    public var spend: [Spend]
    /// The day of the last purchase or redemption.
    public var lastActive: CivilDate?
    /// The day at whose 00:00 the points lapse for inactivity.
    public var inactiveOn: CivilDate?
    /// Whether what once named the member still does.
    public var identity: MemberIdentity = .kept

    /// Somebody who has just joined.
    public init(programme: String, language: Language, enrolledAt: Instant, tier: String) {
        (self.programme, self.language, self.enrolledAt) = (programme, language, enrolledAt)
        latest = .distantPast
        wallet = Wallet()
        standing = Standing(tier: tier)
        spend = []
    }

    /// Every part, as stored.
    public init(
        programme: String, language: Language, enrolledAt: Instant, latest: Instant, wallet: Wallet, standing: Standing,
        spend: [Spend],
        lastActive: CivilDate?, inactiveOn: CivilDate?, identity: MemberIdentity = .kept
    ) {
        (self.programme, self.language) = (programme, language)
        (self.enrolledAt, self.latest) = (enrolledAt, latest)
        (self.wallet, self.standing, self.spend) = (wallet, standing, spend)
        (self.lastActive, self.inactiveOn, self.identity) = (lastActive, inactiveOn, identity)
    }

    /// Qualifying spend in that calendar year.
    public func spend(in period: Int) -> Int64 { spend.first { $0.period == period }?.amount ?? 0 }

    mutating func addSpend(_ amount: Int64, in period: Int) throws(LoyaltyFault) {
        if let index = spend.firstIndex(where: { $0.period == period }) {
            spend[index].amount = try spend[index].amount.adding(amount)
        } else {
            spend.append(Spend(period: period, amount: amount))
            spend.sort { $0.period < $1.period }
            if spend.count > MemberState.periodsKept { spend.removeFirst() }
        }
    }
}
