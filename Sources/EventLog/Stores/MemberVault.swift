public import Foundation
public import Postgres

/// A row of `treue.member`.
public struct VaultRow: Sendable, Equatable {
    public let member: UUID
    public let sealed: SealedMember
    /// Microseconds since 1970-01-01 UTC.
    public let createdAtMicros: Int64
    /// Microseconds since 1970-01-01 UTC.
    public let updatedAtMicros: Int64
}

/// Members' sealed personal data. New rows come with an append (``StreamAppend/member``) or from
/// ``put(_:of:atMicros:on:)``.
public struct MemberVault: Sendable {
    private let log: EventLog

    public init(log: EventLog) {
        self.log = log
    }

    private static let rowsOf: PostgresStatement = """
        SELECT found.* FROM unnest($1::int[], $2::uuid[]) AS wanted (partition, member_id)
         CROSS JOIN LATERAL (
               SELECT member_id, data_key, profile, created_at, updated_at FROM treue.member
                WHERE partition = wanted.partition AND member_id = wanted.member_id LIMIT 1) AS found
        """

    /// The rows of these members, in no order; one that has none is missing from the answer.
    public func rows(
        of members: [UUID], on connection: some PostgresQuerying
    ) async throws(PostgresError) -> [VaultRow] {
        guard !members.isEmpty else {
            return []
        }
        let partitions = members.map { Int32(truncatingIfNeeded: log.partition(of: $0)) }
        var found: [VaultRow] = []
        for row in try await connection.query(Self.rowsOf, [.int4Array(partitions), .uuidArray(members)]) {
            found.append(
                VaultRow(
                    member: try row.uuid(0),
                    sealed: SealedMember(dataKey: try row.bytes(1), profile: try row.bytes(2)),
                    createdAtMicros: try row.timestamptz(3), updatedAtMicros: try row.timestamptz(4)))
        }
        return found
    }

    /// Writes a member's row, in place of the one there was.
    public func put(
        _ sealed: SealedMember, of member: UUID, atMicros: Int64, on connection: some PostgresQuerying
    ) async throws(PostgresError) {
        _ = try await connection.query(
            """
            INSERT INTO treue.member (created_at, updated_at, partition, member_id, data_key, profile)
            VALUES ($1, $1, $2, $3, $4, $5)
                ON CONFLICT (partition, member_id) DO UPDATE
               SET updated_at = excluded.updated_at, data_key = excluded.data_key, profile = excluded.profile
            """,
            [.timestamptz(atMicros)] + place(of: member) + [.bytea(sealed.dataKey), .bytea(sealed.profile)])
    }

    /// Destroys the row and with it the member's key: what is sealed under it is unreadable from now on.
    ///
    /// - Returns: whether there was a row.
    public func erase(_ member: UUID, on connection: some PostgresQuerying) async throws(PostgresError) -> Bool {
        let rows = try await connection.query(
            "DELETE FROM treue.member WHERE partition = $1 AND member_id = $2", place(of: member))
        return rows.affected > 0
    }

    private func place(of member: UUID) -> [PostgresValue] {
        [.int4(Int32(truncatingIfNeeded: log.partition(of: member))), .uuid(member)]
    }
}
