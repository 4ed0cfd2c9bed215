public import Foundation
public import Postgres

/// A card, an e-mail, a shop's own id: only its keyed hash is known here.
public struct Identifier: Sendable, Hashable {
    /// `card`, `email`, `external_id`.
    public var kind: String
    /// Keyed hash of the normalised value; 16 bytes at least.
    public var valueHash: [UInt8]

    public init(kind: String, valueHash: [UInt8]) {
        self.kind = kind
        self.valueHash = valueHash
    }
}

/// Who claimed which identifier. The first claim wins.
public struct IdentifierStore: Sendable {
    /// An identifier and who wants it.
    public struct Claim: Sendable, Equatable {
        public var identifier: Identifier
        public var member: UUID

        public init(_ identifier: Identifier, by member: UUID) {
            self.identifier = identifier
            self.member = member
        }
    }

    private let log: EventLog

    public init(log: EventLog) {
        self.log = log
    }

    // Sorted, so that two batches of the same claims wait for each other instead of deadlocking.
    private static let claimAll: PostgresStatement = """
        INSERT INTO treue.identifier (claimed_at, partition, kind, value_hash, member_id)
        SELECT $1::timestamptz, wanted.* FROM unnest($2::int[], $3::text[], $4::bytea[], $5::uuid[])
               AS wanted (partition, kind, value_hash, member_id)
         ORDER BY 2, 3, 4
            ON CONFLICT DO NOTHING
        """
    private static let ownersOf: PostgresStatement = """
        SELECT wanted.n::int, found.member_id
          FROM unnest($1::int[], $2::text[], $3::bytea[]) WITH ORDINALITY AS wanted (partition, kind, value_hash, n)
         CROSS JOIN LATERAL (
               SELECT member_id FROM treue.identifier
                WHERE partition = wanted.partition AND kind = wanted.kind AND value_hash = wanted.value_hash
                LIMIT 1) AS found
        """

    /// Claims what is free, at once for many.
    ///
    /// - Returns: for each claim who owns the identifier now: the claimer, or whoever was first; nil when an erasure
    ///   freed it in the very same moment (claim again).
    public func claim(
        _ claims: [Claim], atMicros: Int64, on connection: some PostgresQuerying
    ) async throws(PostgresError) -> [UUID?] {
        guard !claims.isEmpty else {
            return []
        }
        let identifiers = claims.map(\.identifier)
        let parameters = [.timestamptz(atMicros)] + columns(identifiers) + [.uuidArray(claims.map(\.member))]
        _ = try await connection.query(Self.claimAll, parameters)
        return try await owners(of: identifiers, on: connection)
    }

    /// The owners, in the order asked; nil for what nobody has claimed.
    public func owners(
        of identifiers: [Identifier], on connection: some PostgresQuerying
    ) async throws(PostgresError) -> [UUID?] {
        guard !identifiers.isEmpty else {
            return []
        }
        var owners = [UUID?](repeating: nil, count: identifiers.count)
        for row in try await connection.query(Self.ownersOf, columns(identifiers)) {
            let index = Int(try row.int4(0)) - 1
            if owners.indices.contains(index) {
                owners[index] = try row.uuid(1)
            }
        }
        return owners
    }

    /// All that a member claimed.
    public func identifiers(
        of member: UUID, on connection: some PostgresQuerying
    ) async throws(PostgresError) -> [Identifier] {
        let rows = try await connection.query(
            "SELECT kind, value_hash FROM treue.identifier WHERE member_id = $1 ORDER BY kind, claimed_at",
            [.uuid(member)])
        var found: [Identifier] = []
        for row in rows {
            found.append(Identifier(kind: try row.text(0), valueHash: try row.bytes(1)))
        }
        return found
    }

    /// Gives up these identifiers, as far as `member` owns them.
    public func release(
        _ identifiers: [Identifier], of member: UUID, on connection: some PostgresQuerying
    ) async throws(PostgresError) {
        _ = try await connection.query(
            """
            DELETE FROM treue.identifier AS claimed
             USING unnest($1::int[], $2::text[], $3::bytea[]) AS freed (partition, kind, value_hash)
             WHERE claimed.partition = freed.partition AND claimed.kind = freed.kind
               AND claimed.value_hash = freed.value_hash AND claimed.member_id = $4
            """, columns(identifiers) + [.uuid(member)])
    }

    /// Gives up all that `member` owns: erasure.
    public func releaseAll(of member: UUID, on connection: some PostgresQuerying) async throws(PostgresError) {
        _ = try await connection.query("DELETE FROM treue.identifier WHERE member_id = $1", [.uuid(member)])
    }

    private func columns(_ identifiers: [Identifier]) -> [PostgresValue] {
        [
            .int4Array(identifiers.map { Int32(truncatingIfNeeded: partition(of: $0)) }),
            .textArray(identifiers.map(\.kind)), .byteaArray(identifiers.map(\.valueHash)),
        ]
    }

    /// By the first 16 bytes of the hash, taken as a stream's id.
    private func partition(of identifier: Identifier) -> Int {
        var id: uuid_t = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
        withUnsafeMutableBytes(of: &id) { $0.copyBytes(from: identifier.valueHash.prefix(16)) }
        return log.partition(of: UUID(uuid: id))
    }
}
