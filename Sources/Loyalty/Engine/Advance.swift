extension MemberState {
    /// What time alone brings about between `latest` and `instant`, in the order in which it falls due; the state is
    /// brought forward by it. The only place where time passes: commands, the scheduler and every read call it, so no
    /// answer depends on whether a job ran.
    ///
    /// - Parameter converting: whether points that mature or are given by date are redeemed by themselves where the
    ///   programme says so. Not where a life is folded again: what was redeemed then is a fact.
    public mutating func advance(
        to instant: Instant, under programme: Programme, converting: Bool = true
    ) throws(LoyaltyFault) -> [DatedEvent] {
        guard mergedInto == nil, mayBeDue(by: instant, under: programme) else { return [] }
        var events: [DatedEvent] = []
        // When points have come in that may be redeemed by themselves, once all else of that instant has happened.
        var maturedAt: Instant?
        // Each step uses up a lot, a reservation, a year; the bound is for the reader.
        for _ in 0..<MemberState.mostSteps {
            let due = nextDue(under: programme, by: instant)
            if let at = maturedAt, due.map({ max($0.at, latest) > at || $0.at > instant }) ?? true {
                events += try convert(at: at, under: programme)
                maturedAt = nil
                continue
            }
            guard let due, due.at <= instant else { break }
            var event = DatedEvent(at: max(due.at, latest), due.event)
            try evolve(event)
            if let wallet = event.event.wallet { event.event.balance = self.wallet(wallet).available }
            events.append(event)
            // Points that move by themselves raise nobody: goods may come back as if these had never been there.
            if event.event.wallet == nil, let changed = programme.tierChange(of: self, at: event.at) {
                try evolve(changed)
                events.append(changed)
            }
            if converting, event.event.bringsPoints { maturedAt = event.at }
        }
        return events
    }

    /// How much may fall due at once.
    static let mostSteps = 20_000

    /// False where nothing can have fallen due by then, as for most commands: what is left says what it is, and when.
    private func mayBeDue(by instant: Instant, under programme: Programme) -> Bool {
        let day = ZoneRules.dayNotBegun(by: instant)
        func hasCome(_ other: CivilDate?) -> Bool { other.map { $0 < day } ?? false }
        return wallets.contains { $0.mayMove(before: day) } || reservations.contains { $0.expiresAt <= instant }
            || subscriptions.contains { hasCome($0.paidUntil) } || grants.contains { hasCome($0.until) }
            || hasCome(reached.validUntil) || programme.hasGifts
    }

    /// The next thing that falls due, if nothing else happens before.
    ///
    /// - Parameter horizon: what comes yearly is looked for up to here.
    public func nextDue(under programme: Programme, by horizon: Instant) -> DatedEvent? {
        var next: DatedEvent?
        func consider(_ candidate: DatedEvent?) {
            if let candidate, next.map({ candidate.at < $0.at }) ?? true { next = candidate }
        }
        // In the order in which they happen at one and the same instant.
        consider(lapsingReservation())
        for wallet in wallets { consider(maturing(in: wallet, under: programme)) }
        for wallet in wallets { consider(expiring(in: wallet, under: programme)) }
        for subscription in subscriptions { consider(ending(subscription, under: programme)) }
        consider(endingGrant(under: programme))
        consider(review(under: programme))
        consider(gift(under: programme, by: horizon))
        return next
    }

    private func lapsingReservation() -> DatedEvent? {
        reservations.min { $0.expiresAt < $1.expiresAt }.map { reservation in
            DatedEvent(
                at: reservation.expiresAt,
                .redemptionCancelled(RedemptionCancelled(redemption: reservation.redemption, reason: .lapsed)))
        }
    }

    private func maturing(in wallet: Wallet, under programme: Programme) -> DatedEvent? {
        guard let waiting = wallet.pending.first, case .on(let day) = waiting.until else { return nil }
        let at = programme.zone.start(of: day)
        return DatedEvent(at: at, .pointsMatured(programme.matured(waiting, in: wallet, at: max(at, latest))))
    }

    /// The whole of a lot ends at once.
    private func expiring(in wallet: Wallet, under programme: Programme) -> DatedEvent? {
        var soonest: (day: CivilDate, lot: Lot)?
        for lot in wallet.lots {
            let day: CivilDate? =
                switch lot.end {
                case .on(let day): day
                case .inactivity: wallet.inactiveOn
                case .never: nil
                }
            if let day, soonest.map({ day < $0.day }) ?? true { soonest = (day, lot) }
        }
        guard let (day, lot) = soonest else { return nil }
        return DatedEvent(
            at: programme.zone.start(of: day),
            .pointsExpired(
                PointsExpired(
                    wallet: wallet.id, points: lot.points, lot: lot.end,
                    inactiveSince: lot.end == .inactivity ? lastActive : nil)))
    }

    private func ending(_ subscription: Subscription, under programme: Programme) -> DatedEvent? {
        let at = programme.zone.start(of: subscription.paidUntil.adding(days: 1))
        return DatedEvent(
            at: at,
            .subscriptionChanged(
                SubscriptionChanged(
                    plan: subscription.plan, action: .ended, paidUntil: subscription.paidUntil, fee: 0, tier: nil,
                    version: programme.version(at: at).number)))
    }

    /// A tier given by hand runs out; one that was bought ends with its membership.
    private func endingGrant(under programme: Programme) -> DatedEvent? {
        let ending = grants.filter { $0.source == .hand }.compactMap(\.until).min()
        guard let until = ending else { return nil }
        let at = programme.zone.start(of: until.adding(days: 1))
        let rest = grants.filter { $0.source != .hand || $0.until != until }
        let best = programme.bestStanding(of: reached, rest, on: until.adding(days: 1), at: at)
        return DatedEvent(
            at: at,
            .tierChanged(
                TierChanged(
                    from: standing.tier, to: best.tier, reason: .ended, validUntil: best.validUntil, ended: until)))
    }

    /// Points that a day of the year brings.
    private func gift(under programme: Programme, by horizon: Instant) -> DatedEvent? {
        guard programme.hasGifts else { return nil }
        let rules = Set(programme.versions.flatMap { $0.gifts.map(\.id) })
        let last = programme.zone.date(of: horizon).year
        return rules.sorted().compactMap { gift($0, upTo: last, under: programme) }.min { $0.at < $1.at }
    }

    private func gift(_ id: String, upTo lastYear: Int, under programme: Programme) -> DatedEvent? {
        let zone = programme.zone
        let earliest = max(enrolledAt, latest)
        let joined = zone.date(of: enrolledAt)
        var year = max(zone.date(of: earliest).year, (gifts[id] ?? Int.min / 2) + 1)
        while year <= lastYear {
            defer { year += 1 }
            guard let day = occasion(of: id, in: year, joined: joined, under: programme) else { continue }
            let at = zone.start(of: day)
            let version = programme.version(at: at)
            guard at >= earliest, let rule = version.gifts.first(where: { $0.id == id }),
                rule.tiers.isEmpty || rule.tiers.contains(standing.tier)
            else { continue }
            let end = (rule.expiry ?? version.wallet(rule.wallet).expiry).end(earnedOn: day)
            return DatedEvent(
                at: at,
                .pointsAccrued(
                    PointsAccrued(
                        wallet: rule.wallet, points: rule.points, expires: end, rule: id, version: version.number,
                        reason: .gift(rule.occasion, year: year),
                        inactiveOn: programme.startedClock(of: wallet(rule.wallet), end, at: at))))
        }
        return nil
    }

    private func occasion(
        of id: String, in year: Int, joined: CivilDate, under programme: Programme
    ) -> CivilDate? {
        let rule = programme.versions.lazy.flatMap(\.gifts).first { $0.id == id }
        switch rule?.occasion {
        case .birthday: return birthday?.date(in: year)
        case .anniversary: return year > joined.year ? joined.adding(months: 12 * (year - joined.year)) : nil
        case nil: return nil
        }
    }
}

extension Wallet {
    /// Whether points may mature, expire or lapse on an earlier day.
    fileprivate func mayMove(before day: CivilDate) -> Bool {
        if let inactiveOn, inactiveOn < day { return true }
        for lot in lots { if case .on(let end) = lot.end, end < day { return true } }
        for waiting in pending { if case .on(let end) = waiting.until, end < day { return true } }
        return false
    }
}

extension Programme {
    fileprivate var hasGifts: Bool { versions.indices.contains { !versions[$0].gifts.isEmpty } }
}

extension LoyaltyEvent {
    /// Whether time has brought points that can be spent.
    fileprivate var bringsPoints: Bool {
        switch self {
        case .pointsMatured, .pointsAccrued: true
        default: false
        }
    }
}
