extension MemberState {
    /// A member at the beginning of the stream; nil for an event that begins none.
    public init?(beginningWith dated: DatedEvent) {
        guard case .enrolled(let event) = dated.event else { return nil }
        self.init(programme: event.programme, language: event.language, enrolledAt: dated.at, tier: event.tier)
        (birthday, referredBy) = (event.birthday, event.referredBy)
    }

    /// Folds one recorded event into the state. Runs no rules: whatever was decided is in the event.
    public mutating func evolve(_ dated: DatedEvent) throws(LoyaltyFault) {
        let at = dated.at
        switch dated.event {
        case .enrolled, .returnHeld, .voucherIssued, .voucherRedeemed: return
        case .restated(let event):
            let person = self
            self = event.state
            keepPerson(of: person)
            return
        case .profileChanged(let event):
            evolve(event)
            // A birthday brings gifts from the day on which it was learnt, and none before.
            guard event.birthday != nil else { return }
        case .erased:
            identity = .erased
            return
        case .purchaseCompleted(let event): try evolve(event, at: at)
        case .purchaseReturned(let event): try evolve(event, at: at)
        case .activityCompleted(let event):
            reachBack(to: at)
            try count(event.counts)
        case .pointsAccrued(let event): try evolve(event, at: at)
        case .pointsRevoked(let event):
            try withWallet(event.wallet) { wallet throws(LoyaltyFault) in
                for part in event.parts { try wallet.revoke(part, at: at) }
            }
        case .pointsMatured(let event): try evolve(event, at: at)
        case .pointsExpired(let event): try evolve(event, at: at)
        case .pointsAdjusted(let event): try evolve(event, at: at)
        case .pointsTransferred(let event): try evolve(event, at: at)
        case .redemptionReserved(let event): try evolve(event, at: at)
        case .redemptionConfirmed(let event): try evolve(event, at: at)
        case .redemptionCancelled(let event): try evolve(event, at: at)
        case .referralCompleted(let event):
            try withWallet(event.wallet) { wallet throws(LoyaltyFault) in
                for part in event.withdrawn { try wallet.withdraw(part, at: at) }
            }
        case .subscriptionChanged(let event): evolve(event, at: at)
        case .tierGranted(let event):
            grants.append(Grant(tier: event.tier, source: .hand, since: at, until: event.until))
            if grants.count > MemberState.grantsKept { grants.removeFirst() }
        case .tierChanged(let event): evolve(event, at: at)
        case .merged(let event): try merge(into: event.into, at: at)
        case .absorbed(let event): try absorb(event, at: at)
        }
        latest = max(latest, at)
    }

    /// How many bought and given tiers are kept at once.
    static let grantsKept = 8

    /// Membership reaches back to the first event.
    private mutating func reachBack(to instant: Instant) { enrolledAt = min(enrolledAt, instant) }

    private mutating func evolve(_ event: PurchaseCompleted, at: Instant) throws(LoyaltyFault) {
        reachBack(to: at)
        try add(event.qualifying, to: .spend, in: event.period)
        try add(event.qualifying > 0 ? 1 : 0, to: .orders, in: event.period)
        try count(event.counts)
        purchases = try purchases.adding(1)
        try set(event.clocks, on: event.day)
    }

    private mutating func evolve(_ event: PurchaseReturned, at: Instant) throws(LoyaltyFault) {
        reachBack(to: at)
        try add(-event.qualifying, to: .spend, in: event.period)
        try add(-event.orders, to: .orders, in: event.period)
        try count(event.counts)
        for taken in event.taken {
            guard let period = taken.period else { continue }
            try add(-(try taken.points.adding(taken.waived)), to: .earned(wallet: taken.wallet), in: period)
        }
    }

    /// The clocks of inactivity begin anew; a wallet that lapses no more has none.
    mutating func set(_ clocks: [InactivityClock], on day: CivilDate) throws(LoyaltyFault) {
        lastActive = day
        for index in wallets.indices { wallets[index].inactiveOn = nil }
        for clock in clocks { try withWallet(clock.wallet) { $0.inactiveOn = clock.on } }
    }

    private mutating func evolve(_ event: PointsAccrued, at: Instant) throws(LoyaltyFault) {
        try accrue(event, less: 0, at: at)
    }

    /// - Parameter revoked: how much of it a later return takes, as if it had never been.
    mutating func accrue(_ event: PointsAccrued, less revoked: Int64, at: Instant) throws(LoyaltyFault) {
        try withWallet(event.wallet) { wallet throws(LoyaltyFault) in
            wallet.issued = try wallet.issued.adding(event.points)
            wallet.revoked = try wallet.revoked.adding(revoked)
            let points = event.points - revoked
            guard points > 0 else { return }
            wallet.inactiveOn = event.inactiveOn ?? wallet.inactiveOn
            if let until = event.matures {
                try wallet.hold(points, until, event.expires)
            } else {
                try wallet.put(points, event.expires, at: at)
            }
        }
        if let period = event.period { try add(event.points, to: .earned(wallet: event.wallet), in: period) }
        if case .gift(_, let year) = event.reason { gifts[event.rule] = year }
    }

    private mutating func evolve(_ event: PointsMatured, at: Instant) throws(LoyaltyFault) {
        try withWallet(event.wallet) { wallet throws(LoyaltyFault) in
            guard wallet.take(event.points, pending: event.until, event.expires) == event.points else {
                throw .contradiction("fewer than the \(event.points) points that mature are pending")
            }
            wallet.inactiveOn = event.inactiveOn ?? wallet.inactiveOn
            try wallet.put(event.points, event.expires, at: at)
        }
    }

    private mutating func evolve(_ event: PointsExpired, at: Instant) throws(LoyaltyFault) {
        try withWallet(event.wallet) { wallet throws(LoyaltyFault) in
            guard wallet.take(event.points, from: event.lot) == event.points else {
                throw .contradiction("the lot does not hold the \(event.points) points that expire")
            }
            wallet.expired = try wallet.expired.adding(event.points)
            wallet.settledAt = max(wallet.settledAt, at)
        }
    }

    private mutating func evolve(_ event: PointsAdjusted, at: Instant) throws(LoyaltyFault) {
        let points = event.adjustment.points
        try withWallet(event.adjustment.wallet) { wallet throws(LoyaltyFault) in
            if points > 0 {
                wallet.issued = try wallet.issued.adding(points)
                wallet.inactiveOn = event.inactiveOn ?? wallet.inactiveOn
                try wallet.put(points, event.expires, at: at)
            } else {
                wallet.revoked = try wallet.revoked.adding(-points)
                _ = try wallet.withdraw(-points, at: at)
            }
        }
    }

    private mutating func evolve(_ event: PointsTransferred, at: Instant) throws(LoyaltyFault) {
        try withWallet(event.wallet) { wallet throws(LoyaltyFault) in
            switch event.direction {
            case .out:
                wallet.transferredOut = try wallet.transferredOut.adding(event.points)
                _ = try wallet.withdraw(event.points, at: at)
            case .in:
                wallet.transferredIn = try wallet.transferredIn.adding(event.points)
                wallet.inactiveOn = event.inactiveOn ?? wallet.inactiveOn
                for lot in event.parts { try wallet.put(lot.points, lot.end, at: at) }
            }
        }
    }

    private mutating func evolve(_ event: TierChanged, at: Instant) {
        if let reached = event.reached { self.reached = reached }
        let since = event.from == event.to ? standing.since : at
        standing = Standing(tier: event.to, since: since, validUntil: event.validUntil)
        if let ended = event.ended { grants.removeAll { $0.source == .hand && $0.until == ended } }
    }
}
