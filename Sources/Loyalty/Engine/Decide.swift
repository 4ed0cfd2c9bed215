/// What a command leads to: the events to record, in order, and the member behind them.
public struct Decision: Hashable, Sendable {
    /// What fell due before, the command's own event at `primary`, and what it moved.
    public var events: [DatedEvent]
    /// Position of the command's own event, which carries its outcome, in `events`.
    public var primary: Int
    public var state: MemberState
    public var outcome: Outcome
}

/// What else must be known before a command can be decided.
public enum Need: Hashable, Sendable {
    /// The events about that order.
    case order(OrderReference)
    /// All of the member's events: something happened later than the command's time.
    case history
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
    ///   - order: what is known of the command's order; nil where nobody has looked, which a purchase may risk (the log
    ///     refuses a second sale of an order) and a return may not.
    ///   - history: all events of the member in the order recorded; only where `needs(.history)` asked for them.
    public func decide(
        _ command: Command, at: Instant, for state: MemberState, order: OrderHistory? = nil,
        history: [DatedEvent]? = nil
    ) throws(Refusal) -> Decision {
        let late = at < state.latest
        if late && history == nil { throw .needs(.history) }
        if let wanted = command.orderNeeded, order == nil { throw .needs(.order(wanted)) }
        if case .purchase = command, order?.sale != nil {
            throw .rejected(
                Rejection(.orderExists, "The order has been recorded already, by another event.", at: "/data/order_id"))
        }
        do {
            if case .purchaseReturn(let goods) = command, goods.order != nil, let order, order.sale == nil {
                return try hold(goods, at: at, for: state, history: late ? history : nil)
            }
            // Business time cannot run backwards within an order: goods come back when or after they were sold.
            let at = max(at, order?.sale == nil ? at : order?.soldAt ?? at)
            var decision = try decideAlone(command, at: at, for: state, order: order, history: history)
            try applyHeld(command, order, history, to: &decision)
            return decision
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

    private func decideAlone(
        _ command: Command, at: Instant, for state: MemberState, order: OrderHistory?, history: [DatedEvent]?,
        capped: Bool = false
    ) throws -> Decision {
        if at < state.latest {
            guard let history else { throw Refusal.needs(.history) }
            return try Restatement(programme: self, state: state, history: history)
                .decide(at: at) { try judge(command, at: at, for: $0, order: order, capped: capped) }
        }
        var timeline = Timeline(state: state, programme: self)
        if let sale = order?.sale { timeline.remember(sale) }
        let due = try timeline.advance(to: at)
        let previous = timeline.state
        let fact = try judge(command, at: at, for: previous, order: order, capped: capped)
        var own = try timeline.settle(fact)
        let outcome = Outcome(of: own, before: previous, after: timeline.state)
        own[0].event.setOutcome(outcome)
        return Decision(events: due + own, primary: due.count, state: timeline.state, outcome: outcome)
    }

    private func judge(
        _ command: Command, at: Instant, for state: MemberState, order: OrderHistory?, capped: Bool
    ) throws(Rejection) -> Fact {
        let judge = Judge(programme: self, state: state, at: at)
        switch command {
        case .purchase(let purchase): return try judge.judge(purchase)
        case .activity(let activity): return try judge.judge(activity)
        case .purchaseReturn(let goods):
            guard let order, goods.order != nil else { return try judge.judgeWithoutReceipt(goods) }
            return try judge.judge(goods, of: order, capped: capped)
        }
    }

    /// A return before its sale moves nothing and waits.
    private func hold(
        _ goods: PurchaseReturn, at: Instant, for state: MemberState, history: [DatedEvent]?
    ) throws -> Decision {
        try Judge(programme: self, state: state, at: at).accept(goods)
        var asOf = try history.map { try Timeline.replayed($0, until: at, under: self).timeline.state } ?? state
        if history == nil { _ = try asOf.advance(to: at, under: self) }
        let outcome = Outcome(
            change: 0, available: asOf.wallet.available, pending: 0, tier: asOf.standing.tier,
            previousTier: asOf.standing.tier)
        let held = DatedEvent(at: at, .returnHeld(ReturnHeld(goods: goods, outcome: outcome)))
        return Decision(events: [held], primary: 0, state: state, outcome: outcome)
    }

    /// Returns that waited for this sale follow it, each at its own time, and take no more than was sold. One in
    /// another currency cannot be of this sale; it waits on.
    private func applyHeld(
        _ command: Command, _ order: OrderHistory?, _ history: [DatedEvent]?, to decision: inout Decision
    ) throws {
        guard case .purchase(let purchase) = command, let order, !order.held.isEmpty else { return }
        let fitting = order.held.filter { $0.goods.currency == purchase.currency }
        for waiting in fitting.sorted(by: { $0.at < $1.at }) {
            var known = OrderHistory(of: purchase.order, in: decision.events)
            known.held = []
            let then = try decideAlone(
                .purchaseReturn(waiting.goods), at: max(waiting.at, known.soldAt), for: decision.state, order: known,
                history: history.map { $0 + decision.events }, capped: true)
            decision.events += then.events
            decision.state = then.state
        }
    }
}

extension Command {
    /// The order whose history a decision cannot do without.
    var orderNeeded: OrderReference? {
        if case .purchaseReturn(let goods) = self { goods.order } else { nil }
    }
}
