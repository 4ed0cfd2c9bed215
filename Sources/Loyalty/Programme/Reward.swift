/// Something that points buy.
public struct Reward: Hashable, Sendable {
    public enum Kind: Hashable, Sendable {
        /// Money off the order.
        case discount
        /// Money paid out.
        case cash
        /// A code that is worth something once.
        case voucher
        /// Goods or a service, perhaps with a co-payment.
        case product
        /// Money for a cause.
        case donation
        /// A tier for so many months.
        case upgrade(tier: String, months: Int)
    }

    public var id: String
    public var name: String
    public var kind: Kind
    public var wallet: String
    public var price: Int64
    /// Other prices for members of a tier.
    public var priceByTier: [String: Int64]
    /// What it is worth, in minor units of the programme's own currency.
    public var value: Int64?
    /// What the member pays beside the points, in minor units.
    public var coPayment: Int64?
    public var condition: RewardCondition
    /// How often one member may have it in a window; nil for any number.
    public var perMember: MemberLimit?
    /// How often one order may have it; nil for any number.
    public var perOrder: Int64?
    /// How many there are for all members together; nil for any number.
    public var stock: Int64?
    /// Set where it comes as a code.
    public var voucher: VoucherRules?
    /// Redeemed by itself, as often as there are points for it.
    public var isAutomatic: Bool

    public init(
        id: String, name: String? = nil, kind: Kind, wallet: String = Programme.defaultWallet, price: Int64,
        priceByTier: [String: Int64] = [:], value: Int64? = nil, coPayment: Int64? = nil,
        condition: RewardCondition = RewardCondition(), perMember: MemberLimit? = nil, perOrder: Int64? = nil,
        stock: Int64? = nil, voucher: VoucherRules? = nil, isAutomatic: Bool = false
    ) {
        (self.id, self.name, self.kind, self.wallet, self.price) = (id, name ?? id, kind, wallet, price)
        (self.priceByTier, self.value, self.coPayment) = (priceByTier, value, coPayment)
        (self.condition, self.perMember, self.perOrder) = (condition, perMember, perOrder)
        (self.stock, self.voucher, self.isAutomatic) = (stock, voucher, isAutomatic)
    }

    /// What it costs a member of that tier.
    public func price(in tier: String) -> Int64 { priceByTier[tier] ?? price }

    /// How often one member may have something.
    public struct MemberLimit: Hashable, Sendable {
        public var count: Int64
        public var window: EarningRule.Cap.Window

        public init(count: Int64, window: EarningRule.Cap.Window) { (self.count, self.window) = (count, window) }
    }
}

/// Who may have a reward; an empty set or nil asks nothing.
public struct RewardCondition: Hashable, Sendable {
    public var from: Instant?
    public var until: Instant?
    public var tiers: Set<String>
    public var plans: Set<String>
    /// Only in the month of the member's birthday.
    public var birthdayMonth: Bool
    /// The least that the order must come to, in minor units; asks for an `order_total`.
    public var minimumOrder: Int64?

    public init(
        from: Instant? = nil, until: Instant? = nil, tiers: Set<String> = [], plans: Set<String> = [],
        birthdayMonth: Bool = false, minimumOrder: Int64? = nil
    ) {
        (self.from, self.until, self.tiers, self.plans) = (from, until, tiers, plans)
        (self.birthdayMonth, self.minimumOrder) = (birthdayMonth, minimumOrder)
    }
}

/// How a reward's code behaves.
public struct VoucherRules: Hashable, Sendable {
    /// The last valid day is so many days after the day of issue; nil for no end.
    public var validDays: Int?
    /// Codes come from a pool that the shop has filled, not from us.
    public var fromPool: Bool

    public init(validDays: Int? = nil, fromPool: Bool = false) {
        (self.validDays, self.fromPool) = (validDays, fromPool)
    }
}
