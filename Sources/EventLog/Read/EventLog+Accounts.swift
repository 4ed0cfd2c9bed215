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

    private static let endsOf: PostgresStatement = """
        SELECT here.generation, head.partition, head.position
          FROM treue.projection AS here
          LEFT JOIN treue.head ON head.partition = ANY ($1)
         WHERE here.name = 'account'
        """

    /// The ends of some partitions, and which account table there is at that moment.
    ///
    /// - Returns: by partition, the position of its last event.
    public func ends(
        of partitions: some Collection<Int>, on connection: some PostgresQuerying
    ) async throws(PostgresError) -> (generation: Int64, positions: [Int: Int64]) {
        let wanted = PostgresValue.int4Array(partitions.map { Int32(truncatingIfNeeded: $0) })
        var (generation, positions): (Int64, [Int: Int64]) = (0, [:])
        for row in try await connection.query(Self.endsOf, [wanted]) {
            generation = try row.int8(0)
            if let partition = try row.optionalInt4(1) { positions[Int(partition)] = try row.int8(2) }
        }
        return (generation, positions)
    }

    private static let accountsNow: PostgresStatement = """
        SELECT here.generation, found.*
          FROM treue.projection AS here
          LEFT JOIN LATERAL (
               SELECT account.member_id, head.position, account.version, account.state
                 FROM unnest($1::int[], $2::uuid[]) AS wanted (partition, member_id)
                CROSS JOIN LATERAL (
                      SELECT member_id, version, state FROM treue.account
                       WHERE partition = wanted.partition AND member_id = wanted.member_id LIMIT 1) AS account
                CROSS JOIN LATERAL (
                      SELECT position FROM treue.head WHERE partition = wanted.partition LIMIT 1) AS head
               ) AS found ON true
         WHERE here.name = 'account'
        """

    /// Accounts as of one moment.
    public struct AccountsNow: Sendable {
        /// The account table that they are from.
        public var generation: Int64
        /// In no order; `position` is the end of the member's partition at that moment.
        public var rows: [(row: AccountRow, position: Int64)]
    }

    /// The account rows of these members, and how far their partitions went at that moment. One that has no row is missing
    /// from the answer.
    public func accountsNow(
        of members: [UUID], on connection: some PostgresQuerying
    ) async throws(PostgresError) -> AccountsNow {
        let partitions = members.map { Int32(truncatingIfNeeded: partition(of: $0)) }
        var found = AccountsNow(generation: 0, rows: [])
        found.rows.reserveCapacity(members.count)
        for row in try await connection.query(Self.accountsNow, [.int4Array(partitions), .uuidArray(members)]) {
            found.generation = try row.int8(0)
            guard let member = try row.optionalUUID(1) else { continue }
            found.rows.append(
                (AccountRow(member: member, version: try row.int8(3), state: try row.bytes(4)), try row.int8(2)))
        }
        return found
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
