public import Foundation
public import Postgres

/// One row of `treue.account`: the log writes it with the append and does not look into it.
public struct AccountRow: Sendable, Equatable {
    public let member: UUID
    /// Version of the member's stream that `state` is at.
    public let version: Int64
    public let state: [UInt8]

    public init(member: UUID, version: Int64, state: [UInt8]) {
        self.member = member
        self.version = version
        self.state = state
    }
}

extension EventLog {
    private static let accountsOf: PostgresStatement = """
        SELECT found.* FROM unnest($1::int[], $2::uuid[]) AS wanted (partition, member_id)
         CROSS JOIN LATERAL (
               SELECT member_id, version, state FROM treue.account
                WHERE partition = wanted.partition AND member_id = wanted.member_id LIMIT 1) AS found
        """

    /// The account rows of these members, in no order. One that has none is missing from the answer.
    public func accounts(
        of members: [UUID], on connection: some PostgresQuerying
    ) async throws(PostgresError) -> [AccountRow] {
        guard !members.isEmpty else {
            return []
        }
        let partitions = members.map { Int32(truncatingIfNeeded: partition(of: $0)) }
        let rows = try await connection.query(Self.accountsOf, [.int4Array(partitions), .uuidArray(members)])
        var accounts: [AccountRow] = []
        accounts.reserveCapacity(rows.count)
        for row in rows {
            accounts.append(
                AccountRow(member: try row.uuid(0), version: try row.int8(1), state: try row.bytes(2)))
        }
        return accounts
    }

    private static let accountsSince: PostgresStatement = """
        SELECT here.generation, found.n::int, found.version, found.state
          FROM treue.projection AS here
          LEFT JOIN LATERAL (
               SELECT wanted.n, account.version,
                      CASE WHEN account.version = wanted.version AND here.generation = $4 THEN NULL
                           ELSE account.state END AS state
                 FROM unnest($1::int[], $2::uuid[], $3::bigint[])
                      WITH ORDINALITY AS wanted (partition, member_id, version, n)
                CROSS JOIN LATERAL (
                      SELECT version, state FROM treue.account
                       WHERE partition = wanted.partition AND member_id = wanted.member_id LIMIT 1) AS account
               ) AS found ON true
         WHERE here.name = 'account'
        """

    /// What became of accounts that were read before.
    public struct AccountsSince: Sendable {
        /// The account table that this is from.
        public var generation: Int64
        /// In no order; `index` counts the members asked for. `state` is nil where it is the one known already.
        public var accounts: [(index: Int, version: Int64, state: [UInt8]?)]
    }

    /// The account rows of these members without the states that the caller knows. One that has no row is missing from
    /// the answer.
    ///
    /// - Parameters:
    ///   - knownVersions: for each member the version whose state is known; 0 for none.
    ///   - generation: the account table that they were read from; nil where nothing is known.
    public func accounts(
        of members: [UUID], knownVersions: [Int64], generation: Int64?, on connection: some PostgresQuerying
    ) async throws(PostgresError) -> AccountsSince {
        let partitions = members.map { Int32(truncatingIfNeeded: partition(of: $0)) }
        let rows = try await connection.query(
            Self.accountsSince,
            [
                .int4Array(partitions), .uuidArray(members), .int8Array(knownVersions),
                .int8(generation ?? -1),
            ])
        var result = AccountsSince(generation: 0, accounts: [])
        result.accounts.reserveCapacity(rows.count)
        for row in rows {
            result.generation = try row.int8(0)
            guard let number = try row.optionalInt4(1) else { continue }
            result.accounts.append((Int(number) - 1, try row.int8(2), try row.optionalBytes(3)))
        }
        return result
    }

    private static let generation: PostgresStatement = "SELECT generation FROM treue.projection WHERE name = 'account'"

    /// Which `treue.account` this is: the number rises when a rebuild puts another table in its place. Whoever keeps
    /// rows in memory reads it first, and gives it along with the append.
    public func accountGeneration(on connection: some PostgresQuerying) async throws(PostgresError) -> Int64 {
        guard let row = try await connection.query(Self.generation, []).first else {
            throw PostgresError(.decoding, "treue.projection has no row for account")
        }
        return try row.int8(0)
    }
}

extension PostgresError {
    /// An append rested on rows of a `treue.account` that a rebuild has replaced: read them again.
    public var accountWasReplaced: Bool { sqlState == "TR004" }
}
