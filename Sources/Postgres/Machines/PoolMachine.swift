/// Who holds which exclusive connection, who waits for one, and when to open another.
struct PoolMachine<Waiter> {
    enum Action {
        case grant(Waiter, connection: UInt64)
        case connect
        case close(connection: UInt64)
        case fail(Waiter, PostgresError)
    }

    private struct Waiting {
        let id: UInt64
        let waiter: Waiter
        let deadline: Int64
    }

    let capacity: Int
    let waiterLimit: Int
    private var idle: [UInt64] = []
    private var leased: Set<UInt64> = []
    private var connecting = 0
    private var retryAt: Int64?
    private var waiters = FIFO<Waiting>()
    private var backoff: Backoff
    private var lastFailure: PostgresError?
    private var isClosed = false

    init(capacity: Int, waiterLimit: Int, backoff: Backoff) {
        self.capacity = max(1, capacity)
        self.waiterLimit = waiterLimit
        self.backoff = backoff
    }

    var idleCount: Int { idle.count }
    var leasedCount: Int { leased.count }
    var waiterCount: Int { waiters.count }
    var isQuiet: Bool { leased.isEmpty && waiters.isEmpty }

    /// When `tick` has something to do.
    var nextDeadline: Int64? {
        let retry = waiters.isEmpty ? nil : retryAt
        return [waiters.first?.deadline, retry].compactMap { $0 }.min()
    }

    mutating func acquire(_ waiter: Waiter, id: UInt64, deadline: Int64) -> [Action] {
        if isClosed { return [.fail(waiter, .isClosed)] }
        if let connection = idle.popLast() {
            leased.insert(connection)
            return [.grant(waiter, connection: connection)]
        }
        guard waiters.count < waiterLimit else {
            return [.fail(waiter, PostgresError(.queueFull, "\(waiterLimit) callers already wait for a lease"))]
        }
        waiters.append(Waiting(id: id, waiter: waiter, deadline: deadline))
        return connectIfNeeded()
    }

    /// A caller that waits gives up.
    mutating func cancel(_ id: UInt64) -> [Action] {
        guard let waiting = waiters.remove(where: { $0.id == id }) else { return [] }
        return [.fail(waiting.waiter, PostgresError(.cancelled, "cancelled while waiting for a lease"))]
    }

    mutating func connected(_ connection: UInt64) -> [Action] {
        connecting -= 1
        backoff.succeeded()
        lastFailure = nil
        if isClosed { return [.close(connection: connection)] }
        return handOn(connection)
    }

    mutating func connectFailed(
        _ error: PostgresError, now: Int64, using generator: inout some RandomNumberGenerator
    ) -> [Action] {
        connecting -= 1
        lastFailure = error
        retryAt = instant(now, plus: backoff.next(using: &generator))
        return []
    }

    mutating func released(_ connection: UInt64, isReusable: Bool) -> [Action] {
        guard leased.remove(connection) != nil else { return [] }
        guard isReusable, !isClosed else { return [.close(connection: connection)] + connectIfNeeded() }
        return handOn(connection)
    }

    /// A connection broke. One that is leased stays counted until it is released.
    mutating func lost(_ connection: UInt64) -> [Action] {
        idle.removeAll { $0 == connection }
        return []
    }

    mutating func tick(now: Int64) -> [Action] {
        var actions: [Action] = []
        while let first = waiters.first, first.deadline <= now {
            _ = waiters.popFirst()
            actions.append(.fail(first.waiter, expired))
        }
        if let retryAt, retryAt <= now {
            self.retryAt = nil
            actions += connectIfNeeded()
        }
        return actions
    }

    mutating func close() -> [Action] {
        isClosed = true
        let failed = waiters.removeAll().map { Action.fail($0.waiter, .isClosed) }
        defer { idle = [] }
        return failed + idle.map { .close(connection: $0) }
    }

    private var expired: PostgresError {
        guard let lastFailure else { return PostgresError(.timeout, "no lease became free in time") }
        return PostgresError(.connectionFailed, lastFailure.message)
    }

    private mutating func handOn(_ connection: UInt64) -> [Action] {
        guard let next = waiters.popFirst() else {
            idle.append(connection)
            return []
        }
        leased.insert(connection)
        return [.grant(next.waiter, connection: connection)]
    }

    private mutating func connectIfNeeded() -> [Action] {
        var actions: [Action] = []
        while !isClosed, retryAt == nil, connecting < waiters.count, leased.count + connecting < capacity {
            connecting += 1
            actions.append(.connect)
        }
        return actions
    }
}
