/// What was decided and recorded about a member. An event holds results, never what to compute: a replay runs no rules.
public enum LoyaltyEvent: Hashable, Sendable {
    case enrolled(MemberEnrolled)
    case purchaseCompleted(PurchaseCompleted)
    case pointsAccrued(PointsAccrued)
    case purchaseReturned(PurchaseReturned)
    case returnHeld(ReturnHeld)
    case activityCompleted(ActivityCompleted)
    case pointsRevoked(PointsRevoked)
    case pointsExpired(PointsExpired)
    case tierChanged(TierChanged)
    case restated(MemberRestated)
    case profileChanged(ProfileChanged)
    /// `member.erased`: who it was is forgotten; what happened stays.
    case erased
}

/// An event with the time at which it happened in the shop (or fell due).
public struct DatedEvent: Hashable, Sendable {
    public var at: Instant
    public var event: LoyaltyEvent

    public init(at: Instant, _ event: LoyaltyEvent) { (self.at, self.event) = (at, event) }
}

/// What a checkout was told. Balances and tiers are as at the event's own time.
public struct Outcome: Hashable, Sendable {
    /// What the event itself did to the wallet `points`.
    public var change: Int64
    public var available: Int64
    public var pending: Int64
    public var tier: String
    public var previousTier: String
    /// How many of the events recorded right behind this one belong to the same answer.
    public var followers: Int

    public init(
        change: Int64, available: Int64, pending: Int64, tier: String, previousTier: String, followers: Int = 0
    ) {
        (self.change, self.available, self.pending) = (change, available, pending)
        (self.tier, self.previousTier, self.followers) = (tier, previousTier, followers)
    }
}

/// `member.enrolled`: somebody joined. Who that is lies sealed elsewhere.
public struct MemberEnrolled: Hashable, Sendable {
    public var programme: String
    /// The tier in which everybody begins.
    public var tier: String
    /// What explanations are told in.
    public var language: Language

    public init(programme: String, tier: String, language: Language = .english) {
        (self.programme, self.tier, self.language) = (programme, tier, language)
    }
}

/// `purchase.completed`: a sale, and how it was judged. What it earned follows as `points.accrued`.
public struct PurchaseCompleted: Hashable, Sendable {
    public var purchase: Purchase
    /// The programme version that judged it.
    public var version: Int
    /// The member's tier that judged it.
    public var tier: String
    /// What counts towards a tier, in minor units of the programme's currency.
    public var qualifying: Int64
    /// The calendar year in which it counts.
    public var period: Int
    /// The day of the sale in the programme's time zone.
    public var day: CivilDate
    /// The day on which points lapse if nothing else happens; nil where the version lets none lapse for inactivity.
    public var inactiveOn: CivilDate?
    /// The lot that it earned into; nil where it earned nothing.
    public var lot: Lot.ID?
    public var outcome: Outcome

    public init(
        purchase: Purchase, version: Int, tier: String, qualifying: Int64, period: Int, day: CivilDate,
        inactiveOn: CivilDate?, lot: Lot.ID? = nil, outcome: Outcome
    ) {
        (self.purchase, self.version, self.tier) = (purchase, version, tier)
        (self.qualifying, self.period, self.day) = (qualifying, period, day)
        (self.inactiveOn, self.lot, self.outcome) = (inactiveOn, lot, outcome)
    }
}

/// `activity.completed`: something other than buying. What it earned follows as `points.accrued`.
public struct ActivityCompleted: Hashable, Sendable {
    public var activity: Activity
    public var version: Int
    /// Set where the member's clock of inactivity stood still, so that what is earned now can lapse one day.
    public var inactiveOn: CivilDate?
    public var outcome: Outcome

    public init(activity: Activity, version: Int, inactiveOn: CivilDate? = nil, outcome: Outcome) {
        (self.activity, self.version) = (activity, version)
        (self.inactiveOn, self.outcome) = (inactiveOn, outcome)
    }
}

/// `points.accrued`: points that came in, by one rule.
public struct PointsAccrued: Hashable, Sendable {
    public var wallet: String
    /// Greater than zero.
    public var points: Int64
    /// The lot that holds them.
    public var lot: Lot.ID
    public var expires: Lot.End
    public var rule: String
    public var version: Int
    public var reason: AccrualReason
    /// Available in the wallet behind this event, in the order recorded.
    public var balance: Int64

    public init(
        wallet: String, points: Int64, lot: Lot.ID, expires: Lot.End, rule: String, version: Int,
        reason: AccrualReason, balance: Int64
    ) {
        (self.wallet, self.points, self.lot, self.expires) = (wallet, points, lot, expires)
        (self.rule, self.version, self.reason, self.balance) = (rule, version, reason, balance)
    }
}

/// The facts from which an explanation of earned points is told.
public enum AccrualReason: Hashable, Sendable {
    /// `rate` points per minor unit on `amount` minor units of the order.
    case base(order: OrderReference, amount: Int64, currency: String, rate: Ratio)
    /// `thousandths / 1000` times the base points on `amount` minor units of the order.
    case multiplier(order: OrderReference, amount: Int64, currency: String, thousandths: Int64)
    case activity(name: String)

    /// The order that earned, if one did.
    public var order: OrderReference? {
        switch self {
        case .base(let order, _, _, _), .multiplier(let order, _, _, _): order
        case .activity: nil
        }
    }
}

/// `purchase.returned`: goods came back, and how it was judged. What it takes follows as `points.revoked`.
public struct PurchaseReturned: Hashable, Sendable {
    public var goods: PurchaseReturn
    public var version: Int
    public var tier: String
    /// earned(order before) − earned(what is left of it); without a receipt what a sale of the amount would have earned.
    public var points: Int64
    /// The lot that the sale earned into; nil without a receipt, or where the sale earned nothing.
    public var lot: Lot.ID?
    /// What no longer counts towards a tier, in minor units, not negative.
    public var qualifying: Int64
    /// The calendar year that it is taken from.
    public var period: Int
    public var outcome: Outcome

    public init(
        goods: PurchaseReturn, version: Int, tier: String, points: Int64, lot: Lot.ID?, qualifying: Int64,
        period: Int, outcome: Outcome
    ) {
        (self.goods, self.version, self.tier, self.points) = (goods, version, tier, points)
        (self.lot, self.qualifying, self.period, self.outcome) = (lot, qualifying, period, outcome)
    }
}

/// `return.held`: a return that arrived before its sale waits for it.
public struct ReturnHeld: Hashable, Sendable {
    public var goods: PurchaseReturn
    public var outcome: Outcome

    public init(goods: PurchaseReturn, outcome: Outcome) { (self.goods, self.outcome) = (goods, outcome) }
}

/// `points.revoked`: points taken back for a return.
public struct PointsRevoked: Hashable, Sendable {
    public var wallet: String
    /// What the return takes in all; never negative.
    public var points: Int64
    /// How much of it had expired already, and so takes nothing more.
    public var expired: Int64
    public var lot: Lot.ID?
    public var order: OrderReference?
    public var returnID: String
    /// The sale's programme version, or that at the return's time without a receipt.
    public var version: Int
    public var balance: Int64

    public init(
        wallet: String, points: Int64, expired: Int64, lot: Lot.ID?, order: OrderReference?, returnID: String,
        version: Int, balance: Int64
    ) {
        (self.wallet, self.points, self.expired, self.lot) = (wallet, points, expired, lot)
        (self.order, self.returnID, self.version, self.balance) = (order, returnID, version, balance)
    }
}

/// `points.expired`: what was left of a lot when its time had come.
public struct PointsExpired: Hashable, Sendable {
    public var wallet: String
    public var points: Int64
    public var lot: Lot.ID
    /// The day of the last purchase or redemption, where the lot lapsed for inactivity.
    public var inactiveSince: CivilDate?
    public var balance: Int64

    public init(wallet: String, points: Int64, lot: Lot.ID, inactiveSince: CivilDate?, balance: Int64) {
        (self.wallet, self.points, self.lot) = (wallet, points, lot)
        (self.inactiveSince, self.balance) = (inactiveSince, balance)
    }
}

/// `tier.changed`: a tier was reached, kept for another period, or ended.
public struct TierChanged: Hashable, Sendable {
    public enum Reason: String, Hashable, Sendable, CaseIterable {
        /// Qualifying spend crossed the threshold.
        case reached
        /// The period ended; the last full year decided.
        case reviewed
    }

    public var from: String
    public var to: String
    public var reason: Reason
    /// The last valid day; nil for the lowest tier, which does not end.
    public var validUntil: CivilDate?
    /// The spend that decided, in minor units, and the year it was made in.
    public var spend: Int64
    public var period: Int

    public init(
        from: String, to: String, reason: Reason, validUntil: CivilDate?, spend: Int64, period: Int
    ) {
        (self.from, self.to, self.reason) = (from, to, reason)
        (self.validUntil, self.spend, self.period) = (validUntil, spend, period)
    }
}

/// `member.restated`: a late event changed what had followed from time alone. The differences are entries of the ledger;
/// the state behind them is kept whole, so that a replay needs no rules.
public struct MemberRestated: Hashable, Sendable {
    /// One difference between what had been recorded and what holds now.
    public struct Correction: Hashable, Sendable {
        public enum Effect: String, Hashable, Sendable, CaseIterable {
            /// It had been recorded and did not happen.
            case withdrawn
            /// It had not been recorded and did happen.
            case added
        }

        public var effect: Effect
        /// When it would have happened, or did.
        public var at: Instant
        public var event: LoyaltyEvent
        /// What the correction does to the wallet `points`.
        public var points: Int64
        public var balance: Int64

        public init(effect: Effect, at: Instant, event: LoyaltyEvent, points: Int64, balance: Int64) {
            (self.effect, self.at, self.event) = (effect, at, event)
            (self.points, self.balance) = (points, balance)
        }
    }

    public var corrections: [Correction]
    public var state: MemberState

    public init(corrections: [Correction], state: MemberState) {
        (self.corrections, self.state) = (corrections, state)
    }
}
