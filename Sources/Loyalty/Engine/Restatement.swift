extension Timeline {
    /// A life replayed from its facts up to an instant (nil: no further than the last fact), with what followed from them.
    static func replayed(
        _ history: [DatedEvent], until instant: Instant?, under programme: Programme
    ) throws(LoyaltyFault) -> (timeline: Timeline, derived: [DatedEvent]) {
        var timeline = Timeline(history: history, programme: programme)
        let limit = instant ?? .distantFuture
        var derived = try timeline.run(Fact.inBusinessOrder(history).filter { $0.at <= limit })
        if let instant { derived += try timeline.advance(to: instant) }
        return (timeline, derived)
    }

    /// Settles facts in order; answers what followed from them, not the facts themselves.
    mutating func run(_ facts: some Sequence<Fact>) throws(LoyaltyFault) -> [DatedEvent] {
        var derived: [DatedEvent] = []
        for fact in facts {
            derived += try advance(to: fact.at)
            derived += try settle(fact).filter(\.event.isDerived)
        }
        return derived
    }
}

extension LoyaltyEvent {
    /// Whether it follows from facts and time alone.
    var isDerived: Bool {
        switch self {
        case .pointsRevoked, .pointsExpired, .tierChanged: true
        default: false
        }
    }
}

/// A late event: it is judged in its own time, and what had followed from time alone since is computed afresh. What
/// differs is posted as corrections; what later purchases earned stands.
struct Restatement {
    let programme: Programme
    let state: MemberState
    let history: [DatedEvent]

    func decide(at: Instant, judge: (MemberState) throws -> Fact) throws -> Decision {
        let facts = Fact.inBusinessOrder(history)
        let before = try Timeline.replayed(history, until: state.latest, under: programme).derived
        var timeline = Timeline(history: history, programme: programme)
        var after = try timeline.run(facts.prefix { $0.at <= at })
        after += try timeline.advance(to: at)
        let previous = timeline.state
        let settled = try timeline.settle(try judge(previous))
        var own = settled.filter { if case .tierChanged = $0.event { false } else { true } }
        after += settled.filter { if case .tierChanged = $0.event { true } else { false } }
        let outcome = Outcome(of: own, before: previous, after: timeline.state)
        own[0].event.setOutcome(outcome)
        after += try timeline.run(facts.drop { $0.at <= at })
        after += try timeline.advance(to: state.latest)
        timeline.state.keepPerson(of: state)
        var balance = state.wallet.available
        for index in own.indices { own[index].event.rebase(&balance) }
        let restated = MemberRestated(
            corrections: corrections(from: before, to: after, balance: balance), state: timeline.state)
        let events = own + [DatedEvent(at: at, .restated(restated))]
        return Decision(events: events, primary: 0, state: timeline.state, outcome: outcome)
    }

    /// The differences between what had followed and what follows now, in the order of time.
    private func corrections(
        from before: [DatedEvent], to after: [DatedEvent], balance: Int64
    ) -> [MemberRestated.Correction] {
        var added = after
        var withdrawn: [DatedEvent] = []
        for event in before {
            if let index = added.firstIndex(where: { $0.isSame(as: event) }) {
                added.remove(at: index)
            } else {
                withdrawn.append(event)
            }
        }
        var balance = balance
        let all = withdrawn.map { (MemberRestated.Correction.Effect.withdrawn, $0) } + added.map { (.added, $0) }
        return all.enumerated().sorted { ($0.element.1.at, $0.offset) < ($1.element.1.at, $1.offset) }
            .map { _, element in
                let (effect, dated) = element
                let points = effect == .added ? dated.event.change : -dated.event.change
                balance &+= points
                return MemberRestated.Correction(
                    effect: effect, at: dated.at, event: dated.event, points: points, balance: balance)
            }
    }
}

extension DatedEvent {
    /// Whether it says the same, whatever the balance behind it and the lot it names.
    fileprivate func isSame(as other: DatedEvent) -> Bool { at == other.at && event.bare == other.event.bare }
}

extension LoyaltyEvent {
    /// What the event does to the available points of the wallet `points`.
    public var change: Int64 {
        switch self {
        case .pointsAccrued(let event): event.points
        case .pointsRevoked(let event): event.expired - event.points
        case .pointsExpired(let event): -event.points
        case .restated(let event): event.corrections.reduce(0) { $0 &+ $1.points }
        case .enrolled, .purchaseCompleted, .purchaseReturned, .returnHeld, .activityCompleted, .tierChanged,
            .profileChanged, .erased:
            0
        }
    }

    fileprivate var bare: LoyaltyEvent {
        switch self {
        case .pointsRevoked(var event):
            (event.balance, event.lot) = (0, nil)
            return .pointsRevoked(event)
        case .pointsExpired(var event):
            (event.balance, event.lot) = (0, CivilDate(year: 0, month: 1, day: 1))
            return .pointsExpired(event)
        default: return self
        }
    }

    /// Sets the balance behind the event in the order recorded.
    fileprivate mutating func rebase(_ balance: inout Int64) {
        balance &+= change
        switch self {
        case .pointsAccrued(var event):
            event.balance = balance
            self = .pointsAccrued(event)
        case .pointsRevoked(var event):
            event.balance = balance
            self = .pointsRevoked(event)
        default: break
        }
    }
}
