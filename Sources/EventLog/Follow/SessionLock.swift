public import Postgres

/// A lease on a name, so that of several server processes one does the work: a session's advisory lock, gone with its
/// connection. Two 32-bit numbers: one says that it is of this kind, the other is the name's FNV-1a hash.
public struct SessionLock: Sendable {
    /// "trfo"
    private static let family: Int32 = 0x7472_666F
    private let key: Int32

    public init(name: String) {
        key = Int32(bitPattern: name.utf8.reduce(0x811C_9DC5) { ($0 ^ UInt32($1)) &* 0x0100_0193 })
    }

    private static let take: PostgresStatement = "SELECT pg_try_advisory_lock($1, $2)"
    // The catalogue keeps the numbers as unsigned.
    private static let holder: PostgresStatement = """
        SELECT NOT EXISTS (
               SELECT FROM pg_catalog.pg_locks
                WHERE locktype = 'advisory' AND granted AND objsubid = 2
                  AND database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
                  AND classid::bigint = $1 AND objid::bigint = $2)
        """

    /// Takes the lock for the session, if nobody has it.
    public func take(on lease: PostgresLease) async throws(PostgresError) -> Bool {
        try await lease.query(Self.take, [.int4(Self.family), .int4(key)])[0].bool(0)
    }

    /// Whether nobody has it at this moment.
    public func isFree(on connection: some PostgresQuerying) async throws(PostgresError) -> Bool {
        let numbers: [PostgresValue] = [
            .int8(Int64(UInt32(bitPattern: Self.family))), .int8(Int64(UInt32(bitPattern: key))),
        ]
        return try await connection.query(Self.holder, numbers)[0].bool(0)
    }
}
