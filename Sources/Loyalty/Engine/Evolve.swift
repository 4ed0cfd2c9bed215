extension MemberState {
    /// A member at the beginning of the stream; nil for an event that begins none.
    public init?(beginningWith dated: DatedEvent) {
        guard case .enrolled(let event) = dated.event else { return nil }
        self.init(programme: event.programme, language: event.language, enrolledAt: dated.at, tier: event.tier)
    }

    /// Folds one recorded event into the state. Runs no rules: whatever was decided is in the event.
    public mutating func evolve(_ dated: DatedEvent) throws(LoyaltyFault) {
        switch dated.event {
        case .enrolled, .returnHeld:
            return
        case .restated(let event):
            let person = self
            self = event.state
            keepPerson(of: person)
            return
        case .profileChanged(let event):
            evolve(event)
            return
        case .erased:
            identity = .erased
            return
        case .purchaseCompleted(let event):
            reachBack(to: dated.at)
            try addSpend(event.qualifying, in: event.period)
            (lastActive, inactiveOn) = (event.day, event.inactiveOn)
        case .purchaseReturned(let event):
            reachBack(to: dated.at)
            try addSpend(-event.qualifying, in: event.period)
        case .activityCompleted(let event):
            reachBack(to: dated.at)
            inactiveOn = event.inactiveOn ?? inactiveOn
        case .pointsAccrued(let event):
            try wallet.accrue(event.points, into: event.lot, end: event.expires)
        case .pointsRevoked(let event):
            try wallet.revoke(event.points, from: event.lot, expired: event.expired)
        case .pointsExpired(let event):
            try wallet.expire(event.lot, points: event.points)
        case .tierChanged(let event):
            let since = event.from == event.to ? standing.since : dated.at
            standing = Standing(tier: event.to, since: since, validUntil: event.validUntil)
        }
        latest = max(latest, dated.at)
    }

    /// Membership reaches back to the first event.
    private mutating func reachBack(to instant: Instant) { enrolledAt = min(enrolledAt, instant) }
}
