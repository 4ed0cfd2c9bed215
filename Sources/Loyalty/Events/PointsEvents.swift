/// `points.accrued`: points that came in, by one rule.
public struct PointsAccrued: Hashable, Sendable {
    public var wallet: String
    /// Greater than zero.
    public var points: Int64
    /// How the lot ends that holds them.
    public var expires: Lot.End
    /// Set where they are pending.
    public var matures: PendingPoints.Until?
    public var rule: String
    public var version: Int
    public var reason: AccrualReason
    /// Who issued them, in a coalition.
    public var partner: String?
    /// Set where they count towards a tier.
    public var period: Period?
    /// Set where the wallet's clock of inactivity stood still, so that these points can lapse one day.
    public var inactiveOn: CivilDate?
    /// Available in the wallet behind this event, in the order recorded.
    public var balance: Int64

    public init(
        wallet: String, points: Int64, expires: Lot.End, matures: PendingPoints.Until? = nil, rule: String,
        version: Int, reason: AccrualReason, partner: String? = nil, period: Period? = nil,
        inactiveOn: CivilDate? = nil, balance: Int64 = 0
    ) {
        (self.wallet, self.points, self.expires, self.matures) = (wallet, points, expires, matures)
        (self.rule, self.version, self.reason, self.partner) = (rule, version, reason, partner)
        (self.period, self.inactiveOn, self.balance) = (period, inactiveOn, balance)
    }
}

/// The facts from which an explanation of earned points is told.
public enum AccrualReason: Hashable, Sendable {
    /// `rate` points per minor unit on `amount` minor units of the order.
    case base(order: OrderReference, amount: Int64, currency: String, rate: Ratio)
    /// `thousandths / 1000` times the base points on `amount` minor units of the order.
    case multiplier(order: OrderReference, amount: Int64, currency: String, thousandths: Int64)
    /// A number of points for each of `count` things of the order.
    case fixed(order: OrderReference, count: Int64)
    /// `rate` points per minor unit on `total` minor units bought under the rule so far.
    case accumulated(order: OrderReference, total: Int64, currency: String, rate: Ratio)
    case activity(name: String, reference: String?)
    /// Given in that year.
    case gift(GiftRule.Occasion, year: Int)
    /// The friend's own side names the order.
    case referral(order: OrderReference?)

    /// The order that earned, if one did.
    public var order: OrderReference? {
        switch self {
        case .base(let order, _, _, _), .multiplier(let order, _, _, _), .fixed(let order, _),
            .accumulated(let order, _, _, _):
            order
        case .referral(let order): order
        case .activity, .gift: nil
        }
    }
}

/// `points.revoked`: points taken back for a return.
public struct PointsRevoked: Hashable, Sendable {
    /// Points with the place where they were put.
    public struct Part: Hashable, Sendable {
        public var points: Int64
        /// Where they were pending.
        public var matures: PendingPoints.Until?
        /// nil without a receipt.
        public var expires: Lot.End?

        public init(points: Int64, matures: PendingPoints.Until? = nil, expires: Lot.End? = nil) {
            (self.points, self.matures, self.expires) = (points, matures, expires)
        }
    }

    public var wallet: String
    /// Never empty.
    public var parts: [Part]
    /// How much of it was pending still, and so leaves what is available as it is.
    public var pending: Int64
    /// How much of it had expired already, and so takes nothing more.
    public var lapsed: Int64
    public var order: OrderReference?
    public var returnID: String
    /// The sale's programme version, or that at the return's time without a receipt.
    public var version: Int
    /// What is no longer there is not owed.
    public var waivesDebt: Bool
    public var balance: Int64

    public init(
        wallet: String, parts: [Part], pending: Int64 = 0, lapsed: Int64 = 0, order: OrderReference?,
        returnID: String, version: Int, waivesDebt: Bool = false, balance: Int64 = 0
    ) {
        (self.wallet, self.parts, self.pending, self.lapsed) = (wallet, parts, pending, lapsed)
        self.order = order
        (self.returnID, self.version, self.waivesDebt, self.balance) = (returnID, version, waivesDebt, balance)
    }

    public var points: Int64 { parts.reduce(0) { $0 &+ $1.points } }
}

/// `points.matured`: pending points became available.
public struct PointsMatured: Hashable, Sendable {
    public var wallet: String
    public var points: Int64
    public var until: PendingPoints.Until
    public var expires: Lot.End
    public var inactiveOn: CivilDate?
    public var balance: Int64

    public init(
        wallet: String, points: Int64, until: PendingPoints.Until, expires: Lot.End, inactiveOn: CivilDate? = nil,
        balance: Int64 = 0
    ) {
        (self.wallet, self.points, self.until) = (wallet, points, until)
        (self.expires, self.inactiveOn, self.balance) = (expires, inactiveOn, balance)
    }
}

/// `points.expired`: what was left of a lot when its time had come.
public struct PointsExpired: Hashable, Sendable {
    public var wallet: String
    public var points: Int64
    public var lot: Lot.End
    /// The day of the last purchase or redemption, where the lot lapsed for inactivity.
    public var inactiveSince: CivilDate?
    public var balance: Int64

    public init(wallet: String, points: Int64, lot: Lot.End, inactiveSince: CivilDate? = nil, balance: Int64 = 0) {
        (self.wallet, self.points, self.lot) = (wallet, points, lot)
        (self.inactiveSince, self.balance) = (inactiveSince, balance)
    }
}

/// `points.adjusted`: goodwill or a correction by hand.
public struct PointsAdjusted: Hashable, Sendable {
    public var adjustment: Adjustment
    public var expires: Lot.End
    public var inactiveOn: CivilDate?
    public var version: Int
    public var balance: Int64

    public init(
        adjustment: Adjustment, expires: Lot.End, inactiveOn: CivilDate? = nil, version: Int, balance: Int64 = 0
    ) {
        (self.adjustment, self.expires, self.inactiveOn) = (adjustment, expires, inactiveOn)
        (self.version, self.balance) = (version, balance)
    }
}

/// `points.transferred`: points went to another member, or came from one. Two events with one id, each right on its own.
public struct PointsTransferred: Hashable, Sendable {
    public enum Direction: String, Hashable, Sendable, CaseIterable {
        case out, `in`
    }

    /// Of both events.
    public var id: String
    public var direction: Direction
    /// Id of the member on the other side.
    public var other: String
    public var wallet: String
    /// With their ends, which the points keep.
    public var parts: [Lot]
    public var inactiveOn: CivilDate?
    public var version: Int
    public var balance: Int64

    public init(
        id: String, direction: Direction, other: String, wallet: String, parts: [Lot], inactiveOn: CivilDate? = nil,
        version: Int, balance: Int64 = 0
    ) {
        (self.id, self.direction, self.other, self.wallet) = (id, direction, other, wallet)
        (self.parts, self.inactiveOn, self.version, self.balance) = (parts, inactiveOn, version, balance)
    }

    public var points: Int64 { parts.reduce(0) { $0 &+ $1.points } }
}
