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
    public static let version = 1

    let client: PostgresClient
    let log: EventLog

    public init(client: PostgresClient, log: EventLog) { (self.client, self.log) = (client, log) }

    /// How far the work has come, in events.
    public struct Progress: Sendable, Equatable {
        public var done: Int64
        public var total: Int64
    }

    /// What a list of projections shows. It is written with every append, so it never lags.
    public struct Status: Sendable, Equatable {
        public var name: String
        public var version: Int
        public var state: String
        public var members: Int64
    }

    /// How the projection stands.
    public func status() async throws -> Status {
        let rows = try await client.query(
            """
            SELECT version, state, (SELECT count(*) FROM treue.account),
                   to_regclass('treue.account_next') IS NOT NULL
              FROM treue.projection WHERE name = $1
            """, [.text(AccountProjection.name)])
        guard let row = rows.first else { throw EventLogError.notMigrated }
        let state = try row.bool(3) ? "rebuilding" : try row.text(1)
        return Status(
            name: AccountProjection.name, version: Int(try row.int4(0)), state: state, members: try row.int8(2))
    }

    /// Events in the log.
    public func total() async throws -> Int64 {
        try await log.heads(on: client).reduce(0) { $0 + $1.position }
    }

    /// Folds one partition from its first event, in the snapshot of the transaction that the lease is in.
    func fold(
        _ partition: Int, on lease: PostgresLease, progress: (Int64) async -> Void
    ) async throws -> AccountFold {
        var fold = AccountFold()
        try await log.copyOut(partitions: [partition], columns: .content, on: lease) { batch in
            try fold.fold(batch)
            await progress(Int64(batch.count))
        }
        return fold
    }

    /// The rows of one partition.
    func rows(in partition: Int, on lease: PostgresLease) async throws -> [AccountRow] {
        let rows = try await lease.query(
            "SELECT member_id, version, state FROM treue.account WHERE partition = $1",
            [.int4(Int32(truncatingIfNeeded: partition))])
        return try rows.map { AccountRow(member: try $0.uuid(0), version: try $0.int8(1), state: try $0.bytes(2)) }
    }
}
