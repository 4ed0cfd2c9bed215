public import Logging
import Synchronization

/// PostgreSQL through libpq, for Swift concurrency: pipelined lanes for single statements, leases for everything
/// that needs a connection to itself. A thread of its own owns the connections, and one each those of append lanes;
/// callers only await.
public final class PostgresClient: Sendable {
    enum Phase { case idle, starting, running, closing, closed }

    private struct State {
        var phase = Phase.idle
        var stoppers: [UInt64: @Sendable () -> Void] = [:]
        /// Beside the client's own.
        var reactors: [ObjectIdentifier: Reactor] = [:]
    }

    let configuration: PostgresConfiguration
    let logger: Logger
    let reactor = Reactor()
    private let lanes: [LaneHandle]
    private let leasePool = ConnectionID.next()
    private let leaseGauge = PoolGauge()
    private let state = Mutex(State())
    private let notifications = Mutex<Listener?>(nil)

    public init(configuration: PostgresConfiguration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
        lanes = (0..<max(1, configuration.readLanes)).map { _ in
            LaneHandle(connection: ConnectionID.next(), limit: configuration.queueLimit)
        }
    }

    /// Connects. Returns when one connection stands; the others follow.
    ///
    /// - Throws: `.connectionFailed` with libpq's message when no connection can be made; it may be called again.
    ///   `.closed` after `shutdown()`.
    public func start() async throws(PostgresError) {
        let mayStart = state.withLock { state in
            defer { if state.phase == .idle { state.phase = .starting } }
            return state.phase == .idle
        }
        guard mayStart else { throw PostgresError(.closed, "the PostgreSQL client was started before") }
        let failure = await connectFirst()
        state.withLock { state in
            if state.phase == .starting { state.phase = failure == nil ? .running : .idle }
        }
        if let failure {
            await reactor.stop(deadline: monotonicNanos())
            throw failure
        }
    }

    /// Takes nothing new, finishes what was taken, closes the connections and returns. May be called again.
    public func shutdown() async {
        let stoppers = state.withLock { state in
            state.phase = state.phase == .closed ? .closed : .closing
            defer { state.stoppers = [:] }
            return state.stoppers.values
        }
        for stop in stoppers { stop() }
        let deadline = shutdownDeadline
        for reactor in state.withLock({ Array($0.reactors.values) }) { await reactor.stop(deadline: deadline) }
        await reactor.stop(deadline: deadline)
        state.withLock { $0.phase = .closed }
    }

    /// The thread of the connections: what asks the database again and again, and does little with the answers, asks from
    /// there without waking another thread each time.
    public var executor: any TaskExecutor { reactor }

    /// Whether at least one read lane has its connection.
    public var isConnected: Bool { lanes.contains(where: \.isConnected) }

    public var statistics: PostgresStatistics {
        let pool = leaseGauge.current
        return PostgresStatistics(
            lanes: lanes.map { .init(depth: $0.depth, isConnected: $0.isConnected) }, idleLeases: pool.idle,
            heldLeases: pool.leased, leaseWaiters: pool.waiting)
    }

    /// Runs one statement on a pipelined lane, as a transaction of its own. Many may run at once; an error in one
    /// never touches another. Answered when it is committed.
    ///
    /// - Throws: `PostgresError`; with `wasSent == false` the server never saw the statement. When the task is
    ///   cancelled a statement that waits is removed; one that was sent runs on and only the caller leaves.
    public func query(
        _ statement: PostgresStatement, _ parameters: [PostgresValue] = []
    ) async throws(PostgresError) -> PostgresRows {
        guard isRunning else { throw PostgresError.isClosed.about(statement.sql) }
        let encoded = try EncodedParameters(parameters)
        let lane = lanes.min { $0.depth < $1.depth } ?? lanes[0]
        guard lane.enter() else {
            throw PostgresError(.queueFull, "\(lane.limit) statements already wait", statement: statement.sql)
        }
        let work = Operation.Work.statement(
            .init(sql: statement.sql, types: encoded.types), encoded, prepared: true, alone: statement.locksRows)
        let deadline = instant(monotonicNanos(), plus: configuration.acquireTimeout.nanoseconds)
        return try await reactor.run(work, on: lane.connection, lane: lane, deadline: deadline).get()
    }

    /// Lends a connection to `body` alone. It is handed on afterwards only when it works and is in no transaction.
    ///
    /// - Throws: what `body` throws; `.timeout`, `.connectionFailed`, `.queueFull` or `.closed` when no connection
    ///   was to be had.
    public func withLease<T>(
        isolation: isolated (any Actor)? = #isolation, _ body: (PostgresLease) async throws -> T
    ) async throws -> T {
        guard isRunning else { throw PostgresError.isClosed }
        let source = LeaseSource(
            reactor: reactor, pool: leasePool, acquireTimeout: configuration.acquireTimeout)
        let lease = try await source.acquire()
        defer { source.release(lease) }
        return try await body(lease)
    }

    /// The payloads notified on a channel. Yields an empty string whenever listening began, also after each
    /// reconnect, so that the follower looks for what it may have missed. Keeps the newest 256: a notification is
    /// a hint to look, not a message. Ends with `shutdown()`.
    public func listen(_ channel: String) -> AsyncStream<String> {
        let listener = notifications.withLock { listener in
            if let listener { return listener }
            let new = Listener(client: self)
            listener = new
            return new
        }
        return listener.stream(channel)
    }
}

// MARK: - For lanes and listeners

extension PostgresClient {
    var isRunning: Bool { state.withLock { $0.phase == .running } }

    /// Remembers to call `stop` when the client shuts down; false when it already does.
    func onShutdown(_ id: UInt64, _ stop: @escaping @Sendable () -> Void) -> Bool {
        state.withLock { state in
            guard state.phase == .running || state.phase == .starting || state.phase == .idle else { return false }
            state.stoppers[id] = stop
            return true
        }
    }

    func forgetStopper(_ id: UInt64) {
        state.withLock { $0.stoppers[id] = nil }
    }

    private var shutdownDeadline: Int64 { instant(monotonicNanos(), plus: configuration.shutdownTimeout.nanoseconds) }

    /// A thread for connections that the client's own shall not have to wait for. To be ended with ``stop(_:)``.
    func makeReactor() throws(PostgresError) -> Reactor {
        let reactor = Reactor()
        try reactor.start(logger: logger)
        state.withLock { $0.reactors[ObjectIdentifier(reactor)] = reactor }
        return reactor
    }

    /// Lets what was taken finish; not to be called from a task that runs on it.
    func stop(_ reactor: Reactor) async {
        await reactor.stop(deadline: shutdownDeadline)
        state.withLock { $0.reactors[ObjectIdentifier(reactor)] = nil }
    }

    /// A pool of one connection that belongs to one lane or listener. To be closed with `closePool`.
    ///
    /// - Parameter reactor: whose connection it is; the client's own where none is named.
    func makePool(on reactor: Reactor? = nil) throws(PostgresError) -> LeaseSource {
        guard state.withLock({ $0.phase == .running || $0.phase == .closing }) else { throw PostgresError.isClosed }
        let reactor = reactor ?? self.reactor
        let id = ConnectionID.next()
        let plan = try leasePlan(capacity: 1)
        let isTaken = reactor.post(
            .call { $0.add(PoolDriver(id: id, thread: $0, plan: plan, gauge: PoolGauge())) })
        guard isTaken else { throw PostgresError.isClosed }
        return LeaseSource(reactor: reactor, pool: id, acquireTimeout: configuration.acquireTimeout)
    }

    func closePool(_ source: LeaseSource) {
        let id = source.pool
        source.reactor.post(.call { $0.removePool(id) })
    }
}

// MARK: - Starting

extension PostgresClient {
    private var backoff: Backoff {
        Backoff(minimum: configuration.minimumBackoff, maximum: configuration.maximumBackoff)
    }

    private func leasePlan(capacity: Int) throws(PostgresError) -> PoolPlan {
        PoolPlan(
            settings: try ConnectionSettings(configuration, serverTimeout: nil),
            timing: .session(configuration.statementTimeout), capacity: capacity,
            waiterLimit: configuration.queueLimit, backoff: backoff)
    }

    /// Starts the thread, the lanes and the pool; answers with the error when no lane could connect.
    private func connectFirst() async -> PostgresError? {
        do throws(PostgresError) {
            let timeout = configuration.statementTimeout
            let settings = try ConnectionSettings(configuration, serverTimeout: timeout)
            let plan = try leasePlan(capacity: configuration.leases)
            let (lanes, backoff, pool, gauge) = (lanes, backoff, leasePool, leaseGauge)
            try reactor.start(logger: logger)
            return await withCheckedContinuation { continuation in
                let isTaken = reactor.post(
                    .call { thread in
                        thread.add(PoolDriver(id: pool, thread: thread, plan: plan, gauge: gauge))
                        let outcome = FirstOutcome(of: lanes.count, continuation)
                        for handle in lanes {
                            let lane = LaneDriver(
                                handle: handle, thread: thread, settings: settings, timing: .lane(timeout),
                                backoff: backoff)
                            thread.add(lane)
                            thread.add(lane.driver)
                            lane.start { outcome.report($0) }
                        }
                    })
                if !isTaken { continuation.resume(returning: .isClosed) }
            }
        } catch {
            return error
        }
    }
}

/// Answers with success as soon as one of several attempts succeeds, with an error once all have failed.
private final class FirstOutcome {
    private var left: Int
    private var continuation: CheckedContinuation<PostgresError?, Never>?

    init(of count: Int, _ continuation: CheckedContinuation<PostgresError?, Never>) {
        left = count
        self.continuation = continuation
    }

    func report(_ error: PostgresError?) {
        left -= 1
        if error == nil || left == 0 { continuation.take()?.resume(returning: error) }
    }
}
