import EventLog
import Foundation
import Loyalty
import Postgres
import Wire

/// Endpoints as rows.
struct WebhookEndpointStore: Sendable {
    /// In the order of ``WebhookEndpoint/init(_:)``.
    private static let columns = """
        id, url, description, array_to_string(event_types, ','), is_enabled, disabled_reason, created_at, updated_at,
        CASE WHEN previous_until > $1 THEN previous_until END, last_success_at, failing_since, open_until
        """
    private static let all = PostgresStatement(
        "SELECT \(columns) FROM treue.webhook_endpoint ORDER BY created_at, id LIMIT 1000")
    private static let one = PostgresStatement("SELECT \(columns) FROM treue.webhook_endpoint WHERE id = $2")

    func endpoints(at now: Instant, on connection: some PostgresQuerying) async throws(PostgresError)
        -> [WebhookEndpoint]
    {
        var endpoints: [WebhookEndpoint] = []
        for row in try await connection.query(Self.all, [.timestamptz(now.micros)]) {
            endpoints.append(try WebhookEndpoint(row))
        }
        return endpoints
    }

    func endpoint(
        _ id: UUID, at now: Instant, on connection: some PostgresQuerying
    ) async throws(PostgresError) -> WebhookEndpoint? {
        guard let row = try await connection.query(Self.one, [.timestamptz(now.micros), .uuid(id)]).first else {
            return nil
        }
        return try WebhookEndpoint(row)
    }

    func insert(
        _ endpoint: WebhookEndpoint, secret: SealedSecret, on connection: some PostgresQuerying
    ) async throws(PostgresError) {
        _ = try await connection.query(
            """
            INSERT INTO treue.webhook_endpoint (created_at, updated_at, id, is_enabled, url, description, event_types,
                                                secret_key, secret)
            VALUES ($1, $1, $2, $3, $4, $5::text, $6, $7, $8)
            """,
            [
                .timestamptz(endpoint.createdAt.micros), .uuid(endpoint.id), .bool(endpoint.isEnabled),
                .text(endpoint.url), endpoint.description.map { .text($0) } ?? .null,
                .textArray(endpoint.types.map(\.rawValue)), .bytea(secret.key), .bytea(secret.sealed),
            ])
    }

    /// Writes what a caller may change. Whoever enables an endpoint starts it afresh.
    func update(
        _ endpoint: WebhookEndpoint, on connection: some PostgresQuerying
    ) async throws(PostgresError) -> Bool {
        let rows = try await connection.query(
            """
            UPDATE treue.webhook_endpoint
               SET updated_at = $2, is_enabled = $3, url = $4, description = $5::text, event_types = $6,
                   disabled_reason = CASE WHEN $3 THEN NULL ELSE disabled_reason END,
                   open_until = CASE WHEN $3 THEN NULL ELSE open_until END,
                   failing_since = CASE WHEN $3 AND NOT is_enabled THEN NULL ELSE failing_since END
             WHERE id = $1
            """,
            [
                .uuid(endpoint.id), .timestamptz(endpoint.updatedAt.micros), .bool(endpoint.isEnabled),
                .text(endpoint.url), endpoint.description.map { .text($0) } ?? .null,
                .textArray(endpoint.types.map(\.rawValue)),
            ])
        return rows.affected > 0
    }

    func delete(_ id: UUID, on connection: some PostgresQuerying) async throws(PostgresError) -> Bool {
        try await connection.query("DELETE FROM treue.webhook_endpoint WHERE id = $1", [.uuid(id)]).affected > 0
    }

    /// Puts a secret in place of the one there is, which goes on signing until `previousUntil`.
    func rotate(
        _ id: UUID, to secret: SealedSecret, previousUntil: Instant, at now: Instant,
        on connection: some PostgresQuerying
    ) async throws(PostgresError) -> Bool {
        let rows = try await connection.query(
            """
            UPDATE treue.webhook_endpoint
               SET previous_key = secret_key, previous_secret = secret, previous_until = $4,
                   secret_key = $2, secret = $3, updated_at = $5
             WHERE id = $1
            """,
            [
                .uuid(id), .bytea(secret.key), .bytea(secret.sealed), .timestamptz(previousUntil.micros),
                .timestamptz(now.micros),
            ])
        return rows.affected > 0
    }

    /// Notes how the endpoint is doing.
    func note(
        _ health: EndpointHealth, of id: UUID, on connection: some PostgresQuerying
    ) async throws(PostgresError) {
        func time(_ instant: Instant?) -> PostgresValue { instant.map { .timestamptz($0.micros) } ?? .null }
        _ = try await connection.query(
            """
            UPDATE treue.webhook_endpoint
               SET last_success_at = coalesce($2::timestamptz, last_success_at), failing_since = $3::timestamptz,
                   open_until = $4::timestamptz
             WHERE id = $1
            """, [.uuid(id), time(health.lastSuccess), time(health.failingSince), time(health.openUntil)])
    }

    func disable(
        _ id: UUID, reason: String, at now: Instant, on connection: some PostgresQuerying
    ) async throws(PostgresError) {
        _ = try await connection.query(
            """
            UPDATE treue.webhook_endpoint SET is_enabled = false, disabled_reason = $2, updated_at = $3 WHERE id = $1
            """, [.uuid(id), .text(reason), .timestamptz(now.micros)])
    }
}

/// A secret as it is stored.
struct SealedSecret: Sendable {
    /// The key that sealed it, wrapped by the master key.
    var key: [UInt8]
    var sealed: [UInt8]
}

extension WebhookEndpoint {
    fileprivate init(_ row: PostgresRow) throws(PostgresError) {
        func time(_ column: Int) throws(PostgresError) -> Instant? {
            try row.optionalTimestamptz(column).map { Instant(micros: $0) }
        }
        self.init(
            id: try row.uuid(0), url: try row.text(1), description: try row.optionalText(2),
            types: try row.text(3).split(separator: ",").compactMap { WebhookEventType(rawValue: String($0)) },
            isEnabled: try row.bool(4), disabledReason: try row.optionalText(5),
            createdAt: Instant(micros: try row.timestamptz(6)), updatedAt: Instant(micros: try row.timestamptz(7)),
            previousSecretUntil: try time(8), lastSuccessAt: try time(9), failingSince: try time(10),
            openUntil: try time(11))
    }
}
