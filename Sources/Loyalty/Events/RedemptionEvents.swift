/// Points spent on something: what was agreed when they were reserved, or taken at once.
public struct Redemption: Hashable, Sendable {
    public var id: String
    /// nil for points alone.
    public var reward: String?
    public var wallet: String
    /// Not negative.
    public var points: Int64
    /// What it is worth, in minor units of `currency`.
    public var value: Int64?
    public var currency: String
    /// What the member pays beside, in minor units.
    public var coPayment: Int64?
    /// Whether the value is money off an order, which therefore earns nothing for it.
    public var paysOrder: Bool
    /// The shop's number of the order.
    public var order: String?
    public var partner: String?
    /// The programme version that agreed.
    public var version: Int
    public var counts: [Count]

    public init(
        id: String, reward: String?, wallet: String, points: Int64, value: Int64?, currency: String,
        coPayment: Int64? = nil, paysOrder: Bool = false, order: String? = nil, partner: String? = nil, version: Int,
        counts: [Count] = []
    ) {
        (self.id, self.reward, self.wallet, self.points) = (id, reward, wallet, points)
        (self.value, self.currency, self.coPayment) = (value, currency, coPayment)
        (self.paysOrder, self.order, self.partner) = (paysOrder, order, partner)
        (self.version, self.counts) = (version, counts)
    }
}

/// `redemption.reserved`: points are held.
public struct RedemptionReserved: Hashable, Sendable {
    public var redemption: Redemption
    public var expiresAt: Instant
    public var clocks: [InactivityClock]
    public var day: CivilDate
    public var balance: Int64

    public init(
        redemption: Redemption, expiresAt: Instant, clocks: [InactivityClock], day: CivilDate, balance: Int64 = 0
    ) {
        (self.redemption, self.expiresAt, self.clocks) = (redemption, expiresAt, clocks)
        (self.day, self.balance) = (day, balance)
    }
}

/// `redemption.confirmed`: points are spent.
public struct RedemptionConfirmed: Hashable, Sendable {
    public var redemption: Redemption
    /// Whether they had been held before.
    public var wasReserved: Bool
    /// Set where points were redeemed by themselves: how many such there were before.
    public var conversion: Int64?
    public var clocks: [InactivityClock]
    public var day: CivilDate
    public var balance: Int64

    public init(
        redemption: Redemption, wasReserved: Bool, conversion: Int64? = nil, clocks: [InactivityClock],
        day: CivilDate, balance: Int64 = 0
    ) {
        (self.redemption, self.wasReserved, self.conversion) = (redemption, wasReserved, conversion)
        (self.clocks, self.day, self.balance) = (clocks, day, balance)
    }
}

/// `redemption.cancelled`: points went back to the lots they came from.
public struct RedemptionCancelled: Hashable, Sendable {
    public enum Reason: String, Hashable, Sendable, CaseIterable {
        case cancelled
        /// The reservation was neither confirmed nor cancelled in time.
        case lapsed
        /// It had been confirmed.
        case refunded
    }

    public var redemption: Redemption
    public var reason: Reason
    /// The lots that the points had come from, where they had been spent already.
    public var taken: [Lot]
    public var balance: Int64

    public init(redemption: Redemption, reason: Reason, taken: [Lot] = [], balance: Int64 = 0) {
        (self.redemption, self.reason, self.taken, self.balance) = (redemption, reason, taken, balance)
    }
}

/// `voucher.issued`: a code that is worth something once. The code itself is not in the log.
public struct VoucherIssued: Hashable, Sendable {
    /// Id of the redemption that it was issued for.
    public var redemption: String
    public var reward: String
    public var value: Int64?
    public var currency: String
    /// The last valid day; nil for no end.
    public var validUntil: CivilDate?
    public var fromPool: Bool

    public init(
        redemption: String, reward: String, value: Int64?, currency: String, validUntil: CivilDate?, fromPool: Bool
    ) {
        (self.redemption, self.reward, self.value) = (redemption, reward, value)
        (self.currency, self.validUntil, self.fromPool) = (currency, validUntil, fromPool)
    }
}

/// `voucher.redeemed`: the code was used.
public struct VoucherRedeemed: Hashable, Sendable {
    public var redemption: String

    public init(redemption: String) { self.redemption = redemption }
}
