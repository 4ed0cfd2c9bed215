public import Foundation
public import Postgres

/// An API key as it is stored: its secret is not.
public struct APIKeyRow: Sendable, Equatable {
    public let id: UUID
    public let name: String
    public let scopes: [String]
    /// Times are microseconds since 1970-01-01 UTC.
    public let createdAtMicros: Int64
    public let expiresAtMicros: Int64?
    public let revokedAtMicros: Int64?
    public let lastUsedAtMicros: Int64?

    /// Neither revoked nor expired.
    public func isValid(atMicros now: Int64) -> Bool {
        revokedAtMicros == nil && (expiresAtMicros.map { now < $0 } ?? true)
    }
}

/// The keys of shops and administrators, found by the hash of their secret.
public struct APIKeyStore: Sendable {
    public init() {}

    // Scopes are words without commas; one text spares an array decoder.
    private static let columns = """
        id, name, array_to_string(scopes, ','), created_at, expires_at, revoked_at, last_used_at
        """

    /// Stores a new key.
    ///
    /// - Throws: `PostgresError`; 23505 when the id or the hash is there already, 23514 without scopes.
    public func insert(
        id: UUID, hash: [UInt8], name: String, scopes: [String], createdAtMicros: Int64,
        expiresAtMicros: Int64? = nil, on connection: some PostgresQuerying
    ) async throws(PostgresError) {
        _ = try await connection.query(
            """
            INSERT INTO treue.api_key (id, hash, name, scopes, created_at, expires_at)
            VALUES ($1, $2, $3, $4, $5, $6::timestamptz)
            """,
            [
                .uuid(id), .bytea(hash), .text(name), .textArray(scopes), .timestamptz(createdAtMicros),
                expiresAtMicros.map { .timestamptz($0) } ?? .null,
            ])
    }

    /// The key with this hash, valid or not.
    public func key(
        withHash hash: [UInt8], on connection: some PostgresQuerying
    ) async throws(PostgresError) -> APIKeyRow? {
        let statement = PostgresStatement("SELECT \(Self.columns) FROM treue.api_key WHERE hash = $1")
        guard let row = try await connection.query(statement, [.bytea(hash)]).first else {
            return nil
        }
        return try APIKeyRow(row)
    }

    /// All keys, oldest first.
    public func all(on connection: some PostgresQuerying) async throws(PostgresError) -> [APIKeyRow] {
        let statement = PostgresStatement("SELECT \(Self.columns) FROM treue.api_key ORDER BY created_at, id")
        var keys: [APIKeyRow] = []
        for row in try await connection.query(statement, []) {
            keys.append(try APIKeyRow(row))
        }
        return keys
    }

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

    /// Notes when a key was used; call it now and then, not with every request.
    public func touch(_ id: UUID, atMicros: Int64, on connection: some PostgresQuerying) async throws(PostgresError) {
        _ = try await connection.query(
            "UPDATE treue.api_key SET last_used_at = greatest(last_used_at, $2) WHERE id = $1",
            [.uuid(id), .timestamptz(atMicros)])
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
    }
}
