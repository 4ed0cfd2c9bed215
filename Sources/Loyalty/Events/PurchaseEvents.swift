/// `purchase.completed`: a sale, and how it was judged. What it earned follows as `points.accrued`.
public struct PurchaseCompleted: Hashable, Sendable {
    public var purchase: Purchase
    /// The programme version that judged it.
    public var version: Int
    /// What held of the member when it was judged.
    public var circumstances: Circumstances
    /// What counts towards a tier, in minor units of the programme's currency.
    public var qualifying: Int64
    /// The period in which it counts.
    public var period: Period
    /// The day of the sale in the programme's time zone.
    public var day: CivilDate
    /// When wallets lapse if nothing else happens; none for those that do not lapse for inactivity.
    public var clocks: [InactivityClock]
    /// Minor units that were paid with points: these earn nothing.
    public var paidWithPoints: Int64
    /// Counters of the rules that judged it.
    public var counts: [Count]
    public var outcome: Outcome

    public init(
        purchase: Purchase, version: Int, circumstances: Circumstances, qualifying: Int64, period: Period,
        day: CivilDate, clocks: [InactivityClock] = [], paidWithPoints: Int64 = 0, counts: [Count] = [],
        outcome: Outcome
    ) {
        (self.purchase, self.version, self.circumstances) = (purchase, version, circumstances)
        (self.qualifying, self.period, self.day, self.clocks) = (qualifying, period, day, clocks)
        (self.paidWithPoints, self.counts, self.outcome) = (paidWithPoints, counts, outcome)
    }
}

/// What held of a member at a sale and rules may ask about.
public struct Circumstances: Hashable, Sendable {
    public var tier: String
    /// Paid memberships that were running.
    public var plans: [String]
    /// Whether it was the member's first purchase.
    public var isFirst: Bool
    /// Whether it was the first purchase of somebody whom another member had brought.
    public var isReferred: Bool
    public var inBirthdayMonth: Bool

    public init(
        tier: String, plans: [String] = [], isFirst: Bool = false, isReferred: Bool = false,
        inBirthdayMonth: Bool = false
    ) {
        (self.tier, self.plans, self.isFirst) = (tier, plans, isFirst)
        (self.isReferred, self.inBirthdayMonth) = (isReferred, inBirthdayMonth)
    }
}

/// `purchase.returned`: goods came back, and how it was judged. What it takes follows as `points.revoked`.
public struct PurchaseReturned: Hashable, Sendable {
    /// What is taken back of what one rule gave: earned(order before) − earned(what is left of it); without a receipt
    /// what a sale of the goods would have earned.
    public struct Taken: Hashable, Sendable {
        public var rule: String
        public var wallet: String
        public var points: Int64
        /// What was no longer there, and is not owed.
        public var waived: Int64
        /// Set where the points had counted towards a tier.
        public var period: Period?

        public init(rule: String, wallet: String, points: Int64, waived: Int64 = 0, period: Period? = nil) {
            (self.rule, self.wallet, self.points, self.waived) = (rule, wallet, points, waived)
            self.period = period
        }
    }

    public var goods: PurchaseReturn
    /// The sale's; without a receipt those of the return's own time.
    public var version: Int
    public var tier: String
    public var taken: [Taken]
    /// What no longer counts towards a tier, in minor units, not negative.
    public var qualifying: Int64
    /// 1 where nothing of the order is left that counts.
    public var orders: Int64
    /// The period that it is taken from.
    public var period: Period
    public var counts: [Count]
    /// What is no longer there is not owed.
    public var waivesDebt: Bool
    /// Who had issued the points, in a coalition: the sale's partner.
    public var partner: String?
    public var outcome: Outcome

    public init(
        goods: PurchaseReturn, version: Int, tier: String, taken: [Taken], qualifying: Int64, orders: Int64 = 0,
        period: Period, counts: [Count] = [], waivesDebt: Bool = false, partner: String? = nil, outcome: Outcome
    ) {
        (self.goods, self.version, self.tier, self.taken) = (goods, version, tier, taken)
        self.partner = partner
        (self.qualifying, self.orders, self.period) = (qualifying, orders, period)
        (self.counts, self.waivesDebt, self.outcome) = (counts, waivesDebt, outcome)
    }
}

/// `return.held`: a return that arrived before its sale waits for it.
public struct ReturnHeld: Hashable, Sendable {
    public var goods: PurchaseReturn
    public var outcome: Outcome

    public init(goods: PurchaseReturn, outcome: Outcome) { (self.goods, self.outcome) = (goods, outcome) }
}

/// `activity.completed`: something other than buying. What it earned follows as `points.accrued`.
public struct ActivityCompleted: Hashable, Sendable {
    public var activity: Activity
    public var version: Int
    public var counts: [Count]
    public var outcome: Outcome

    public init(activity: Activity, version: Int, counts: [Count] = [], outcome: Outcome) {
        (self.activity, self.version, self.counts, self.outcome) = (activity, version, counts, outcome)
    }
}

/// `referral.completed`: a friend whom the member brought has bought for the first time. What it earned follows.
public struct ReferralCompleted: Hashable, Sendable {
    /// Id of the friend.
    public var friend: String
    public var wallet: String
    /// Set where the friend gave everything back in time: what is taken again.
    public var withdrawn: [PointsRevoked.Part]
    public var version: Int

    public init(friend: String, wallet: String, withdrawn: [PointsRevoked.Part] = [], version: Int) {
        (self.friend, self.wallet, self.withdrawn, self.version) = (friend, wallet, withdrawn, version)
    }
}
