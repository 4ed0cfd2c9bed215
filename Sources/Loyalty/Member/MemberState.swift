/// All that the next decision about a member needs: bounded, whatever the member's history. One row of `account`.
public struct MemberState: Hashable, Sendable {
    /// A member's standing.
    public struct Standing: Hashable, Sendable {
        public var tier: String
        /// nil: since enrolment.
        public var since: Instant?
        /// The last valid day; nil where it does not end.
        public var validUntil: CivilDate?

        public init(tier: String, since: Instant? = nil, validUntil: CivilDate? = nil) {
            (self.tier, self.since, self.validUntil) = (tier, since, validUntil)
        }
    }

    /// A tier that was bought or given.
    public struct Grant: Hashable, Sendable {
        public enum Source: Hashable, Sendable {
            /// A paid membership of that plan.
            case plan(String)
            /// By hand, or by a reward.
            case hand
        }

        public var tier: String
        public var source: Source
        public var since: Instant
        /// The last valid day; nil where it does not end.
        public var until: CivilDate?

        public init(tier: String, source: Source, since: Instant, until: CivilDate?) {
            (self.tier, self.source, self.since, self.until) = (tier, source, since, until)
        }
    }

    /// A paid membership.
    public struct Subscription: Hashable, Sendable {
        public var plan: String
        public var since: Instant
        /// The last day that is paid for.
        public var paidUntil: CivilDate
        /// It ends then.
        public var isCancelled: Bool

        public init(plan: String, since: Instant, paidUntil: CivilDate, isCancelled: Bool) {
            (self.plan, self.since, self.paidUntil, self.isCancelled) = (plan, since, paidUntil, isCancelled)
        }
    }

    /// A sum of one metric over one period.
    public struct Total: Hashable, Sendable {
        public var period: Period
        public var metric: String
        /// Below zero where more came back than was bought.
        public var amount: Int64

        public init(period: Period, metric: String, amount: Int64) {
            (self.period, self.metric, self.amount) = (period, metric, amount)
        }
    }

    /// How much a rule has given, or a reward was taken, in a window.
    public struct Counter: Hashable, Sendable {
        /// A rule's id, or `reward:` and a reward's.
        public var rule: String
        /// Such as `2026-12-24`, `2026-12`, `2026`, `life`, or `order:` and an order's id.
        public var window: String
        public var value: Int64

        public init(rule: String, window: String, value: Int64) {
            (self.rule, self.window, self.value) = (rule, window, value)
        }
    }

    /// Points held for a redemption.
    public struct Reservation: Hashable, Sendable {
        public var redemption: Redemption
        public var expiresAt: Instant
        /// The lots that they came from.
        public var taken: [Lot]

        public init(redemption: Redemption, expiresAt: Instant, taken: [Lot]) {
            (self.redemption, self.expiresAt, self.taken) = (redemption, expiresAt, taken)
        }
    }

    public var programme: String
    public var language: Language
    /// When membership began; moves back to the first event where that is earlier.
    public var enrolledAt: Instant
    public var birthday: MonthDay?
    /// Id of the member who brought this one.
    public var referredBy: String?
    /// The time up to which events and what fell due are in this state; an earlier event is late.
    public var latest: Instant
    /// In the order of their ids.
    public var wallets: [Wallet]
    /// The tier that holds: the highest of what was reached, bought and given.
    public var standing: Standing
    /// The tier that was reached.
    public var reached: Standing
    public var grants: [Grant]
    public var subscriptions: [Subscription]
    public var totals: [Total]
    public var counters: [Counter]
    public var purchases: Int64
    /// The day of the last purchase or redemption.
    public var lastActive: CivilDate?
    public var reservations: [Reservation]
    /// The last year in which each gift was given.
    public var gifts: [String: Int]
    /// How often points were redeemed by themselves.
    public var conversions: Int64
    /// Id of the member that this one has become.
    public var mergedInto: String?
    /// Ids of members that have become this one.
    public var absorbed: [String] = []
    /// Whether what once named the member still does.
    public var identity: MemberIdentity = .kept

    /// Somebody who has just joined.
    public init(programme: String, language: Language, enrolledAt: Instant, tier: String) {
        (self.programme, self.language, self.enrolledAt) = (programme, language, enrolledAt)
        latest = .distantPast
        standing = Standing(tier: tier)
        reached = standing
        (wallets, grants, subscriptions, totals, counters, reservations) = ([], [], [], [], [], [])
        (purchases, conversions, gifts) = (0, 0, [:])
    }

    /// The wallet of that id; an empty one where nothing has come into it yet.
    public func wallet(_ id: String) -> Wallet { wallets.first { $0.id == id } ?? Wallet(id: id) }

    /// Available points of the wallet `points`.
    public var available: Int64 { available(in: Programme.defaultWallet) }

    /// Pending points of the wallet `points`.
    public var pending: Int64 { place(of: Programme.defaultWallet).map { wallets[$0].pendingPoints } ?? 0 }

    /// Available points of a wallet.
    func available(in wallet: String) -> Int64 { place(of: wallet).map { wallets[$0].available } ?? 0 }

    private func place(of wallet: String) -> Int? { wallets.indices.first { wallets[$0].id == wallet } }

    /// Changes one wallet.
    mutating func withWallet<T>(
        _ id: String, _ change: (inout Wallet) throws(LoyaltyFault) -> T
    ) throws(LoyaltyFault) -> T {
        if let place = place(of: id) { return try change(&wallets[place]) }
        var wallet = Wallet(id: id)
        let result = try change(&wallet)
        wallets.insert(wallet, at: wallets.firstIndex { id < $0.id } ?? wallets.count)
        return result
    }
}
