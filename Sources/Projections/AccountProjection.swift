public import EventLog
import Foundation
public import Postgres

/// The read model `account`: one row a member, moved by every append. It can be folded afresh from the log at any
/// time, to compare or to replace it, while reads and writes go on.
public struct AccountProjection: Sendable {
    /// The streams it is folded from.
    static let streamType = "member"
    /// Its name in the API and on the command line.
    public static let name = "account"
    /// Rises when the code would write other rows for the same events.
    public static let version = 4

    let client: PostgresClient
    let log: EventLog
    /// How many partitions are folded side by side, each on a connection of its own.
    let workers: Int
    let bounds: FoldBounds
    /// How long a swap waits for those who are reading the table that it replaces.
    let patience: Duration

    /// - Parameter workers: how many partitions are folded side by side; the client needs one lease more.
    public init(client: PostgresClient, log: EventLog, workers: Int = 2) {
        self.init(client: client, log: log, workers: workers, bounds: FoldBounds())
    }

    init(
        client: PostgresClient, log: EventLog, workers: Int, bounds: FoldBounds, patience: Duration = .seconds(1_800)
    ) {
        (self.client, self.log, self.workers) = (client, log, max(1, workers))
        (self.bounds, self.patience) = (bounds, patience)
    }

    /// How the projection stands. It is written with every append, so it never lags.
    public func status() async throws -> ProjectionStatus { try await status(on: client) }

    /// The same for whoever asks through that connection.
    public func status(on connection: some PostgresQuerying) async throws -> ProjectionStatus {
        let rows = try await connection.query(
            """
            SELECT version, state, to_regclass('treue.account_next') IS NOT NULL,
                   to_regclass('treue.account_previous') IS NOT NULL, previous_version, swapped_at, verified_at
              FROM treue.projection WHERE name = $1
            """, [.text(AccountProjection.name)])
        guard let row = rows.first else { throw EventLogError.notMigrated }
        let members = try await connection.query("SELECT count(*) FROM treue.account", []).first?.int8(0) ?? 0
        let heads = try await log.heads(on: connection)
        var status = ProjectionStatus(
            name: AccountProjection.name, version: Int(try row.int4(0)), codeVersion: AccountProjection.version,
            state: try row.bool(2) ? "rebuilding" : try row.text(1), rows: members,
            partitions: heads.map { .init(partition: $0.partition, position: $0.position, head: $0.position) })
        status.previousVersion = try row.bool(3) ? try row.optionalInt4(4).map(Int.init) : nil
        status.swappedAtMicros = try row.optionalTimestamptz(5)
        status.verifiedAtMicros = try row.optionalTimestamptz(6)
        (status.faults, status.skipped) = try await ProjectionFaults.of(status.name, in: log, on: connection)
        return status
    }

    /// Whether the rows were written by another version of the code: to be rebuilt before anything is decided on them.
    public func needsRebuild() async throws -> Bool {
        let rows = try await client.query(
            "SELECT version FROM treue.projection WHERE name = $1", [.text(AccountProjection.name)])
        guard let row = rows.first else { throw EventLogError.notMigrated }
        return Int(try row.int4(0)) != AccountProjection.version
    }

    /// Takes the rows for this version's where there are none: nothing was ever recorded.
    ///
    /// - Returns: whether that was so.
    public func adoptWhileEmpty() async throws -> Bool {
        // The heads stay locked until the end, so that nobody appends meanwhile.
        let rows = try await client.query(
            """
            WITH heads AS MATERIALIZED (SELECT position FROM treue.head ORDER BY partition FOR UPDATE)
            UPDATE treue.projection SET version = $2, updated_at = now()
             WHERE name = $1 AND (SELECT sum(position) FROM heads) = 0
            """, [.text(AccountProjection.name), .int4(Int32(truncatingIfNeeded: AccountProjection.version))])
        return rows.affected > 0
    }

    /// Events in the log.
    public func total() async throws -> Int64 {
        try await log.heads(on: client).reduce(0) { $0 + $1.position }
    }
}

extension AccountProjection: Compared {
    func comparer(of partition: Int, on lease: PostgresLease) async throws -> any PartitionComparer {
        try await AccountComparer(partition, of: log, on: lease)
    }
}
