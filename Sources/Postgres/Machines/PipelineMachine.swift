/// The order of one pipelined connection: what waits, what was sent, and which result belongs to whom.
///
/// Statements that wait together may share a sync, which spares both sides most of their system calls. To the
/// server such a group is one transaction, so nothing is answered before its sync; and when one of a group fails,
/// the others, rolled back or never begun, run again, each alone. To a caller every statement is a transaction of
/// its own. Inputs are method calls, outputs are values; sockets, time and callers are elsewhere.
struct PipelineMachine<Job, Value> {
    /// One statement or exclusive act, waiting or sent.
    struct Slot {
        let id: UInt64
        let job: Job
        /// Nil for what has the connection to itself: scripts and COPY.
        let key: StatementCache.Key?
        let isPrepared: Bool
        let deadline: Int64
        /// Shares its sync with nobody.
        var isAlone = false
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

    struct Answer {
        let job: Job
        let result: Result<Value, PostgresError>
    }

    enum Action {
        case none
        case answer([Answer])
        case violation
    }

    enum Sent {
        case prepare(StatementCache.Key, name: String)
        case statement(Slot)
        case sync
    }

    enum Phase {
        case disconnected, ready
        case exclusive(Slot)
        case closed
    }

    let window: Int
    let groupLimit: Int
    var phase = Phase.disconnected
    var waiting = FIFO<Slot>()
    var sent = FIFO<Sent>()
    /// What must follow the statement just sent, and how many were sent since the last sync.
    var follower: Send?
    var groupCount = 0
    var isGroupClosed = false
    var inFlight = 0
    var cache: StatementCache
    /// The group being answered: its statements, what each came to, and what went wrong beside them.
    var group: [(slot: Slot, outcome: Outcome)] = []
    var outcome: Outcome?
    var prepareFailure: Outcome?
    var commitFailure: PostgresError?

    enum Outcome {
        case value(Value)
        case failed(PostgresError, isStalePlan: Bool)
        case aborted
    }

    /// - Parameter groupLimit: statements that share a sync, at most; 1 where transactions are the caller's.
    init(window: Int = 256, groupLimit: Int = 1, preparedLimit: Int = 500) {
        precondition(window > 0 && groupLimit > 0)
        self.window = window
        self.groupLimit = groupLimit
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
        if case .exclusive(let slot) = phase { return slot }
        return firstSent { _ in true } ?? group.last?.slot
    }

    func inFlightJob(_ id: UInt64) -> Job? {
        if case .exclusive(let slot) = phase, slot.id == id { return slot.job }
        return (firstSent { $0.id == id } ?? group.first { $0.slot.id == id }?.slot)?.job
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
        if let next = follower.take() { return record(next) }
        guard let slot = waiting.first, inFlight < window, mayJoin(slot) else { return closeGroup() }
        _ = waiting.popFirst()
        inFlight += 1
        guard let key = slot.key else {
            phase = .exclusive(slot)
            return .exclusive(slot)
        }
        groupCount += 1
        isGroupClosed = slot.isAlone || groupCount >= groupLimit
        return record(plan(slot, key))
    }

    /// Whether a statement may be sent before the next sync, or an exclusive act now.
    private func mayJoin(_ slot: Slot) -> Bool {
        if slot.key == nil { return inFlight == 0 }
        return groupCount == 0 || (!isGroupClosed && !slot.isAlone)
    }

    private mutating func closeGroup() -> Send? {
        guard groupCount > 0 else { return nil }
        groupCount = 0
        return record(.sync)
    }

    /// Decides how a statement runs, and leaves its run for the next turn where a Prepare must come first.
    private mutating func plan(_ slot: Slot, _ key: StatementCache.Key) -> Send {
        guard slot.isPrepared else { return .runUnnamed(slot) }
        var slot = slot
        switch cache.lookUp(key) {
        case .prepared(let name):
            slot.name = name
            return .run(slot, name: name)
        case .fresh(let name):
            slot.name = name
            follower = .run(slot, name: name)
            return .prepare(slot, name: name)
        case .full:
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

// MARK: - Endings

extension PipelineMachine {
    /// What had the connection to itself is done.
    mutating func exclusiveFinished() -> Job? {
        guard case .exclusive(let slot) = phase else { return nil }
        phase = .ready
        inFlight = 0
        return slot.job
    }
    /// The connection is gone. Returns what had been sent, whose fate nobody knows, in order; what waits stays.
    mutating func disconnected() -> [Job] {
        var lost = group.map(\.slot.job)
        for entry in sent.removeAll() {
            if case .statement(let slot) = entry { lost.append(slot.job) }
        }
        // A Prepare may be out while its statement is not: to the caller that is sent, too.
        if case .run(let slot, _) = follower { lost.append(slot.job) }
        if case .exclusive(let slot) = phase { lost.append(slot.job) }
        phase = .disconnected
        (follower, groupCount, inFlight) = (nil, 0, 0)
        (group, outcome, prepareFailure, commitFailure) = ([], nil, nil, nil)
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
