/// A member's life in the order of business time: facts go in, what follows from them comes out.
struct Timeline: Sendable {
    let programme: Programme
    var state: MemberState
    /// What the sales earned that goods may come back of.
    private var accruals: [OrderReference: [PointsAccrued]] = [:]
    /// Whether a sale that is settled may be followed by its returns.
    private var isWholeLife = false
    /// By sale and rule, what its returns take: known beforehand where a whole life is folded, so that what comes back
    /// is taken as if the sale had never been.
    private var withdrawn: [OrderReference: [PurchaseReturned.Taken]] = [:]
    /// The lots that redemptions took their points from.
    private(set) var taken: [String: [Lot]] = [:]

    init(state: MemberState, programme: Programme) { (self.state, self.programme) = (state, programme) }

    /// A life before its first fact.
    ///
    /// - Parameter facts: all that will be settled.
    init(history: [DatedEvent], facts: [Fact], programme: Programme) {
        let beginning = history.lazy.compactMap(MemberState.init(beginningWith:)).first
        var state = beginning ?? programme.newcomer(at: history.first?.at ?? .distantFuture, language: .english)
        // Who somebody is is no matter of time: what was learnt last holds throughout. A birthday holds once it is learnt.
        for case .profileChanged(var event) in history.map(\.event) {
            event.birthday = nil
            state.evolve(event)
        }
        if history.contains(where: { $0.event == .erased }) { state.identity = .erased }
        self.init(state: state, programme: programme)
        isWholeLife = true
        var sold: Set<OrderReference> = []
        for fact in facts {
            if case .purchaseCompleted(let sale) = fact.event { sold.insert(sale.purchase.order) }
        }
        for fact in facts {
            guard case .purchaseReturned(let event) = fact.event, let order = event.goods.order, sold.contains(order)
            else { continue }
            withdrawn[order, default: []] += event.taken
        }
    }

    /// Takes note of what a sale earned whose goods may come back.
    mutating func remember(_ order: OrderReference, _ accruals: [PointsAccrued]) { self.accruals[order] = accruals }

    /// What time alone brings about.
    mutating func advance(to instant: Instant, converting: Bool = false) throws(LoyaltyFault) -> [DatedEvent] {
        try state.advance(to: instant, under: programme, converting: converting)
    }

    /// Brings a fact into the state, which has been advanced to it: the fact's own event first, then what it moves.
    mutating func settle(_ fact: Fact) throws(LoyaltyFault) -> [DatedEvent] {
        var events: [DatedEvent] = []
        switch fact.event {
        case .purchaseReturned(let event): events = try settle(event, at: fact.at)
        case .purchaseCompleted(let event):
            events = try settle(fact, of: event.purchase.order)
        case .activityCompleted(let event):
            events = try settle(fact, of: nil)
            events += try mature(event.activity, at: fact.at)
        case .redemptionConfirmed(let event):
            taken[event.redemption.id] = try state.confirm(event, at: fact.at)
            state.latest = max(state.latest, fact.at)
            events = [balanced(DatedEvent(at: fact.at, fact.event))]
            // What happens by itself raises nobody, here as when it is recorded.
            if event.conversion != nil { return events }
        // Nobody is raised by who they are, here as when it is recorded.
        case .profileChanged: return [try apply(fact.event, at: fact.at)]
        case .redemptionCancelled(var event) where event.reason == .refunded:
            event.taken = taken[event.redemption.id] ?? event.taken
            events = [try apply(.redemptionCancelled(event), at: fact.at)]
        default: events = try settle(fact, of: nil)
        }
        if let changed = programme.tierChange(of: state, at: fact.at) {
            try state.evolve(changed)
            events.append(changed)
        }
        return events
    }

    private mutating func settle(_ fact: Fact, of order: OrderReference?) throws(LoyaltyFault) -> [DatedEvent] {
        var events: [DatedEvent] = []
        events.reserveCapacity(fact.accruals.count + 2)
        events.append(try apply(started(fact.event, at: fact.at), at: fact.at))
        if let order, isWholeLife { remember(order, fact.accruals) }
        for accrual in fact.accruals {
            var placed = accrual
            if placed.matures == nil { placed.inactiveOn = startedClock(placed.wallet, placed.expires, at: fact.at) }
            let back = order.map { withdraw(accrual, of: $0) } ?? 0
            try state.accrue(placed, less: back, at: fact.at)
            placed.balance = state.available(in: placed.wallet)
            events.append(DatedEvent(at: fact.at, .pointsAccrued(placed)))
        }
        return events
    }

    /// How much of an accrual its returns take.
    private mutating func withdraw(_ accrual: PointsAccrued, of order: OrderReference) -> Int64 {
        var back: Int64 = 0
        guard var open = withdrawn[order] else { return 0 }
        for index in open.indices where open[index].rule == accrual.rule && open[index].wallet == accrual.wallet {
            let part = min(open[index].points, accrual.points - back)
            open[index].points -= part
            back += part
        }
        withdrawn[order] = open
        return back
    }

    private mutating func settle(_ goods: PurchaseReturned, at: Instant) throws(LoyaltyFault) -> [DatedEvent] {
        var events = [try apply(.purchaseReturned(goods), at: at)]
        let isWithdrawn = goods.goods.order.map { withdrawn[$0] != nil } ?? false
        for wallet in Set(goods.taken.map(\.wallet)).sorted() {
            let (available, pending) = (state.wallet(wallet).available, state.wallet(wallet).pendingPoints)
            var revoked = PointsRevoked(
                wallet: wallet, parts: parts(of: goods, in: wallet), order: goods.goods.order,
                returnID: goods.goods.returnID, version: goods.version, waivesDebt: goods.waivesDebt)
            guard !revoked.parts.isEmpty else { continue }
            if !isWithdrawn { try state.evolve(DatedEvent(at: at, .pointsRevoked(revoked))) }
            let after = state.wallet(wallet)
            revoked.pending = pending - after.pendingPoints
            revoked.lapsed = revoked.points - revoked.pending + (after.available - available)
            revoked.balance = after.available
            events.append(DatedEvent(at: at, .pointsRevoked(revoked)))
        }
        return events
    }

    /// Where the points were put that a return takes.
    private func parts(of goods: PurchaseReturned, in wallet: String) -> [PointsRevoked.Part] {
        var parts: [PointsRevoked.Part] = []
        for taken in goods.taken where taken.wallet == wallet {
            var left = taken.points
            let earned = goods.goods.order.flatMap { accruals[$0] } ?? []
            for accrual in earned where accrual.rule == taken.rule && accrual.wallet == wallet && left > 0 {
                let points = min(left, accrual.points)
                parts.append(
                    PointsRevoked.Part(points: points, matures: accrual.matures, expires: accrual.expires))
                left -= points
            }
            if left > 0 { parts.append(PointsRevoked.Part(points: left)) }
        }
        return parts
    }

    /// Whether what a return takes lies untouched where it was put, so that taking it from there is as if the sale had
    /// never been. Otherwise the member's life must be folded afresh.
    func canTakeBack(_ goods: PurchaseReturned, soldAt: Instant) -> Bool {
        for wallet in Set(goods.taken.map(\.wallet)) {
            let held = state.wallet(wallet)
            guard soldAt > held.settledAt else { return false }
            var (lots, pending): ([Lot.End: Int64], [PendingPoints: Int64]) = ([:], [:])
            for part in parts(of: goods, in: wallet) {
                guard let end = part.expires else { return false }
                if let until = part.matures, held.points(pending: until, end: end) > 0 {
                    pending[PendingPoints(until: until, end: end, points: 0), default: 0] += part.points
                } else {
                    lots[end, default: 0] += part.points
                }
            }
            guard lots.allSatisfy({ held.points(endingBy: $0.key) >= $0.value }),
                pending.allSatisfy({ held.points(pending: $0.key.until, end: $0.key.end) >= $0.value })
            else { return false }
        }
        return true
    }

    /// Points that waited for this activity.
    private mutating func mature(_ activity: Activity, at: Instant) throws(LoyaltyFault) -> [DatedEvent] {
        guard let reference = activity.reference else { return [] }
        let until = PendingPoints.Until.activity(name: activity.name, order: reference)
        var events: [DatedEvent] = []
        for wallet in state.wallets {
            for waiting in wallet.pending where waiting.until == until {
                let matured = programme.matured(waiting, in: wallet, at: at)
                events.append(try apply(.pointsMatured(matured), at: at))
            }
        }
        return events
    }

    private mutating func apply(_ event: LoyaltyEvent, at: Instant) throws(LoyaltyFault) -> DatedEvent {
        let dated = DatedEvent(at: at, event)
        try state.evolve(dated)
        return balanced(dated)
    }

    /// With the balance that now stands behind it.
    private func balanced(_ dated: DatedEvent) -> DatedEvent {
        guard let wallet = dated.event.wallet else { return dated }
        var dated = dated
        dated.event.balance = state.available(in: wallet)
        return dated
    }

    /// With the clock of inactivity that points coming in start.
    private func started(_ event: LoyaltyEvent, at: Instant) -> LoyaltyEvent {
        switch event {
        case .pointsAdjusted(var event) where event.adjustment.points > 0:
            event.inactiveOn = startedClock(event.adjustment.wallet, event.expires, at: at)
            return .pointsAdjusted(event)
        case .pointsTransferred(var event) where event.direction == .in:
            let lapses = event.parts.contains { $0.end == .inactivity }
            event.inactiveOn = lapses ? startedClock(event.wallet, .inactivity, at: at) : nil
            return .pointsTransferred(event)
        default: return event
        }
    }

    private func startedClock(_ wallet: String, _ end: Lot.End, at: Instant) -> CivilDate? {
        end == .inactivity ? programme.startedClock(of: state.wallet(wallet), end, at: at) : nil
    }
}

extension Programme {
    /// Points that come in move the clock of inactivity only where it stands still, so that they can lapse one day.
    func startedClock(of wallet: Wallet, _ end: Lot.End, at: Instant) -> CivilDate? {
        guard end == .inactivity else { return nil }
        let day = zone.date(of: at)
        if let inactiveOn = wallet.inactiveOn, day < inactiveOn { return nil }
        return version(at: at).wallet(wallet.id).expiry.inactiveOn(after: day)
    }

    func matured(_ waiting: PendingPoints, in wallet: Wallet, at: Instant) -> PointsMatured {
        PointsMatured(
            wallet: wallet.id, points: waiting.points, until: waiting.until, expires: waiting.end,
            inactiveOn: startedClock(of: wallet, waiting.end, at: at))
    }

    /// Somebody who joined at that time.
    public func newcomer(
        at instant: Instant, language: Language, birthday: MonthDay? = nil, referredBy: String? = nil
    ) -> MemberState {
        var state = MemberState(
            programme: id, language: language, enrolledAt: instant, tier: version(at: instant).tiers.levels[0].id)
        (state.birthday, state.referredBy) = (birthday, referredBy)
        return state
    }

    /// The event that makes somebody a member.
    public func enrolment(
        at instant: Instant, language: Language, birthday: MonthDay? = nil, referredBy: String? = nil
    ) -> DatedEvent {
        let tier = version(at: instant).tiers.levels[0].id
        return DatedEvent(
            at: instant,
            .enrolled(
                MemberEnrolled(
                    programme: id, tier: tier, language: language, birthday: birthday, referredBy: referredBy)))
    }
}
