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

    /// A figure that counts towards a tier.
    public struct Qualifying: Hashable, Sendable {
        public var metric: String
        public var value: Int64
        /// Of money, which is in minor units; nil for anything else.
        public var currency: String?
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
        /// nil in the highest tier that can be reached.
        public var next: NextTier?
        public var benefits: [Benefit]
    }

    /// A paid membership that is running.
    public struct Subscription: Hashable, Sendable {
        public var plan: String
        public var name: String
        /// The last day that is paid for.
        public var paidUntil: CivilDate
        /// Whether it ends then.
        public var isCancelled: Bool
        public var benefits: [Benefit]
    }

    public var asOf: Instant
    /// The last instant at which something happened or fell due: with the stream's version it tells two answers apart.
    public var lastChange: Instant
    public var wallets: [WalletBalance]
    public var tier: Standing
    public var subscriptions: [Subscription]
}

extension Programme {
    /// The balance of a member who has been brought forward to `instant`.
    public func balance(of state: MemberState, at instant: Instant) -> Balance {
        let version = version(at: instant)
        var ids = version.wallets.map(\.id)
        ids += state.wallets.map(\.id).filter { !ids.contains($0) }
        return Balance(
            asOf: instant, lastChange: state.latest, wallets: ids.map { balance(of: state.wallet($0)) },
            tier: standing(of: state, at: instant),
            subscriptions: state.subscriptions.map { subscription in
                let plan = version.plan(subscription.plan)
                return Balance.Subscription(
                    plan: subscription.plan, name: plan?.name ?? subscription.plan, paidUntil: subscription.paidUntil,
                    isCancelled: subscription.isCancelled, benefits: plan?.benefits ?? [])
            })
    }

    private func balance(of wallet: Wallet) -> Balance.WalletBalance {
        var expiring: [Balance.Expiring] = []
        for end in wallet.spendingOrder {
            let day: CivilDate? =
                switch end {
                case .on(let day): day
                case .inactivity: wallet.inactiveOn
                case .never: nil
                }
            guard let day else { continue }
            let points = wallet.points(endingBy: end)
            if let last = expiring.indices.last, expiring[last].on == day {
                expiring[last].points += points
            } else {
                expiring.append(Balance.Expiring(points: points, on: day))
            }
        }
        return Balance.WalletBalance(
            id: wallet.id, available: wallet.available, pending: wallet.pendingPoints, reserved: wallet.reserved,
            expiring: expiring, lifetimeEarned: wallet.issued &- wallet.revoked, lifetimeRedeemed: wallet.redeemed)
    }

    private func standing(of state: MemberState, at instant: Instant) -> Balance.Standing {
        let version = version(at: instant)
        let tiers = version.tiers
        let rank = tiers.rank(of: state.standing.tier)
        let period = period(of: instant, for: state, under: version)
        func value(_ metric: Metric) -> Int64 { tiers.value(of: metric, of: state, in: period) }
        let metrics = tiers.metrics.isEmpty ? [Metric.spend] : tiers.metrics
        let next = tiers.levels.indices.first { $0 > rank && !tiers.levels[$0].requirements.isEmpty }
        return Balance.Standing(
            id: state.standing.tier, name: tiers.levels[rank].name, since: state.standing.since ?? state.enrolledAt,
            validUntil: state.standing.validUntil,
            qualifying: metrics.map {
                Balance.Qualifying(
                    metric: $0.name, value: value($0), currency: $0 == .spend ? currencies.first?.code : nil)
            },
            next: next.map { index in
                let level = tiers.levels[index]
                return Balance.NextTier(
                    id: level.id, name: level.name,
                    requirements: level.requirements.map {
                        Balance.Requirement(
                            metric: $0.metric.name, threshold: $0.threshold,
                            remaining: max(0, $0.threshold &- value($0.metric)))
                    })
            }, benefits: tiers.levels[rank].benefits)
    }
}
