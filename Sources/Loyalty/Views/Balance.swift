/// What a member has, at an instant.
public struct Balance: Hashable, Sendable {
    /// Points that end on a day.
    public struct Expiring: Hashable, Sendable {
        public var points: Int64
        /// They are gone at 00:00 of this day in the programme's time zone.
        public var on: CivilDate
    }

    /// One kind of points.
    public struct WalletBalance: Hashable, Sendable {
        public var id: String
        /// Negative where more was taken back than there was.
        public var available: Int64
        public var pending: Int64
        public var reserved: Int64
        /// Soonest first.
        public var expiring: [Expiring]
        /// Net of what was revoked.
        public var lifetimeEarned: Int64
        public var lifetimeRedeemed: Int64
    }

    /// A figure that counts towards a tier, in minor units of `currency`.
    public struct Qualifying: Hashable, Sendable {
        public var metric: String
        public var value: Int64
        public var currency: String
    }

    /// What is missing for the next tier.
    public struct Requirement: Hashable, Sendable {
        public var metric: String
        public var threshold: Int64
        public var remaining: Int64
    }

    /// The next higher tier.
    public struct NextTier: Hashable, Sendable {
        public var id: String
        public var name: String
        public var requirements: [Requirement]
    }

    /// A member's standing.
    public struct Standing: Hashable, Sendable {
        public var id: String
        public var name: String
        public var since: Instant
        /// The last valid day; nil for a tier that does not end.
        public var validUntil: CivilDate?
        public var qualifying: [Qualifying]
        /// nil in the highest tier.
        public var next: NextTier?
    }

    public var asOf: Instant
    /// The last instant at which something happened or fell due: with the stream's version it tells two answers apart.
    public var lastChange: Instant
    public var wallets: [WalletBalance]
    public var tier: Standing
}

extension Programme {
    /// The balance of a member who has been brought forward to `instant`.
    public func balance(of state: MemberState, at instant: Instant) -> Balance {
        let inactive = state.inactiveOn.flatMap { day -> Balance.Expiring? in
            let points = state.wallet.open.filter { $0.end == .inactivity }.reduce(Int64(0)) { $0 &+ $1.available }
            return points > 0 ? Balance.Expiring(points: points, on: day) : nil
        }
        let wallet = Balance.WalletBalance(
            id: Programme.defaultWallet, available: state.wallet.available, pending: 0, reserved: 0,
            expiring: inactive.map { [$0] } ?? [], lifetimeEarned: state.wallet.issued &- state.wallet.revoked,
            lifetimeRedeemed: 0)
        return Balance(
            asOf: instant, lastChange: state.latest, wallets: [wallet], tier: standing(of: state, at: instant))
    }

    private func standing(of state: MemberState, at instant: Instant) -> Balance.Standing {
        let version = version(at: instant)
        let rank = version.rank(of: state.standing.tier)
        let spend = state.spend(in: zone.date(of: instant).year)
        let currency = currencies.first?.code ?? ""
        let next = version.tiers.indices.contains(rank + 1) ? version.tiers[rank + 1] : nil
        return Balance.Standing(
            id: state.standing.tier, name: version.tiers[rank].name, since: state.standing.since ?? state.enrolledAt,
            validUntil: state.standing.validUntil,
            qualifying: [Balance.Qualifying(metric: Programme.spendMetric, value: spend, currency: currency)],
            next: next.map { tier in
                let requirement = Balance.Requirement(
                    metric: Programme.spendMetric, threshold: tier.threshold,
                    remaining: max(0, tier.threshold &- spend))
                return Balance.NextTier(id: tier.id, name: tier.name, requirements: [requirement])
            })
    }

    /// Qualifying spend in one calendar year.
    public static let spendMetric = "spend"
}
