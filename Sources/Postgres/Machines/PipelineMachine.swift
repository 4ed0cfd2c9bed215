/// The order of one pipelined connection: what waits, what was sent, and which result belongs to whom.
///
/// Every statement is followed by a sync of its own, so it is a transaction of its own and its failure never
/// reaches a neighbour. A statement is answered only when its sync is: its rows come before its commit does.
/// Inputs are method calls, outputs are values; sockets, time and callers are elsewhere.
struct PipelineMachine<Job, Value> {
    /// One statement or exclusive act, waiting or sent.
    struct Slot {
        let id: UInt64
        let job: Job
        /// Nil for what has the connection to itself: scripts and COPY.
        let key: StatementCache.Key?
        let isPrepared: Bool
        let deadline: Int64
        var retries = 0
        var name: String?
    }

    enum Send {
        case prepare(Slot, name: String)
        case run(Slot, name: String)
        case runUnnamed(Slot)
        case sync
        case exclusive(Slot)
    }

    enum Reply {
        case value(Value)
        case failed(PostgresError, isStalePlan: Bool)
        /// Not carried out, because something before it in the same transaction failed.
        case aborted
        /// The end of one statement's results.
        case end
        case sync(inTransaction: Bool)
    }

    enum Action {
        case none
        case succeed(Job, Value)
        case fail(Job, PostgresError)
        case violation
    }

    private enum Sent {
        case prepare(StatementCache.Key, name: String)
        case statement(Slot)
        case sync
    }

    private enum Phase {
        case disconnected, ready
        case exclusive(Slot)
        case closed
    }

    let window: Int
    private var phase = Phase.disconnected
    private var waiting = FIFO<Slot>()
    private var sent = FIFO<Sent>()
    private var unsynced: [Send] = []
    private var inFlight = 0
    private var cache: StatementCache
    // The segment being answered: its statement, and what it came to.
    private var current: Slot?
    private var outcome: Outcome?
    private var headHasResult = false

    private enum Outcome {
        case value(Value)
        case failed(PostgresError, isStalePlan: Bool)
    }

    init(window: Int = 256, preparedLimit: Int = 500) {
        precondition(window > 0)
        self.window = window
        cache = StatementCache(limit: preparedLimit)
    }
}

// MARK: - Questions

extension PipelineMachine {
    var waitingCount: Int { waiting.count }
    var inFlightCount: Int { inFlight }
    var isIdle: Bool { waiting.isEmpty && inFlight == 0 }
    /// Whether libpq owes us a result of the pipeline.
    var expectsReply: Bool { !sent.isEmpty }

    /// The deadline of the next statement in the queue, or of the one the server works at.
    var nextWaitingDeadline: Int64? { waiting.first?.deadline }

    var exclusiveJob: Job? {
        if case .exclusive(let slot) = phase { slot.job } else { nil }
    }

    /// What the server works at now, or will next.
    var firstInFlight: Slot? {
        if let current { return current }
        if case .exclusive(let slot) = phase { return slot }
        return firstSent { _ in true }
    }

    func inFlightJob(_ id: UInt64) -> Job? {
        if let current, current.id == id { return current.job }
        if case .exclusive(let slot) = phase, slot.id == id { return slot.job }
        return firstSent { $0.id == id }?.job
    }

    func isInFlight(_ id: UInt64) -> Bool {
        inFlightJob(id) != nil
    }

    private func firstSent(where matches: (Slot) -> Bool) -> Slot? {
        let entry = sent.first {
            if case .statement(let slot) = $0 { matches(slot) } else { false }
        }
        if case .statement(let slot)? = entry { return slot }
        return nil
    }
}

// MARK: - Sending

extension PipelineMachine {
    mutating func connected() {
        phase = .ready
        cache.reset()
    }

    mutating func enqueue(_ slot: Slot) {
        waiting.append(slot)
    }

    /// What to send next; nil when nothing waits, the window is full, or something has the connection to itself.
    mutating func nextToSend() -> Send? {
        guard case .ready = phase else { return nil }
        if let next = unsynced.popLast() { return record(next) }
        guard inFlight < window, let slot = waiting.first else { return nil }
        if slot.key == nil, inFlight > 0 { return nil }
        _ = waiting.popFirst()
        guard let key = slot.key else {
            phase = .exclusive(slot)
            inFlight = 1
            return .exclusive(slot)
        }
        inFlight += 1
        return record(plan(slot, key))
    }

    /// Decides how a statement runs and leaves what must follow it in `unsynced`, last first.
    private mutating func plan(_ slot: Slot, _ key: StatementCache.Key) -> Send {
        guard slot.isPrepared else {
            unsynced = [.sync]
            return .runUnnamed(slot)
        }
        var slot = slot
        switch cache.lookUp(key) {
        case .prepared(let name):
            slot.name = name
            unsynced = [.sync]
            return .run(slot, name: name)
        case .fresh(let name):
            slot.name = name
            unsynced = [.sync, .run(slot, name: name)]
            return .prepare(slot, name: name)
        case .full:
            unsynced = [.sync]
            return .runUnnamed(slot)
        }
    }

    private mutating func record(_ send: Send) -> Send {
        switch send {
        case .prepare(let slot, let name):
            if let key = slot.key { sent.append(.prepare(key, name: name)) }
        case .run(let slot, _), .runUnnamed(let slot):
            sent.append(.statement(slot))
        case .sync:
            sent.append(.sync)
        case .exclusive:
            break
        }
        return send
    }
}

// MARK: - Receiving

extension PipelineMachine {
    mutating func received(_ reply: Reply) -> Action {
        guard let head = sent.first else { return .violation }
        switch (head, reply) {
        case (.sync, .sync(let inTransaction)):
            _ = sent.popFirst()
            headHasResult = false
            return finishSegment(inTransaction: inTransaction)
        case (.sync, .failed(let error, let stale)):
            // The commit itself failed, for example on a deferred constraint.
            guard !headHasResult else { return .violation }
            headHasResult = true
            outcome = .failed(error, isStalePlan: stale)
            return .none
        case (.sync, .end):
            // Only after such an error; libpq also says "end" for ever once it gave up a connection.
            guard headHasResult else { return .violation }
            headHasResult = false
            return .none
        case (_, .end):
            return endOfHead(head)
        case (.prepare(let key, let name), _):
            return prepareAnswered(key, name, reply)
        case (.statement(let slot), _):
            return statementAnswered(slot, reply)
        default:
            return .violation
        }
    }

    private mutating func endOfHead(_ head: Sent) -> Action {
        guard headHasResult else { return .violation }
        headHasResult = false
        _ = sent.popFirst()
        if case .statement(let slot) = head { current = slot }
        return .none
    }

    private mutating func prepareAnswered(
        _ key: StatementCache.Key, _ name: String, _ reply: Reply
    ) -> Action {
        headHasResult = true
        switch reply {
        case .value:
            return .none
        case .failed(let error, let stale):
            outcome = .failed(error, isStalePlan: stale)
            cache.forget(key, name: name)
            return .none
        default:
            return .violation
        }
    }

    private mutating func statementAnswered(_ slot: Slot, _ reply: Reply) -> Action {
        guard !headHasResult else { return .violation }
        headHasResult = true
        switch reply {
        case .value(let value):
            outcome = .value(value)
        case .failed(let error, let stale):
            outcome = .failed(error, isStalePlan: stale)
            if stale, let key = slot.key, let name = slot.name { cache.forget(key, name: name) }
        case .aborted:
            // Its own Prepare failed: that error, already in `outcome`, is the statement's.
            guard case .failed = outcome else { return .violation }
        case .end, .sync:
            return .violation
        }
        return .none
    }

    private mutating func finishSegment(inTransaction: Bool) -> Action {
        guard let slot = current, let outcome else { return .violation }
        current = nil
        self.outcome = nil
        inFlight -= 1
        switch outcome {
        case .value(let value):
            return .succeed(slot.job, value)
        case .failed(let error, let isStalePlan):
            // A stale plan is found before anything runs; outside a transaction another try is safe.
            guard isStalePlan, !inTransaction, slot.retries == 0, slot.name != nil else {
                return .fail(slot.job, error)
            }
            var again = slot
            again.retries += 1
            again.name = nil
            waiting.prepend(again)
            return .none
        }
    }

    /// What had the connection to itself is done.
    mutating func exclusiveFinished() -> Job? {
        guard case .exclusive(let slot) = phase else { return nil }
        phase = .ready
        inFlight = 0
        return slot.job
    }
}

// MARK: - Endings

extension PipelineMachine {
    /// The connection is gone. Returns what had been sent, whose fate nobody knows, in order; what waits stays.
    mutating func disconnected() -> [Job] {
        var lost: [Job] = []
        if let current { lost.append(current.job) }
        for entry in sent.removeAll() {
            if case .statement(let slot) = entry { lost.append(slot.job) }
        }
        // A Prepare may be out while its statement is not: to the caller that is sent, too.
        for case .run(let slot, _) in unsynced { lost.append(slot.job) }
        if case .exclusive(let slot) = phase { lost.append(slot.job) }
        phase = .disconnected
        (unsynced, current, outcome, headHasResult, inFlight) = ([], nil, nil, false, 0)
        return lost
    }

    /// Removes what still waits under this id: the server never saw it.
    mutating func cancel(_ id: UInt64) -> Job? {
        waiting.remove { $0.id == id }?.job
    }

    /// Removes what waited past its deadline. Deadlines grow along the queue, so only its head matters.
    mutating func popExpired(now: Int64) -> Job? {
        guard let first = waiting.first, first.deadline <= now else { return nil }
        return waiting.popFirst()?.job
    }

    /// Removes all that waits.
    mutating func drainWaiting() -> [Job] {
        waiting.removeAll().map(\.job)
    }
}
