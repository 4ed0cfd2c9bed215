/// What was decided and recorded about a member. An event holds results, never what to compute: a replay runs no rules.
///
/// Indirect, because events are large and handed on more often than they are made.
public indirect enum LoyaltyEvent: Hashable, Sendable {
    case enrolled(MemberEnrolled)
    case profileChanged(ProfileChanged)
    case purchaseCompleted(PurchaseCompleted)
    case pointsAccrued(PointsAccrued)
    case purchaseReturned(PurchaseReturned)
    case returnHeld(ReturnHeld)
    case activityCompleted(ActivityCompleted)
    case pointsRevoked(PointsRevoked)
    case pointsMatured(PointsMatured)
    case pointsExpired(PointsExpired)
    case pointsAdjusted(PointsAdjusted)
    case pointsTransferred(PointsTransferred)
    case redemptionReserved(RedemptionReserved)
    case redemptionConfirmed(RedemptionConfirmed)
    case redemptionCancelled(RedemptionCancelled)
    case voucherIssued(VoucherIssued)
    case voucherRedeemed(VoucherRedeemed)
    case referralCompleted(ReferralCompleted)
    case subscriptionChanged(SubscriptionChanged)
    case tierGranted(TierGranted)
    case tierChanged(TierChanged)
    case merged(MemberMerged)
    case absorbed(MemberAbsorbed)
    case restated(MemberRestated)
    /// `member.erased`: who it was is forgotten; what happened stays.
    case erased
}

/// An event with the time at which it happened in the shop (or fell due).
public struct DatedEvent: Hashable, Sendable {
    public var at: Instant
    public var event: LoyaltyEvent

    public init(at: Instant, _ event: LoyaltyEvent) { (self.at, self.event) = (at, event) }
}

/// What an event is about, so that all events about it can be found together.
public enum Subject: Hashable, Sendable {
    case order(OrderReference)
    /// By its id.
    case redemption(String)
    /// An activity with its reference.
    case activity(name: String, reference: String)
}

extension LoyaltyEvent {
    /// What it is about, where it must be found again by it.
    public var subject: Subject? {
        switch self {
        case .purchaseCompleted(let event): .order(event.purchase.order)
        case .purchaseReturned(let event): event.goods.order.map(Subject.order)
        case .returnHeld(let event): event.goods.order.map(Subject.order)
        case .activityCompleted(let event):
            event.activity.reference.map { .activity(name: event.activity.name, reference: $0) }
        case .redemptionReserved(let event): .redemption(event.redemption.id)
        case .redemptionConfirmed(let event): .redemption(event.redemption.id)
        case .redemptionCancelled(let event): .redemption(event.redemption.id)
        case .voucherIssued(let event): .redemption(event.redemption)
        case .voucherRedeemed(let event): .redemption(event.redemption)
        case .enrolled, .profileChanged, .pointsAccrued, .pointsRevoked, .pointsMatured, .pointsExpired,
            .pointsAdjusted, .pointsTransferred, .referralCompleted, .subscriptionChanged, .tierGranted, .tierChanged,
            .merged, .absorbed, .restated, .erased:
            nil
        }
    }
}

/// What a checkout was told. Balances and tiers are as at the event's own time.
public struct Outcome: Hashable, Sendable {
    /// What the event itself did to the wallet `points`, pending included.
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

/// What one event adds to a counter of a rule or reward, and what stood there before.
public struct Count: Hashable, Sendable {
    public var rule: String
    public var window: String
    public var before: Int64
    public var added: Int64

    public init(rule: String, window: String, before: Int64, added: Int64) {
        (self.rule, self.window, self.before, self.added) = (rule, window, before, added)
    }
}

/// The day on which a wallet lapses for inactivity if nothing else happens.
public struct InactivityClock: Hashable, Sendable {
    public var wallet: String
    public var on: CivilDate

    public init(wallet: String, on: CivilDate) { (self.wallet, self.on) = (wallet, on) }
}
