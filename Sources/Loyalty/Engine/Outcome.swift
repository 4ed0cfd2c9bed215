extension Outcome {
    /// What the command's own events did, between two states at its time.
    init(of own: [DatedEvent], before: MemberState, after: MemberState) {
        let (available, pending) = (after.available, after.pending)
        self.init(
            change: available &+ pending &- before.available &- before.pending, available: available, pending: pending,
            tier: after.standing.tier, previousTier: before.standing.tier, followers: own.count - 1)
    }
}

extension LoyaltyEvent {
    /// What the checkout was told, on the events that answer one.
    public var outcome: Outcome? {
        switch self {
        case .purchaseCompleted(let event): event.outcome
        case .activityCompleted(let event): event.outcome
        case .purchaseReturned(let event): event.outcome
        case .returnHeld(let event): event.outcome
        default: nil
        }
    }

    mutating func setOutcome(_ outcome: Outcome) {
        switch self {
        case .purchaseCompleted(var event):
            event.outcome = outcome
            self = .purchaseCompleted(event)
        case .activityCompleted(var event):
            event.outcome = outcome
            self = .activityCompleted(event)
        case .purchaseReturned(var event):
            event.outcome = outcome
            self = .purchaseReturned(event)
        default: break
        }
    }
}
