/// How purchases earn points.
public struct EarningRule: Hashable, Sendable {
    public enum Effect: Hashable, Sendable {
        /// Points for minor units of money: `standard`, or the tier's own rate.
        case base(standard: Ratio, byTier: [String: Ratio])
        /// The base points of a line, of every base rule of the wallet, times `thousandths / 1000`.
        case multiplier(thousandths: Int64)
        /// A number of points for each thing counted.
        case fixed(points: Int64, per: Unit)
        /// Points for minor units of all that was bought under the rule since it began, once that has reached
        /// `threshold`: what was bought before counts, too.
        case accumulated(rate: Ratio, threshold: Int64)
    }

    /// What a fixed number of points is given for.
    public enum Unit: Hashable, Sendable {
        case order
        /// Each line that fits.
        case line
        /// Each piece of the lines that fit.
        case item
        /// The first order of a day in the programme's zone.
        case visit
        /// Each complete set of these, once per set.
        case set([SetPart])
    }

    /// So many pieces of what fits.
    public struct SetPart: Hashable, Sendable {
        public var goods: GoodsCondition
        public var quantity: Int64

        public init(_ goods: GoodsCondition, quantity: Int64 = 1) { (self.goods, self.quantity) = (goods, quantity) }
    }

    public enum Rounding: String, Hashable, Sendable, CaseIterable {
        case down, up
        /// Halves go up.
        case nearest
    }

    /// Over what a sum is rounded.
    public enum RoundingBasis: String, Hashable, Sendable, CaseIterable {
        case order, line
    }

    /// The most that a rule gives in a window.
    public struct Cap: Hashable, Sendable {
        public enum Window: String, Hashable, Sendable, CaseIterable {
            /// A day, month or year of the programme's zone.
            case day, month, year
            /// As long as somebody is a member.
            case life
        }

        public var points: Int64
        public var window: Window

        public init(points: Int64, window: Window) { (self.points, self.window) = (points, window) }
    }

    public var id: String
    public var wallet: String
    public var effect: Effect
    @Boxed public var condition: EarningCondition
    public var rounding: Rounding
    public var roundingBasis: RoundingBasis
    public var cap: Cap?
    /// The most that the rule gives all members together in a window.
    public var budget: Cap?
    /// nil: as the wallet says.
    public var expiry: Expiry?
    /// nil: as the wallet says.
    public var maturity: Maturity?
    /// Gives nothing where one of these rules, which stand before it, has given something for the same order.
    public var unless: Set<String>

    public init(
        id: String, wallet: String = Programme.defaultWallet, effect: Effect,
        condition: EarningCondition = EarningCondition(), rounding: Rounding = .down,
        roundingBasis: RoundingBasis = .order, cap: Cap? = nil, budget: Cap? = nil, expiry: Expiry? = nil,
        maturity: Maturity? = nil, unless: Set<String> = []
    ) {
        (self.id, self.wallet, self.effect) = (id, wallet, effect)
        self.condition = condition
        (self.rounding, self.roundingBasis, self.cap, self.budget) = (rounding, roundingBasis, cap, budget)
        (self.expiry, self.maturity, self.unless) = (expiry, maturity, unless)
    }
}

/// What must hold of a line; an empty set asks nothing.
public struct GoodsCondition: Hashable, Sendable {
    /// The line carries one of these.
    public var categories: Set<String>
    public var brands: Set<String>
    public var skus: Set<String>
    /// The line carries none of these.
    public var exceptCategories: Set<String>

    public init(
        categories: Set<String> = [], brands: Set<String> = [], skus: Set<String> = [],
        exceptCategories: Set<String> = []
    ) {
        (self.categories, self.brands, self.skus) = (categories, brands, skus)
        self.exceptCategories = exceptCategories
    }

    func holds(for line: Line) -> Bool {
        (brands.isEmpty || line.brand.map(brands.contains) == true) && (skus.isEmpty || skus.contains(line.sku))
            && (categories.isEmpty || line.categories.contains(where: categories.contains))
            && !line.categories.contains(where: exceptCategories.contains)
    }
}

/// What must hold for a rule to apply; an empty set or nil asks nothing.
public struct EarningCondition: Hashable, Sendable {
    /// From this instant on.
    public var from: Instant?
    /// Before this instant.
    public var until: Instant?
    /// Days of the week in the programme's zone, 1 for Monday to 7 for Sunday.
    public var weekdays: Set<Int>
    /// Minutes since midnight in the programme's zone, from the first up to before the second.
    public var hours: Range<Int>?
    public var tiers: Set<String>
    /// A paid membership of one of these plans is running.
    public var plans: Set<String>
    public var channels: Set<String>
    public var stores: Set<String>
    public var partners: Set<String>
    /// The sale bears one of these coupon codes.
    public var coupons: Set<String>
    /// The member's first purchase (true), or a later one (false).
    public var firstPurchase: Bool?
    /// The month of the member's birthday.
    public var birthdayMonth: Bool
    /// The least that the order's lines which fit must come to, in minor units.
    public var minimumAmount: Int64
    public var goods: GoodsCondition

    public init(
        from: Instant? = nil, until: Instant? = nil, weekdays: Set<Int> = [], hours: Range<Int>? = nil,
        tiers: Set<String> = [], plans: Set<String> = [], channels: Set<String> = [], stores: Set<String> = [],
        partners: Set<String> = [], coupons: Set<String> = [], firstPurchase: Bool? = nil,
        birthdayMonth: Bool = false, minimumAmount: Int64 = 0, goods: GoodsCondition = GoodsCondition()
    ) {
        (self.from, self.until, self.weekdays, self.hours) = (from, until, weekdays, hours)
        (self.tiers, self.plans, self.channels, self.stores) = (tiers, plans, channels, stores)
        (self.partners, self.coupons, self.firstPurchase) = (partners, coupons, firstPurchase)
        (self.birthdayMonth, self.minimumAmount, self.goods) = (birthdayMonth, minimumAmount, goods)
    }
}

/// What a completed activity earns.
public struct ActivityRule: Hashable, Sendable {
    /// The activity's name, such as `review`; several rules may name the same.
    public var id: String
    public var wallet: String
    /// At least 1; where `perValue`, for each unit of the activity's value.
    public var points: Int64
    public var perValue: Bool
    public var cap: EarningRule.Cap?
    /// Once for one reference.
    public var oncePerReference: Bool
    public var expiry: Expiry?
    public var maturity: Maturity?

    public init(
        id: String, wallet: String = Programme.defaultWallet, points: Int64, perValue: Bool = false,
        cap: EarningRule.Cap? = nil, oncePerReference: Bool = false, expiry: Expiry? = nil, maturity: Maturity? = nil
    ) {
        (self.id, self.wallet, self.points, self.perValue) = (id, wallet, points, perValue)
        (self.cap, self.oncePerReference, self.expiry, self.maturity) = (cap, oncePerReference, expiry, maturity)
    }
}

/// Points that a date brings, once a year.
public struct GiftRule: Hashable, Sendable {
    public enum Occasion: String, Hashable, Sendable, CaseIterable {
        case birthday
        /// The day on which membership began, from the first year on.
        case anniversary
    }

    public var id: String
    public var occasion: Occasion
    public var wallet: String
    public var points: Int64
    /// Only for members of these tiers on that day; empty for all.
    public var tiers: Set<String>
    public var expiry: Expiry?

    public init(
        id: String, occasion: Occasion, wallet: String = Programme.defaultWallet, points: Int64,
        tiers: Set<String> = [], expiry: Expiry? = nil
    ) {
        (self.id, self.occasion, self.wallet, self.points) = (id, occasion, wallet, points)
        (self.tiers, self.expiry) = (tiers, expiry)
    }
}

/// Points for whoever brings a friend, and for the friend, once the friend's first purchase is past its return window.
public struct ReferralRules: Hashable, Sendable {
    public var referrerPoints: Int64
    public var friendPoints: Int64
    public var wallet: String
    /// Days after the friend's first purchase.
    public var maturityDays: Int
    /// The least that the friend's first purchase must come to, in minor units.
    public var minimumAmount: Int64

    public init(
        referrerPoints: Int64, friendPoints: Int64, wallet: String = Programme.defaultWallet, maturityDays: Int = 30,
        minimumAmount: Int64 = 0
    ) {
        (self.referrerPoints, self.friendPoints, self.wallet) = (referrerPoints, friendPoints, wallet)
        (self.maturityDays, self.minimumAmount) = (maturityDays, minimumAmount)
    }
}
