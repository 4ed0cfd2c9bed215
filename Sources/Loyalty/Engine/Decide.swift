/// What a command leads to: the events to record, in order, and the member behind them.
public struct Decision: Hashable, Sendable {
    /// What fell due before, the command's own event at `primary`, and what it moved. Empty where everything asked for
    /// was so already.
    public var events: [DatedEvent]
    /// Position of the command's own event, which carries its outcome, in `events`.
    public var primary: Int
    public var state: MemberState
    public var outcome: Outcome

    public init(events: [DatedEvent], primary: Int, state: MemberState, outcome: Outcome) {
        (self.events, self.primary, self.state, self.outcome) = (events, primary, state, outcome)
    }

    /// The command's own events: what it was about and what it moved, without what fell due before.
    public var own: ArraySlice<DatedEvent> { events[min(primary, events.count)...] }
}

/// What else must be known before a command can be decided.
public enum Need: Hashable, Sendable {
    /// The events about something.
    case subject(Subject)
    /// All of the member's events.
    case history
    /// How many points of these budgets are gone: all that the command may draw on, at once.
    case budgets([Budget])
}

/// What is known beside a member's state.
public struct Known: Hashable, Sendable {
    /// Events about something, in the order recorded; a subject that is not listed has not been looked up.
    public var subjects: [Subject: [DatedEvent]]
    /// All events of the member in the order recorded; only where `needs(.history)` asked for them.
    public var history: [DatedEvent]?
    /// How many points are gone of budgets, over all members.
    public var budgets: [Budget: Int64]

    public init(
        subjects: [Subject: [DatedEvent]] = [:], history: [DatedEvent]? = nil, budgets: [Budget: Int64] = [:]
    ) {
        (self.subjects, self.history, self.budgets) = (subjects, history, budgets)
    }

    /// What is gone of these budgets, as counters.
    func used(of budgets: [Budget]) throws(Refusal) -> [MemberState.Counter] {
        var counters: [MemberState.Counter] = []
        for budget in budgets {
            guard let used = self.budgets[budget] else { throw .needs(.budgets(budgets)) }
            counters.append(MemberState.Counter(rule: budget.counter, window: budget.window, value: used))
        }
        return counters
    }

    func events(about subject: Subject) throws(Refusal) -> [DatedEvent] {
        guard let events = subjects[subject] else { throw .needs(.subject(subject)) }
        return events
    }

    /// The same once more has been recorded.
    func followed(by events: [DatedEvent]) -> Known {
        Known(subjects: subjects, history: history.map { $0 + events }, budgets: budgets)
    }

    /// Whether a redemption was reserved in this very life.
    func holds(_ id: String) throws(Refusal) -> Bool {
        guard let history else { throw .needs(.history) }
        return history.contains { dated in
            if case .redemptionReserved(let event) = dated.event { event.redemption.id == id } else { false }
        }
    }

    /// Those of an order; nil where nobody has looked.
    func order(_ order: OrderReference) -> OrderHistory? {
        subjects[.order(order)].map { OrderHistory(of: order, in: $0) }
    }
}

/// Why there is no decision yet, or none at all.
public enum Refusal: Error, Hashable, Sendable {
    case rejected(Rejection)
    case needs(Need)
    case fault(LoyaltyFault)
}

extension Programme {
    /// Decides one command for one member: pure, the same answer for the same values on any machine.
    ///
    /// - Parameters:
    ///   - at: when it happened in the shop.
    ///   - state: the member as recorded so far.
    ///   - known: what is known of the command's subject. A purchase may risk not to look (the log refuses a second
    ///     sale of an order), a return may not.
    public func decide(
        _ command: Command, at: Instant, for state: MemberState, known: Known = Known()
    ) throws(Refusal) -> Decision {
        do {
            if let other = state.mergedInto, command.needsLivingMember {
                throw Rejection(.memberMerged, "The member has become \(other).")
            }
            return try Decider(programme: self, state: state, known: known).decide(command, at: at)
        } catch let refusal as Refusal {
            throw refusal
        } catch let rejection as Rejection {
            throw .rejected(rejection)
        } catch let fault as LoyaltyFault {
            throw .fault(fault)
        } catch {
            throw .fault(.contradiction("\(error)"))
        }
    }
}

extension Command {
    fileprivate var needsLivingMember: Bool { if case .merge = self { false } else { true } }
}

/// One command on its way to a decision.
struct Decider {
    let programme: Programme
    let state: MemberState
    let known: Known

    func decide(_ command: Command, at: Instant) throws -> Decision {
        switch command {
        case .purchase(let purchase): return try decide(purchase, at: at)
        case .purchaseReturn(let goods): return try decide(goods, at: at)
        case .activity(let activity): return try decide(activity, at: at)
        default:
            // What is done by hand or by request happens now: never before what is known already.
            return try decideNow(command, at: max(at, state.latest))
        }
    }

    private func decide(_ purchase: Purchase, at: Instant) throws -> Decision {
        let order = known.order(purchase.order)
        if order?.sale != nil {
            throw Rejection(
                .orderExists, "The order has been recorded already, by another event.", at: "/data/order_id")
        }
        let payment = try payment(of: purchase, at: at)
        let used = try known.used(of: programme.budgets(for: purchase, at: at))
        var decision = try record(at: at) {
            try $0.judge(purchase, paidWithPoints: payment?.paidWithPoints ?? 0, used: used)
        }
        if let confirmsAt = payment?.confirmsAt {
            let then = Decider(
                programme: programme, state: decision.state, known: known.followed(by: decision.events))
            decision.append(try then.confirm(with: purchase, at: confirmsAt))
        }
        try applyHeld(to: purchase, order, &decision)
        let now = max(at, decision.state.latest)
        if programme.convertsPoints(at: now) { return try converted(decision, at: now) }
        return decision
    }

    private func decide(_ goods: PurchaseReturn, at: Instant) throws -> Decision {
        guard let reference = goods.order else {
            return try record(at: at) { try $0.judgeWithoutReceipt(goods) }
        }
        let order = OrderHistory(of: reference, in: try known.events(about: .order(reference)))
        guard order.sale != nil else { return try hold(goods, at: at) }
        return try decide(goods, of: order, at: at)
    }

    private func decide(
        _ goods: PurchaseReturn, of order: OrderHistory, at: Instant, capped: Bool = false
    ) throws -> Decision {
        // Business time cannot run backwards within an order: goods come back when or after they were sold.
        let at = max(at, order.soldAt)
        return try record(at: at, of: order) { try $0.judge(goods, of: order, capped: capped) }
    }

    private func decide(_ activity: Activity, at: Instant) throws -> Decision {
        var isRepeated = false
        if let reference = activity.reference,
            programme.version(at: at).activities.contains(where: { $0.id == activity.name && $0.oncePerReference })
        {
            isRepeated = try !known.events(about: .activity(name: activity.name, reference: reference)).isEmpty
        }
        let decision = try record(at: at) { try $0.judge(activity, isRepeated: isRepeated) }
        return try converted(decision, at: max(at, decision.state.latest))
    }

    // MARK: Recording a fact

    /// Judges in the command's own time and settles what follows: behind what is known, or, where it is late, within.
    func record(at: Instant, of order: OrderHistory? = nil, _ judge: (Judge) throws -> Fact) throws -> Decision {
        let isLate = at < state.latest
        if !isLate {
            var timeline = Timeline(state: state, programme: programme)
            if let order, let sale = order.sale {
                timeline.remember(sale.purchase.order, try order.accruals(by: programme))
            }
            let due = try timeline.advance(to: at, converting: true)
            let situation = Judge(programme: programme, state: timeline.state, at: at)
            let fact = try judge(situation)
            if fact.canSettle(in: timeline, of: order) {
                var own = try timeline.settle(fact)
                // What came in may have been due to end at once: points that matured behind their end.
                let ended = try timeline.advance(to: at)
                let outcome = Outcome(of: own, before: situation.state, after: timeline.state)
                own[0].event.setOutcome(outcome)
                if !ended.isEmpty { own += ended }
                return Decision(
                    events: due.isEmpty ? own : due + own, primary: due.count, state: timeline.state, outcome: outcome)
            }
        }
        guard let history = known.history else { throw Refusal.needs(.history) }
        return try restate(at: at, history: history, isLate: isLate, judge)
    }

    private func restate(
        at: Instant, history: [DatedEvent], isLate: Bool, _ judge: (Judge) throws -> Fact
    ) throws -> Decision {
        var (state, due) = (state, [DatedEvent]())
        if !isLate { due = try state.advance(to: at, under: programme) }
        let restatement = Restatement(programme: programme, state: state, history: history + due)
        var decision = try restatement.decide(at: at) {
            try judge(Judge(programme: programme, state: $0, at: at))
        }
        decision.events = due + decision.events
        decision.primary = due.count
        return decision
    }

    /// A return before its sale moves nothing and waits.
    private func hold(_ goods: PurchaseReturn, at: Instant) throws -> Decision {
        try Judge(programme: programme, state: state, at: at).accept(goods)
        let asOf: MemberState
        if at < state.latest {
            guard let history = known.history else { throw Refusal.needs(.history) }
            asOf = try Timeline.replayed(history, until: at, under: programme).timeline.state
        } else {
            asOf = try programme.current(state, at: at).state
        }
        let outcome = Outcome(
            change: 0, available: asOf.available, pending: asOf.pending, tier: asOf.standing.tier,
            previousTier: asOf.standing.tier)
        let held = DatedEvent(at: at, .returnHeld(ReturnHeld(goods: goods, outcome: outcome)))
        return Decision(events: [held], primary: 0, state: state, outcome: outcome)
    }

    /// Returns that waited for this sale follow it, each at its own time, and take no more than was sold. One in
    /// another currency cannot be of this sale; it waits on.
    private func applyHeld(to purchase: Purchase, _ order: OrderHistory?, _ decision: inout Decision) throws {
        guard let order, !order.held.isEmpty else { return }
        let fitting = order.held.filter { $0.goods.currency == purchase.currency }
        for waiting in fitting.sorted(by: { $0.at < $1.at }) {
            var now = OrderHistory(of: purchase.order, in: decision.events)
            now.held = []
            let then = Decider(
                programme: programme, state: decision.state, known: known.followed(by: decision.events))
            decision.append(try then.decide(waiting.goods, of: now, at: waiting.at, capped: true))
        }
    }

    /// Points that are redeemed by themselves follow what brought them.
    func converted(_ decision: Decision, at: Instant) throws -> Decision {
        var decision = decision
        let conversions = try decision.state.convert(at: at, under: programme)
        guard !conversions.isEmpty else { return decision }
        let isBehind = decision.primary + decision.outcome.followers + 1 == decision.events.count
        decision.events += conversions
        decision.outcome.available = decision.state.available
        if isBehind { decision.outcome.followers += conversions.count }
        decision.events[decision.primary].event.setOutcome(decision.outcome)
        return decision
    }
}

extension Decision {
    /// What follows upon it.
    mutating func append(_ other: Decision) {
        events += other.events
        state = other.state
    }
}

extension Fact {
    /// Whether settling it behind what is known is as right as folding the whole life again.
    fileprivate func canSettle(in timeline: Timeline, of order: OrderHistory?) -> Bool {
        switch event {
        case .purchaseReturned(let event):
            guard let order, order.sale != nil else { return true }
            return timeline.canTakeBack(event, soldAt: order.soldAt)
        case .redemptionCancelled(let event): return event.reason != .refunded
        default: return true
        }
    }
}

extension OrderHistory {
    /// What the sale earned, made again from its rules: where its points were put.
    fileprivate func accruals(by programme: Programme) throws -> [PointsAccrued] {
        guard let sale else { return [] }
        return try Judge.accruals(of: sale, at: soldAt, under: programme)
    }
}
