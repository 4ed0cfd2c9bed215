extension Timeline {
    /// A life replayed from its facts up to an instant (nil: no further than the last fact), with what followed from
    /// them.
    static func replayed(
        _ history: [DatedEvent], until instant: Instant?, under programme: Programme
    ) throws(LoyaltyFault) -> (timeline: Timeline, derived: [DatedEvent]) {
        let limit = instant ?? .distantFuture
        return try replayed(
            Fact.inBusinessOrder(history).filter { $0.at <= limit }, of: history, until: instant, under: programme)
    }

    static func replayed(
        _ facts: [Fact], of history: [DatedEvent], until instant: Instant?, under programme: Programme
    ) throws(LoyaltyFault) -> (timeline: Timeline, derived: [DatedEvent]) {
        var timeline = Timeline(history: history, facts: facts, programme: programme)
        var derived: [DatedEvent] = []
        for fact in facts {
            derived += try timeline.advance(to: fact.at)
            derived += try timeline.settle(fact).filter { $0.event.role == .derived }
        }
        if let instant { derived += try timeline.advance(to: instant) }
        return (timeline, derived)
    }
}

/// A fact that belongs into the past, or takes back what has been spent or has lapsed since: it is judged in its own
/// time, and what had followed is computed afresh. What differs is posted as corrections; what later purchases earned
/// stands.
struct Restatement {
    let programme: Programme
    let state: MemberState
    let history: [DatedEvent]

    func decide(at: Instant, judge: (MemberState) throws -> Fact) throws -> Decision {
        let recorded = Fact.inBusinessOrder(history)
        let earlier = recorded.filter { $0.at <= at }
        var then = try Timeline.replayed(earlier, of: history, until: at, under: programme).timeline
        let previous = then.state
        let fact = try judge(previous)
        var own = try then.settle(fact).filter { $0.event.role != .derived }
        let now = try Timeline.replayed(earlier + [fact], of: history, until: at, under: programme).timeline.state

        let horizon = max(at, state.latest)
        let before = try Timeline.replayed(recorded, of: history, until: horizon, under: programme)
        let facts = earlier + [fact] + recorded.filter { $0.at > at }
        let after = try Timeline.replayed(facts, of: history, until: horizon, under: programme)
        let isReturn = if case .purchaseReturned = fact.event { true } else { false }
        // What a return undoes up to its own time stands in its own entry.
        let differences = Differences(from: before.derived, to: after.derived, since: isReturn ? at : nil)

        let outcome = Outcome(of: own, before: previous, after: now)
        if isReturn { reconcile(&own, differences, before: before.timeline.state, after: after.timeline.state) }
        var balances = Balances(state)
        for index in own.indices { balances.book(&own[index].event) }
        own[0].event.setOutcome(outcome)
        let restated = MemberRestated(
            corrections: differences.corrections(&balances), state: after.timeline.state)
        return Decision(
            events: own + [DatedEvent(at: at, .restated(restated))], primary: 0, state: after.timeline.state,
            outcome: outcome)
    }

    /// What a return does to a wallet is whatever the fresh fold says, beyond the corrections that are told apart.
    private func reconcile(
        _ own: inout [DatedEvent], _ differences: Differences, before: MemberState, after: MemberState
    ) {
        for index in own.indices {
            guard case .pointsRevoked(var event) = own[index].event else { continue }
            let (old, new) = (before.wallet(event.wallet), after.wallet(event.wallet))
            let change = new.available &- old.available &- differences.change(of: event.wallet)
            event.pending = old.pendingPoints &- new.pendingPoints
            event.lapsed = event.points &- event.pending &+ change
            own[index].event = .pointsRevoked(event)
        }
    }
}

/// Balances by wallet, in the order recorded.
struct Balances {
    private var available: [String: Int64] = [:]
    private let state: MemberState

    init(_ state: MemberState) { self.state = state }

    mutating func add(_ points: Int64, to wallet: String) -> Int64 {
        let balance = (available[wallet] ?? state.wallet(wallet).available) &+ points
        available[wallet] = balance
        return balance
    }

    mutating func book(_ event: inout LoyaltyEvent) {
        if let wallet = event.wallet { event.balance = add(event.change, to: wallet) }
    }
}

/// What had followed and follows no more, and the other way round.
struct Differences {
    private let all: [(effect: MemberRestated.Correction.Effect, dated: DatedEvent)]

    /// - Parameter instant: what moves points up to here is left out.
    init(from before: [DatedEvent], to after: [DatedEvent], since instant: Instant?) {
        var added = after
        var withdrawn: [DatedEvent] = []
        for event in before {
            if let index = added.firstIndex(where: { $0.isSame(as: event) }) {
                added.remove(at: index)
            } else {
                withdrawn.append(event)
            }
        }
        let both = withdrawn.map { (MemberRestated.Correction.Effect.withdrawn, $0) } + added.map { (.added, $0) }
        let sorted = both.enumerated().sorted { ($0.element.1.at, $0.offset) < ($1.element.1.at, $1.offset) }
        all = sorted.map(\.element).filter { _, dated in
            guard let instant, dated.event.wallet != nil else { return true }
            return dated.at > instant
        }
    }

    /// What they do to the available points of a wallet.
    func change(of wallet: String) -> Int64 {
        all.reduce(0) { sum, difference in
            guard difference.dated.event.wallet == wallet else { return sum }
            let change = difference.dated.event.change
            return difference.effect == .added ? sum &+ change : sum &- change
        }
    }

    func corrections(_ balances: inout Balances) -> [MemberRestated.Correction] {
        all.map { effect, dated in
            let wallet = dated.event.wallet ?? Programme.defaultWallet
            let points = effect == .added ? dated.event.change : -dated.event.change
            var event = dated.event
            event.balance = 0
            return MemberRestated.Correction(
                effect: effect, at: dated.at, event: event, wallet: wallet, points: points,
                balance: balances.add(points, to: wallet))
        }
    }
}

extension DatedEvent {
    /// Whether it says the same, whatever the balance behind it.
    fileprivate func isSame(as other: DatedEvent) -> Bool {
        guard at == other.at else { return false }
        var (mine, theirs) = (event, other.event)
        (mine.balance, theirs.balance) = (0, 0)
        return mine == theirs
    }
}
