import Synchronization

/// A connection lent to one caller. Statements run in the order given; use it from one task at a time.
public final class PostgresLease: Sendable {
    let connection: UInt64
    let reactor: Reactor
    private let liveness: Liveness
    private let hasEnded = Atomic<Bool>(false)
    private let needsCheck = Atomic<Bool>(false)

    init(_ grant: LeaseGrant, reactor: Reactor) {
        connection = grant.connection
        liveness = grant.liveness
        self.reactor = reactor
    }

    /// Runs one statement, as a transaction of its own unless one is open. Answered when it is committed.
    ///
    /// - Throws: `PostgresError`. Cancelling the task cancels the statement on the server.
    public func query(
        _ statement: PostgresStatement, _ parameters: [PostgresValue] = []
    ) async throws(PostgresError) -> PostgresRows {
        let encoded = try EncodedParameters(parameters)
        let key = StatementCache.Key(sql: statement.sql, types: encoded.types)
        return try await run(.statement(key, encoded, prepared: true, alone: false))
    }

    /// Runs a script of several statements by the simple protocol; PostgreSQL makes one transaction of it unless
    /// it says otherwise. Exempt from the statement timeout. Its rows are not returned.
    public func execute(_ sql: String) async throws(PostgresError) {
        needsCheck.store(true, ordering: .relaxed)
        _ = try await run(.script(sql))
    }

    /// Stops what the connection runs now, from any task. The statement then fails with `.cancelled`.
    public func cancel() {
        let connection = connection
        needsCheck.store(true, ordering: .relaxed)
        reactor.post(.call { $0.driver(connection)?.cancelRunning() })
    }
}

extension PostgresLease {
    var isAlive: Bool { liveness.isAlive }

    /// Whether the connection is certain to be fit for another batch.
    var isFit: Bool { liveness.isAlive && !needsCheck.load(ordering: .relaxed) }

    /// No call after this one reaches the connection.
    func end() {
        hasEnded.store(true, ordering: .relaxed)
    }

    func whenLost(_ body: @escaping @Sendable () -> Void) {
        liveness.whenEnded(body)
    }

    @discardableResult
    func run(_ work: Operation.Work, isShielded: Bool = false) async throws(PostgresError) -> PostgresRows {
        guard !hasEnded.load(ordering: .relaxed) else {
            throw PostgresError(.closed, "the lease has ended", statement: work.sql)
        }
        switch await reactor.run(work, on: connection, isShielded: isShielded) {
        case .success(let rows):
            return rows
        case .failure(let error):
            needsCheck.store(true, ordering: .relaxed)
            throw error
        }
    }

    /// Transaction control: once, without parameters, not worth preparing.
    @discardableResult
    func control(_ sql: String, isShielded: Bool = false) async throws(PostgresError) -> PostgresRows {
        needsCheck.store(true, ordering: .relaxed)
        let none = try EncodedParameters([])
        return try await run(
            .statement(.init(sql: sql, types: []), none, prepared: false, alone: true), isShielded: isShielded)
    }
}
