public import Foundation
public import Postgres

/// An API key as it is stored: its secrets are not.
public struct APIKeyRow: Sendable, Equatable {
    public let id: UUID
    public let name: String
    public let scopes: [String]
    /// Times are microseconds since 1970-01-01 UTC.
    public let createdAtMicros: Int64
    public let expiresAtMicros: Int64?
    public let revokedAtMicros: Int64?
    public let lastUsedAtMicros: Int64?
    /// Until when an older secret works beside the one in use; nil when the key was never rotated.
    public let overlapUntilMicros: Int64?

    /// Neither revoked nor expired.
    public func isValid(atMicros now: Int64) -> Bool {
        revokedAtMicros == nil && (expiresAtMicros.map { now < $0 } ?? true)
    }
}

/// A secret that was found, with the key it belongs to.
public struct APIKeySecret: Sendable, Equatable {
    public let key: APIKeyRow
    /// Microseconds since 1970-01-01 UTC; nil for the secret in use.
    public let expiresAtMicros: Int64?

    /// Neither the key nor this secret of it has ended.
    public func isValid(atMicros now: Int64) -> Bool {
        key.isValid(atMicros: now) && (expiresAtMicros.map { now < $0 } ?? true)
    }
}

/// The keys of shops and administrators, found by the hash of a secret.
public struct APIKeyStore: Sendable {
    public init() {}

    // Scopes are words without commas; one text spares an array decoder.
    private static let columns = """
        k.id, k.name, array_to_string(k.scopes, ','), k.created_at, k.expires_at, k.revoked_at, k.last_used_at, \
        (SELECT max(o.expires_at) FROM treue.api_key_secret AS o WHERE o.key_id = k.id)
        """

    /// Stores a new key with its first secret.
    ///
    /// - Throws: `PostgresError`; 23505 when the id or the hash is there already, 23514 without scopes.
    public func insert(
        id: UUID, hash: [UInt8], name: String, scopes: [String], createdAtMicros: Int64,
        expiresAtMicros: Int64? = nil, on connection: some PostgresQuerying
    ) async throws(PostgresError) {
        _ = try await connection.query(
            """
            WITH fresh AS (
                INSERT INTO treue.api_key (id, name, scopes, created_at, expires_at)
                VALUES ($1, $3, $4, $5, $6::timestamptz)
                RETURNING id, created_at
            )
            INSERT INTO treue.api_key_secret (created_at, key_id, hash) SELECT created_at, id, $2 FROM fresh
            """,
            [
                .uuid(id), .bytea(hash), .text(name), .textArray(scopes), .timestamptz(createdAtMicros),
                expiresAtMicros.map { .timestamptz($0) } ?? .null,
            ])
    }

    /// The secret with this hash, valid or not.
    public func secret(
        withHash hash: [UInt8], on connection: some PostgresQuerying
    ) async throws(PostgresError) -> APIKeySecret? {
        let statement = PostgresStatement(
            """
            SELECT \(Self.columns), s.expires_at
              FROM treue.api_key_secret AS s JOIN treue.api_key AS k ON k.id = s.key_id WHERE s.hash = $1
            """)
        guard let row = try await connection.query(statement, [.bytea(hash)]).first else {
            return nil
        }
        return APIKeySecret(key: try APIKeyRow(row), expiresAtMicros: try row.optionalTimestamptz(8))
    }

    /// The key of that id, valid or not, locked until the transaction ends.
    public func lock(_ id: UUID, on connection: some PostgresQuerying) async throws(PostgresError) -> APIKeyRow? {
        let statement = PostgresStatement(
            "SELECT \(Self.columns) FROM treue.api_key AS k WHERE k.id = $1 FOR UPDATE", locksRows: true)
        guard let row = try await connection.query(statement, [.uuid(id)]).first else {
            return nil
        }
        return try APIKeyRow(row)
    }

    /// Keys, newest first.
    ///
    /// - Parameter last: the key behind which to go on; nil to begin.
    public func page(
        after last: UUID?, limit: Int, on connection: some PostgresQuerying
    ) async throws(PostgresError) -> [APIKeyRow] {
        // Ids are time-ordered, so their order is that of creation.
        let statement = PostgresStatement(
            """
            SELECT \(Self.columns) FROM treue.api_key AS k
             WHERE $1::uuid IS NULL OR k.id < $1 ORDER BY k.id DESC LIMIT $2
            """)
        var keys: [APIKeyRow] = []
        for row in try await connection.query(statement, [last.map { .uuid($0) } ?? .null, .int8(Int64(limit))]) {
            keys.append(try APIKeyRow(row))
        }
        return keys
    }

    /// Gives a key a further secret. Those it has work until `overlapUntilMicros` at most; what has ended, or is one of
    /// too many, is deleted.
    public func rotate(
        _ id: UUID, hash: [UInt8], atMicros: Int64, overlapUntilMicros: Int64, on lease: PostgresLease
    ) async throws(PostgresError) {
        _ = try await lease.query(
            """
            DELETE FROM treue.api_key_secret
             WHERE key_id = $1
               AND (expires_at <= $2
                    OR hash NOT IN (SELECT hash FROM treue.api_key_secret WHERE key_id = $1
                                     ORDER BY expires_at DESC NULLS FIRST LIMIT $3))
            """,
            [.uuid(id), .timestamptz(atMicros), .int8(Int64(Self.mostSecrets - 1))])
        _ = try await lease.query(
            "UPDATE treue.api_key_secret SET expires_at = least(expires_at, $2) WHERE key_id = $1",
            [.uuid(id), .timestamptz(overlapUntilMicros)])
        _ = try await lease.query(
            "INSERT INTO treue.api_key_secret (created_at, key_id, hash) VALUES ($2, $1, $3)",
            [.uuid(id), .timestamptz(atMicros), .bytea(hash)])
    }

    /// Secrets of one key that may work at a time.
    public static let mostSecrets = 8

    /// Ends a key; its first end stays.
    ///
    /// - Returns: whether there is such a key.
    public func revoke(
        _ id: UUID, atMicros: Int64, on connection: some PostgresQuerying
    ) async throws(PostgresError) -> Bool {
        let rows = try await connection.query(
            "UPDATE treue.api_key SET revoked_at = coalesce(revoked_at, $2) WHERE id = $1",
            [.uuid(id), .timestamptz(atMicros)])
        return rows.affected > 0
    }

    /// Notes when keys were used; call it now and then, not with every request.
    public func touch(
        _ uses: [(id: UUID, atMicros: Int64)], on connection: some PostgresQuerying
    ) async throws(PostgresError) {
        _ = try await connection.query(
            """
            UPDATE treue.api_key SET last_used_at = greatest(last_used_at, used.at)
              FROM unnest($1::uuid[], $2::timestamptz[]) AS used (id, at) WHERE api_key.id = used.id
            """,
            [.uuidArray(uses.map(\.id)), .timestamptzArray(uses.map(\.atMicros))])
    }
}

extension APIKeyRow {
    fileprivate init(_ row: PostgresRow) throws(PostgresError) {
        id = try row.uuid(0)
        name = try row.text(1)
        scopes = try row.text(2).split(separator: ",").map(String.init)
        createdAtMicros = try row.timestamptz(3)
        expiresAtMicros = try row.optionalTimestamptz(4)
        revokedAtMicros = try row.optionalTimestamptz(5)
        lastUsedAtMicros = try row.optionalTimestamptz(6)
        overlapUntilMicros = try row.optionalTimestamptz(7)
    }
}
