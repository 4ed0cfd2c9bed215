/// How purchases earn points.
public struct EarningRule: Hashable, Sendable {
    public enum Effect: Hashable, Sendable {
        /// Points for minor units of money: `standard`, or the tier's own rate.
        case base(standard: Ratio, byTier: [String: Ratio])
        /// The base points of a line times `thousandths / 1000`; where several match a line, the highest counts.
        case multiplier(thousandths: Int64)
    }

    public var id: String
    public var wallet: String
    public var effect: Effect
    public var condition: EarningCondition

    public init(id: String, wallet: String, effect: Effect, condition: EarningCondition = EarningCondition()) {
        (self.id, self.wallet, self.effect, self.condition) = (id, wallet, effect, condition)
    }
}

/// What must hold for a rule to apply; an empty set or nil asks nothing.
public struct EarningCondition: Hashable, Sendable {
    /// From this instant on.
    public var from: Instant?
    /// Before this instant.
    public var until: Instant?
    public var tiers: Set<String>
    public var channels: Set<String>
    public var stores: Set<String>
    public var partners: Set<String>
    /// The line carries one of these.
    public var categories: Set<String>
    public var brands: Set<String>
    public var skus: Set<String>

    public init(
        from: Instant? = nil, until: Instant? = nil, tiers: Set<String> = [], channels: Set<String> = [],
        stores: Set<String> = [], partners: Set<String> = [], categories: Set<String> = [],
        brands: Set<String> = [], skus: Set<String> = []
    ) {
        (self.from, self.until, self.tiers, self.channels) = (from, until, tiers, channels)
        (self.stores, self.partners, self.categories) = (stores, partners, categories)
        (self.brands, self.skus) = (brands, skus)
    }

    /// Whether the circumstances of the sale fit.
    func holds(for sale: SaleContext) -> Bool {
        if let from, sale.at < from { return false }
        if let until, sale.at >= until { return false }
        return fits(tiers, sale.tier) && fits(channels, sale.channel) && fits(stores, sale.store)
            && fits(partners, sale.partner)
    }

    /// Whether the line fits.
    func holds(for line: Line) -> Bool {
        fits(brands, line.brand) && fits(skus, line.sku)
            && (categories.isEmpty || line.categories.contains { categories.contains($0) })
    }

    private func fits(_ allowed: Set<String>, _ value: String?) -> Bool {
        allowed.isEmpty || value.map(allowed.contains) == true
    }
}

/// What a completed activity earns.
public struct ActivityRule: Hashable, Sendable {
    /// The activity's name, such as `review`.
    public var id: String
    public var wallet: String
    /// At least 1.
    public var points: Int64

    public init(id: String, wallet: String, points: Int64) {
        (self.id, self.wallet, self.points) = (id, wallet, points)
    }
}
