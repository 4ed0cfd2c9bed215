/// `member.enrolled`: somebody joined. Who that is lies sealed elsewhere.
public struct MemberEnrolled: Hashable, Sendable {
    public var programme: String
    /// The tier in which everybody begins.
    public var tier: String
    /// What explanations are told in.
    public var language: Language
    /// Day and month alone: with them a birthday falls due without the profile being opened.
    public var birthday: MonthDay?
    /// Id of the member who brought this one.
    public var referredBy: String?

    public init(
        programme: String, tier: String, language: Language = .english, birthday: MonthDay? = nil,
        referredBy: String? = nil
    ) {
        (self.programme, self.tier, self.language) = (programme, tier, language)
        (self.birthday, self.referredBy) = (birthday, referredBy)
    }
}

/// `subscription.changed`: a paid membership began, was renewed, was cancelled or ran out.
public struct SubscriptionChanged: Hashable, Sendable {
    public enum Action: String, Hashable, Sendable, CaseIterable {
        case started, renewed
        /// It runs to the end of what is paid.
        case cancelled
        /// The current term was paid back: it ends at once.
        case refunded
        /// What was paid has run out.
        case ended
    }

    public var plan: String
    public var action: Action
    /// The last day that is paid for.
    public var paidUntil: CivilDate
    /// What this act cost (or gave back, below zero), in minor units of the programme's own currency.
    public var fee: Int64
    /// The tier that holds while it runs.
    public var tier: String?
    public var version: Int

    public init(plan: String, action: Action, paidUntil: CivilDate, fee: Int64, tier: String?, version: Int) {
        (self.plan, self.action, self.paidUntil) = (plan, action, paidUntil)
        (self.fee, self.tier, self.version) = (fee, tier, version)
    }
}

/// `tier.granted`: a tier given by hand or bought with points.
public struct TierGranted: Hashable, Sendable {
    public var tier: String
    /// The last valid day; nil where it does not end.
    public var until: CivilDate?
    /// A coded reason, or `reward:` and a reward's id.
    public var reason: String
    public var version: Int

    public init(tier: String, until: CivilDate?, reason: String, version: Int) {
        (self.tier, self.until, self.reason, self.version) = (tier, until, reason, version)
    }
}

/// `tier.changed`: a tier was reached, kept for another period, given, or ended.
public struct TierChanged: Hashable, Sendable {
    public enum Reason: String, Hashable, Sendable, CaseIterable {
        /// The metrics crossed the threshold.
        case reached
        /// The period ended; the last full one decided.
        case reviewed
        /// Bought or given.
        case granted
        /// What was bought or given ran out.
        case ended
    }

    /// What was measured.
    public struct Measured: Hashable, Sendable {
        public var metric: String
        public var value: Int64

        public init(metric: String, value: Int64) { (self.metric, self.value) = (metric, value) }
    }

    public var from: String
    public var to: String
    public var reason: Reason
    /// The last valid day; nil where it does not end.
    public var validUntil: CivilDate?
    /// The tier that was reached, where that changed.
    public var reached: MemberState.Standing?
    /// The last valid day of the tiers given by hand that have run out.
    public var ended: CivilDate?
    /// What decided, and the period that it was summed over.
    public var measured: [Measured]
    public var period: Period?

    public init(
        from: String, to: String, reason: Reason, validUntil: CivilDate?, reached: MemberState.Standing? = nil,
        ended: CivilDate? = nil, measured: [Measured] = [], period: Period? = nil
    ) {
        (self.from, self.to, self.reason, self.validUntil) = (from, to, reason, validUntil)
        (self.reached, self.ended, self.measured, self.period) = (reached, ended, measured, period)
    }
}

/// `member.merged`: this member has become another one; what they had went there.
public struct MemberMerged: Hashable, Sendable {
    /// Id of the member who goes on.
    public var into: String

    public init(into: String) { self.into = into }
}

/// `member.absorbed`: another member's points, sums and standing came to this one.
public struct MemberAbsorbed: Hashable, Sendable {
    /// Id of the member who is no more.
    public var from: String
    /// What they had when they were merged.
    public var state: MemberState

    public init(from: String, state: MemberState) { (self.from, self.state) = (from, state) }
}

/// `member.restated`: a late event, or a return of points that had been spent or had lapsed, changed what had followed.
/// The differences are entries of the ledger; the state behind them is kept whole, so that a replay needs no rules.
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
        /// The wallet that it moves.
        public var wallet: String
        /// What the correction does to that wallet's available points.
        public var points: Int64
        public var balance: Int64

        public init(
            effect: Effect, at: Instant, event: LoyaltyEvent, wallet: String, points: Int64, balance: Int64
        ) {
            (self.effect, self.at, self.event) = (effect, at, event)
            (self.wallet, self.points, self.balance) = (wallet, points, balance)
        }
    }

    public var corrections: [Correction]
    public var state: MemberState

    public init(corrections: [Correction], state: MemberState) {
        (self.corrections, self.state) = (corrections, state)
    }
}
