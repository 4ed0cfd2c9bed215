/// A member's life in the order of business time: facts go in, what follows from them comes out.
struct Timeline: Sendable {
    let programme: Programme
    var state: MemberState
    /// When the orders earned that may come back, and how those points end: enough to find their lot, into whatever lot
    /// a late event has since moved them.
    private var sales: [OrderReference: (day: CivilDate, end: Lot.End)] = [:]

    init(state: MemberState, programme: Programme) { (self.state, self.programme) = (state, programme) }

    /// A life before its first fact.
    init(history: [DatedEvent], programme: Programme) {
        let beginning = history.lazy.compactMap(MemberState.init(beginningWith:)).first
        let state = beginning ?? programme.newcomer(at: history.first?.at ?? .distantFuture, language: .english)
        self.init(state: state, programme: programme)
    }

    /// Takes note of a sale whose goods may come back.
    mutating func remember(_ sale: PurchaseCompleted) {
        guard sale.lot != nil else { return }
        sales[sale.purchase.order] = (sale.day, programme.version(number: sale.version).expiry.end)
    }

    /// What time alone brings about.
    mutating func advance(to instant: Instant) throws(LoyaltyFault) -> [DatedEvent] {
        try state.advance(to: instant, under: programme)
    }

    /// Brings a fact into the state, which has been advanced to it: the fact's own event first, then what it moves.
    mutating func settle(_ fact: Fact) throws(LoyaltyFault) -> [DatedEvent] {
        switch fact.content {
        case .purchase(let event, let accruals):
            try settle(event, accruals, at: fact.at)
        case .activity(let event, let accruals):
            try settle(event, accruals, at: fact.at)
        case .purchaseReturn(let event):
            try settle(event, at: fact.at)
        }
    }

    private mutating func settle(
        _ purchase: PurchaseCompleted, _ accruals: [PointsAccrued], at: Instant
    ) throws(LoyaltyFault) -> [DatedEvent] {
        var purchase = purchase
        purchase.lot = accruals.first.map { joinedLot(for: $0.expires, on: purchase.day) }
        remember(purchase)
        var events = [DatedEvent(at: at, .purchaseCompleted(purchase))]
        try state.evolve(events[0])
        for accrual in accruals { events.append(try place(accrual, in: purchase.lot, at: at)) }
        if let reached = reachedTier(in: purchase.period, at: at) {
            try state.evolve(reached)
            events.append(reached)
        }
        return events
    }

    private mutating func settle(
        _ activity: ActivityCompleted, _ accruals: [PointsAccrued], at: Instant
    ) throws(LoyaltyFault) -> [DatedEvent] {
        let lot = accruals.first.map { joinedLot(for: $0.expires, on: programme.zone.date(of: at)) }
        var activity = activity
        activity.inactiveOn = startedClock(by: activity, at: at)
        var events = [DatedEvent(at: at, .activityCompleted(activity))]
        try state.evolve(events[0])
        for accrual in accruals { events.append(try place(accrual, in: lot, at: at)) }
        return events
    }

    private mutating func settle(_ goods: PurchaseReturned, at: Instant) throws(LoyaltyFault) -> [DatedEvent] {
        var goods = goods
        goods.lot = goods.goods.order.flatMap { sales[$0] }.flatMap { state.wallet.lot(of: $0.end, begunBy: $0.day) }
        var events = [DatedEvent(at: at, .purchaseReturned(goods))]
        try state.evolve(events[0])
        guard goods.points > 0 else { return events }
        var revoked = PointsRevoked(
            wallet: Programme.defaultWallet, points: goods.points,
            expired: min(goods.points, state.wallet.expired(of: goods.lot)), lot: goods.lot,
            order: goods.goods.order, returnID: goods.goods.returnID, version: goods.version, balance: 0)
        try state.evolve(DatedEvent(at: at, .pointsRevoked(revoked)))
        revoked.balance = state.wallet.available
        events.append(DatedEvent(at: at, .pointsRevoked(revoked)))
        return events
    }

    private mutating func place(
        _ accrual: PointsAccrued, in lot: Lot.ID?, at: Instant
    ) throws(LoyaltyFault) -> DatedEvent {
        var placed = accrual
        placed.lot = lot ?? accrual.lot
        try state.evolve(DatedEvent(at: at, .pointsAccrued(placed)))
        placed.balance = state.wallet.available
        return DatedEvent(at: at, .pointsAccrued(placed))
    }

    /// The open lot that such points join, or the new one that they begin.
    private func joinedLot(for end: Lot.End, on day: CivilDate) -> Lot.ID {
        let running = end == .never || state.inactiveOn.map { day < $0 } == true
        return state.wallet.open.last { $0.end == end && running }?.id ?? day
    }

    /// An activity moves the clock of inactivity only where it stands still, so that what it earns can lapse one day.
    private func startedClock(by activity: ActivityCompleted, at: Instant) -> CivilDate? {
        let day = programme.zone.date(of: at)
        if let inactiveOn = state.inactiveOn, day < inactiveOn { return nil }
        return programme.version(number: activity.version).expiry.inactiveOn(after: day)
    }

    /// The higher tier that the year's spend has just reached.
    private func reachedTier(in period: Int, at: Instant) -> DatedEvent? {
        let version = programme.version(at: at)
        let spend = state.spend(in: period)
        let reached = version.tier(reachedBy: spend)
        guard version.rank(of: reached.id) > version.rank(of: state.standing.tier) else { return nil }
        let lastDay = CivilDate(year: period + version.tierValidityYears, month: 12, day: 31)
        return DatedEvent(
            at: at,
            .tierChanged(
                TierChanged(
                    from: state.standing.tier, to: reached.id, reason: .reached, validUntil: lastDay, spend: spend,
                    period: period)))
    }
}

extension Programme {
    /// Somebody who joined at that time.
    public func newcomer(at instant: Instant, language: Language) -> MemberState {
        MemberState(
            programme: id, language: language, enrolledAt: instant, tier: version(at: instant).tiers[0].id)
    }

    /// The event that makes somebody a member.
    public func enrolment(at instant: Instant, language: Language) -> DatedEvent {
        let tier = version(at: instant).tiers[0].id
        return DatedEvent(at: instant, .enrolled(MemberEnrolled(programme: id, tier: tier, language: language)))
    }
}
