public import Postgres

/// What was closed, and what there is.
public struct LogClosing: Sendable, Equatable {
    /// Events that were moved now.
    public var moved: Int64
    /// Events that are closed.
    public var closed: Int64
    /// Events that are not.
    public var open: Int64
}

/// Why nothing was closed, for people.
public enum CloseFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// The database's own words: another role owns the tables, or there is no such tablespace, or another one has them.
    case refused(String)
    /// Another run is closing at this moment.
    case underway
    /// Transactions that began before have not ended.
    case busy

    public var description: String {
        switch self {
        case .refused(let words): "events cannot be closed: \(words)"
        case .underway: "events are being closed already; wait for that to end"
        case .busy: "somebody has been reading the log for ten minutes; let them end, and run the same again"
        }
    }
}

/// Moves the events of closed months to a table of their own, `treue.event_closed`, beside live traffic: the log goes on in
/// a table that stays small, and the closed one may lie on cheaper disks. It is a child of `treue.event`, so that whatever
/// reads the log reads both: appends find repeats in it, replays and verifications begin in it.
public struct LogCloser: Sendable {
    private let log: EventLog
    /// Events moved in one transaction.
    private let page: Int
    /// Events after which room is made of what they left.
    private static let stretch: Int64 = 1_000_000
    /// "treue" and a number: who holds this advisory lock is closing.
    private static let lock: Int64 = 0x7472_6575_6500_0004
    /// How long it waits for those who were reading the log before.
    private static let patience = Duration.seconds(600)

    public init(log: EventLog) { self.init(log: log, page: 4_000) }

    init(log: EventLog, page: Int) { (self.log, self.page) = (log, page) }

    /// Closes what was recorded before an instant: of each partition the events up to the first later one. Cut off, it goes
    /// on where it was.
    ///
    /// - Parameters:
    ///   - micros: since 1970.
    ///   - tablespace: where the closed events are to lie; where they lie already, or else where the others do, if nil.
    ///   - lease: as the role that owns the tables; outside a transaction.
    ///   - progress: called after each transaction with the events moved so far.
    /// - Throws: ``CloseFault``, `PostgresError`.
    public func close(
        before micros: Int64, tablespace: String? = nil, on lease: PostgresLease,
        progress: (Int64) async -> Void = { _ in }
    ) async throws -> LogClosing {
        try await lease.holding(Self.lock, else: CloseFault.underway) {
            // A page is as long as the disks need.
            try await lease.setting(["statement_timeout": "0"]) {
                do {
                    _ = try await lease.query("SELECT treue.close_begin($1)", [.text(tablespace ?? "")])
                } catch let error as PostgresError where error.sqlState == "TR005" {
                    throw CloseFault.refused(error.message)
                }
                // Whoever began before the child was there may have planned without it.
                guard try await lease.usersEnd(of: "treue.event", within: Self.patience) else { throw CloseFault.busy }
                return try await move(before: micros, on: lease, progress)
            }
        }
    }

    private func move(
        before micros: Int64, on lease: PostgresLease, _ progress: (Int64) async -> Void
    ) async throws -> LogClosing {
        // With every head's lock, nobody is appending: see treue.close_events.
        let ends = try await lease.query("SELECT partition, position FROM treue.head ORDER BY partition FOR UPDATE", [])
        let traffic = LiveTraffic(events: try ends.reduce(0) { try $0 + $1.int8(1) }, log: log)
        var (moved, since): (Int64, Int64) = (0, 0)
        for head in ends {
            while true {
                try Task.checkCancellation()
                let began = ContinuousClock.now
                let events = try await lease.query(
                    "SELECT treue.close_events($1, $2, $3, $4)",
                    [
                        .int4(try head.int4(0)), .timestamptz(micros), .int8(try head.int8(1)),
                        .int4(Int32(truncatingIfNeeded: page)),
                    ])[0].int8(0)
                guard events > 0 else { break }
                (moved, since) = (moved + events, since + events)
                await progress(moved)
                await traffic.giveWay(after: ContinuousClock.now - began, on: lease)
                if since >= Self.stretch {
                    // What left is stepped over by every reader until a vacuum has passed.
                    try await lease.execute("VACUUM treue.event")
                    since = 0
                }
            }
        }
        let closing = try await closing(moved, on: lease)
        try await tidy(closing, on: lease)
        return closing
    }

    /// Closed is the beginning of each partition, without gaps.
    private func closing(_ moved: Int64, on lease: PostgresLease) async throws -> LogClosing {
        let sums = try await lease.query(
            """
            SELECT coalesce(sum(position), 0)::bigint, coalesce(sum(last), 0)::bigint
              FROM (SELECT position, (SELECT max(position) FROM ONLY treue.event_closed AS closed
                                       WHERE closed.partition = head.partition) AS last
                      FROM treue.head) AS heads
            """, [])[0]
        let (all, closed) = (try sums.int8(0), try sums.int8(1))
        return LogClosing(moved: moved, closed: closed, open: all - closed)
    }

    private func tidy(_ closing: LogClosing, on lease: PostgresLease) async throws {
        let dead = try await lease.query(
            "SELECT n_dead_tup > 0 FROM pg_stat_user_tables WHERE relid = 'treue.event'::regclass", [])
        guard try closing.moved > 0 || dead.first?.bool(0) == true else { return }
        // What a run that was cut off left half made.
        let halfMade = try await lease.query(
            """
            SELECT indexrelid::regclass::text FROM pg_index
             WHERE indrelid = 'treue.event'::regclass AND NOT indisvalid
            """, [])
        for index in halfMade { try await lease.execute("DROP INDEX CONCURRENTLY \(try index.text(0))") }
        // Where most has left, an index whose order is chance is full of holes: it is made anew beside the old one.
        if closing.moved > closing.open { try await lease.execute("REINDEX TABLE CONCURRENTLY treue.event") }
        try await lease.execute("VACUUM (ANALYZE) treue.event")
        try await lease.execute("VACUUM (FREEZE, ANALYZE) treue.event_closed")
    }
}
