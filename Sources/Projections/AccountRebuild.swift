import EventLog
import Foundation
import Postgres

/// What a rebuild, or a way back, did.
public struct Rebuilt: Sendable {
    /// Events that the rows are folded from.
    public var events: Int64
    /// Rows that were put in place: members of `account`, else figures.
    public var rows: Int64
}

extension AccountProjection {
    /// Folds the log into a table beside `account`, catches up with what was appended meanwhile, and swaps the two in an
    /// instant in which no append goes on. Reads keep answering from the old one until then. Cut off, it goes on where
    /// it was; the table that was replaced stays as `account_previous`, to go back to.
    ///
    /// - Throws: ``RebuildFault``, ``FoldFault``, `PostgresError`.
    public func rebuild(progress: @escaping @Sendable (FoldProgress) async -> Void = { _ in }) async throws -> Rebuilt {
        try await client.withLease { lease in
            try await lease.holding(AccountProjection.lock, else: RebuildFault.underway(AccountProjection.name)) {
                // In a log without events the rows are of any version, and may be gone back to.
                if try await needsRebuild() { _ = try await adoptWhileEmpty() }
                let code = Int32(truncatingIfNeeded: AccountProjection.version)
                _ = try await lease.query("SELECT treue.account_rebuild_begin($1)", [.int4(code)])
                let rebuilt = try await fill(.next, on: lease, progress) { lease in
                    try await lease.query("SELECT treue.account_rebuild_swap($1)", [.int4(code)])
                }
                // Whatever was wrong with the accounts may be wrong with these.
                try await SnapshotStore(log: log).forgetAll(on: lease)
                return rebuilt
            }
        }
    }

    /// Puts back the table that the last rebuild (or way back) replaced, caught up with what was appended since; the one in
    /// use now is kept in its place. As gentle as a rebuild, and undone by doing it again.
    ///
    /// - Throws: ``RebuildFault``, ``FoldFault``, `PostgresError`.
    public func rollback(
        progress: @escaping @Sendable (FoldProgress) async -> Void = { _ in }
    ) async throws -> Rebuilt {
        try await client.withLease { lease in
            try await lease.holding(AccountProjection.lock, else: RebuildFault.underway(AccountProjection.name)) {
                try await checkPrevious(on: lease)
                return try await fill(.previous, on: lease, progress) { lease in
                    try await lease.query("SELECT treue.account_rollback()", [])
                }
            }
        }
    }

    /// Drops the table that was replaced.
    ///
    /// - Parameter force: also where the one in use has not been verified since the swap.
    public func forgetPrevious(force: Bool) async throws {
        try await client.withLease { lease in
            try await lease.holding(AccountProjection.lock, else: RebuildFault.underway(AccountProjection.name)) {
                let name = AccountProjection.name
                let row = try await lease.query(
                    """
                    SELECT to_regclass('treue.account_previous') IS NOT NULL, verified_at IS NOT NULL
                      FROM treue.projection WHERE name = $1
                    """, [.text(name)]
                ).first
                guard try row?.bool(0) == true else { throw RebuildFault.nothingToGoBackTo(name) }
                guard try row?.bool(1) == true || force else { throw RebuildFault.notVerified(name) }
                try await lease.execute("DROP TABLE treue.account_previous")
            }
        }
    }

    /// "treue" and a number: who holds this advisory lock is rebuilding `account`.
    private static let lock: Int64 = 0x7472_6575_6500_0002
    /// Fewer events behind than this, and the rest is caught up under the lock.
    private static let nearlyThere: Int64 = 500
    /// How often the swap is tried, for a second each in which nothing is appended, and the pause between two tries.
    private static let mostSwaps = 20
    private static let pause = Duration.milliseconds(500)

    private func checkPrevious(on lease: PostgresLease) async throws {
        let name = AccountProjection.name
        let row = try await lease.query(
            """
            SELECT to_regclass('treue.account_previous') IS NOT NULL AND previous_version IS NOT NULL,
                   coalesce(previous_version, 0)
              FROM treue.projection WHERE name = $1
            """, [.text(name)]
        ).first
        guard let row, try row.bool(0) else { throw RebuildFault.nothingToGoBackTo(name) }
        let found = Int(try row.int4(1))
        guard found == AccountProjection.version else {
            throw RebuildFault.previousIsOtherVersion(name, found: found, known: AccountProjection.version)
        }
    }

    /// Brings a table up to the log beside live traffic, and then lets `swap` put it in place.
    private func fill(
        _ target: AccountTarget, on lease: PostgresLease, _ tell: @escaping @Sendable (FoldProgress) async -> Void,
        swap: (PostgresLease) async throws -> PostgresRows
    ) async throws -> Rebuilt {
        let work = PartitionWork(target: target, client: client, log: log, workers: workers, bounds: bounds)
        let known = try await target.checkpoints(on: client).values.reduce(0, +)
        let meter = Meter(done: known, total: try await total()) { progress in
            await tell(FoldProgress(done: progress.done, total: progress.total, skipped: known))
        }
        var positions = try await ProjectionFaults.noting(target.checkpoint, on: client) {
            try await work.catchUp(meter)
        }
        // Each round is shorter than the one before, because it only has what came during that one.
        for _ in 0..<10 where try await work.behind(positions) >= AccountProjection.nearlyThere {
            positions = try await work.catchUp(meter)
        }
        for _ in 0..<AccountProjection.mostSwaps {
            // A verification reads a large partition for minutes: appends go on meanwhile.
            _ = try await lease.usersEnd(of: "treue.account", within: patience)
            positions = try await work.catchUp(meter)
            do {
                return try await finish(work, from: positions, on: lease, swap: swap)
            } catch let error as PostgresError where error.sqlState == "55P03" {
                try await Task.sleep(for: AccountProjection.pause)
            }
        }
        throw RebuildFault.inUse(AccountProjection.name)
    }

    /// Catches up while no append goes on, and swaps. Nobody may write meanwhile, so it waits for the old table's readers no
    /// longer than a moment: SQLSTATE 55P03 says that it has to be tried again.
    private func finish(
        _ work: PartitionWork<AccountTarget>, from positions: [Int: Int64], on lease: PostgresLease,
        swap: (PostgresLease) async throws -> PostgresRows
    ) async throws -> Rebuilt {
        try await lease.transaction {
            try await lease.execute("SET LOCAL lock_timeout = '1s'")
            _ = try await lease.query("SELECT partition FROM treue.head ORDER BY partition FOR UPDATE", [])
            let events = try await work.finish(from: positions, on: lease)
            try await ProjectionFaults.resolve(work.target.checkpoint, on: lease)
            return Rebuilt(events: events, rows: try await swap(lease).first?.int8(0) ?? 0)
        }
    }
}
