/// What happened and stands, whatever arrives later: what a sale earned, what was spent. All else (lots, expiry,
/// maturing, tiers) follows from the facts in the order of business time.
struct Fact: Hashable, Sendable {
    var at: Instant
    var event: LoyaltyEvent
    /// What it earned.
    var accruals: [PointsAccrued]

    init(at: Instant, _ event: LoyaltyEvent, _ accruals: [PointsAccrued] = []) {
        (self.at, self.event, self.accruals) = (at, event, accruals)
    }

    /// The facts among a member's recorded events, in the order recorded.
    static func all(in events: [DatedEvent]) -> [Fact] {
        var facts: [Fact] = []
        for dated in events {
            switch dated.event.role {
            case .fact: facts.append(Fact(at: dated.at, dated.event))
            case .accrual:
                if case .pointsAccrued(let accrual) = dated.event, let last = facts.indices.last {
                    facts[last].accruals.append(accrual)
                }
            case .derived, .detail, .other: continue
            }
        }
        return facts
    }

    /// The same in the order of business time; what was recorded first comes first where the times are equal.
    static func inBusinessOrder(_ events: [DatedEvent]) -> [Fact] {
        let facts = all(in: events)
        return facts.indices.sorted { (facts[$0].at, $0) < (facts[$1].at, $1) }.map { facts[$0] }
    }
}

extension LoyaltyEvent {
    /// What an event is to the fold of a life.
    enum Role {
        case fact
        /// Belongs to the fact before it.
        case accrual
        /// Follows from facts and time alone.
        case derived
        /// Says what a fact did.
        case detail
        /// Moves nothing.
        case other
    }

    var role: Role {
        switch self {
        case .purchaseCompleted, .purchaseReturned, .activityCompleted, .redemptionReserved, .redemptionConfirmed,
            .pointsAdjusted, .pointsTransferred, .referralCompleted, .tierGranted, .absorbed, .merged:
            .fact
        case .redemptionCancelled(let event): event.reason == .lapsed ? .derived : .fact
        case .subscriptionChanged(let event): event.action == .ended ? .derived : .fact
        case .pointsAccrued(let event): if case .gift = event.reason { .derived } else { .accrual }
        case .pointsMatured, .pointsExpired, .tierChanged: .derived
        case .pointsRevoked: .detail
        case .profileChanged(let event): event.birthday == nil ? .other : .fact
        case .enrolled, .returnHeld, .voucherIssued, .voucherRedeemed, .erased, .restated: .other
        }
    }
}
