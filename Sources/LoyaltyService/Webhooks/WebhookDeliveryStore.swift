import EventLog
import Foundation
import Loyalty
import Postgres
import Wire

/// Deliveries as rows.
struct WebhookDeliveryStore: Sendable {
    /// A message to be written for an endpoint.
    struct New: Sendable {
        var id: UUID
        var endpoint: UUID
        var member: UUID
        var messageID: String
        var type: WebhookEventType
        var body: [UInt8]
    }

    /// The channel that is notified when there are new messages.
    static let channel = "treue_webhook"

    private static let number: PostgresStatement = """
        UPDATE treue.webhook_sequence SET position = position + $1 RETURNING position
        """
    /// An endpoint that somebody deletes meanwhile gets nothing: its row is looked at again once they are through.
    private static let insertAll: PostgresStatement = """
        WITH there AS MATERIALIZED (
            SELECT id FROM treue.webhook_endpoint WHERE id = ANY ($5) ORDER BY id FOR KEY SHARE
        )
        INSERT INTO treue.webhook_delivery (created_at, next_at, keep_until, sequence, id, endpoint_id, member_id,
                                            message_id, type, body)
        SELECT $1, $1, $2, $3 + new.n, new.id, new.endpoint_id, new.member_id, new.message_id, new.type, new.body
          FROM unnest($4::uuid[], $5::uuid[], $6::uuid[], $7::text[], $8::text[], $9::bytea[]) WITH ORDINALITY
               AS new (id, endpoint_id, member_id, message_id, type, body, n)
         WHERE new.endpoint_id IN (SELECT id FROM there)
            ON CONFLICT (endpoint_id, message_id) DO NOTHING
        """

    /// Writes messages in order, within the caller's transaction; one that an endpoint has already is left out.
    func insert(_ new: [New], at now: Instant, keepUntil: Instant, on lease: PostgresLease) async throws(PostgresError)
    {
        guard !new.isEmpty else { return }
        let count = Int64(new.count)
        let last = try await lease.query(Self.number, [.int8(count)])[0].int8(0)
        _ = try await lease.query(
            Self.insertAll,
            [
                .timestamptz(now.micros), .timestamptz(keepUntil.micros), .int8(last - count),
                .uuidArray(new.map(\.id)), .uuidArray(new.map(\.endpoint)), .uuidArray(new.map(\.member)),
                .textArray(new.map(\.messageID)), .textArray(new.map(\.type.rawValue)), .byteaArray(new.map(\.body)),
            ])
        _ = try await lease.query("SELECT pg_notify('treue_webhook', '')")
    }

    private static let waiting: PostgresStatement = """
        SELECT id, sequence, member_id, attempts, next_at, created_at FROM treue.webhook_delivery
         WHERE endpoint_id = $1 AND state = 'pending' AND sequence > $2 ORDER BY sequence LIMIT $3
        """
    private static let waitingOfMember: PostgresStatement = """
        SELECT id, sequence, member_id, attempts, next_at, created_at FROM treue.webhook_delivery
         WHERE endpoint_id = $1 AND state = 'pending' AND member_id = $2 ORDER BY sequence LIMIT $3
        """

    /// What waits for an endpoint, on from a number.
    func waiting(
        for endpoint: UUID, after sequence: Int64, limit: Int, on connection: some PostgresQuerying
    ) async throws(PostgresError) -> [DeliveryWindow.Item] {
        try await connection.query(Self.waiting, [.uuid(endpoint), .int8(sequence), .int8(Int64(limit))]).items()
    }

    /// What waits for an endpoint about one member.
    func waiting(
        for endpoint: UUID, member: UUID, limit: Int, on connection: some PostgresQuerying
    ) async throws(PostgresError) -> [DeliveryWindow.Item] {
        try await connection.query(Self.waitingOfMember, [.uuid(endpoint), .uuid(member), .int8(Int64(limit))]).items()
    }

    /// What is sent, where, and what signs it.
    struct Content: Sendable {
        var messageID: String
        var body: [UInt8]
        var url: String
        /// The newest first.
        var secrets: [SealedSecret]
        var isEnabled: Bool
    }

    private static let contentOf: PostgresStatement = """
        SELECT delivery.message_id, delivery.body, endpoint.url, endpoint.secret_key, endpoint.secret,
               CASE WHEN endpoint.previous_until > $2 THEN endpoint.previous_key END, endpoint.previous_secret,
               endpoint.is_enabled
          FROM treue.webhook_delivery AS delivery
          JOIN treue.webhook_endpoint AS endpoint ON endpoint.id = delivery.endpoint_id
         WHERE delivery.id = $1 AND delivery.state = 'pending'
        """

    /// nil when it is not pending any more.
    func content(
        of id: UUID, at now: Instant, on connection: some PostgresQuerying
    ) async throws(PostgresError) -> Content? {
        let rows = try await connection.query(Self.contentOf, [.uuid(id), .timestamptz(now.micros)])
        guard let row = rows.first else { return nil }
        var secrets = [SealedSecret(key: try row.bytes(3), sealed: try row.bytes(4))]
        if let key = try row.optionalBytes(5), let sealed = try row.optionalBytes(6) {
            secrets.append(SealedSecret(key: key, sealed: sealed))
        }
        return Content(
            messageID: try row.text(0), body: try row.bytes(1), url: try row.text(2), secrets: secrets,
            isEnabled: try row.bool(7))
    }

    /// Writes down what an attempt came to.
    func settle(
        _ id: UUID, _ result: AttemptResult, at now: Instant, on connection: some PostgresQuerying
    ) async throws(PostgresError) {
        _ = try await connection.query(
            """
            UPDATE treue.webhook_delivery
               SET state = $2, attempts = $3, next_at = $4, finished_at = $5::timestamptz, last_status = $6::int,
                   last_error = $7::text
             WHERE id = $1 AND state = 'pending'
            """,
            [
                .uuid(id), .text(result.state.rawValue), .int4(Int32(truncatingIfNeeded: result.attempts)),
                .timestamptz(result.nextAt.micros), result.state == .pending ? .null : .timestamptz(now.micros),
                result.status.map { .int4(Int32(truncatingIfNeeded: $0)) } ?? .null,
                result.error.map { .text($0) } ?? .null,
            ])
    }

    private static let page: PostgresStatement = """
        SELECT id, message_id, type, member_id, state, attempts, created_at, next_at, finished_at, last_status, last_error,
               sequence
          FROM treue.webhook_delivery
         WHERE endpoint_id = $1 AND sequence < $2 AND ($3 = '' OR state = $3) ORDER BY sequence DESC LIMIT $4
        """

    /// An endpoint's deliveries, newest first.
    func deliveries(
        of endpoint: UUID, before sequence: Int64, state: WebhookDelivery.State?, limit: Int,
        on connection: some PostgresQuerying
    ) async throws(PostgresError) -> [WebhookDelivery] {
        var deliveries: [WebhookDelivery] = []
        let rows = try await connection.query(
            Self.page, [.uuid(endpoint), .int8(sequence), .text(state?.rawValue ?? ""), .int8(Int64(limit))])
        for row in rows { deliveries.append(try WebhookDelivery(row)) }
        return deliveries
    }

    /// Dead letters given new life in one call, at most.
    static let mostReplayed = 10_000

    private static let dead: PostgresStatement = """
        SELECT id FROM treue.webhook_delivery
         WHERE endpoint_id = $1 AND state = 'dead' ORDER BY sequence LIMIT $2 FOR UPDATE
        """
    private static let finished: PostgresStatement = """
        SELECT id FROM treue.webhook_delivery
         WHERE endpoint_id = $1 AND id = $2 AND state <> 'pending' FOR UPDATE
        """
    private static let revive: PostgresStatement = """
        UPDATE treue.webhook_delivery
           SET state = 'pending', attempts = 0, next_at = $1, created_at = $1, finished_at = NULL, sequence = $2 + again.n
          FROM unnest($3::uuid[]) WITH ORDINALITY AS again (id, n)
         WHERE webhook_delivery.id = again.id
        """

    /// Puts one finished delivery, or all that were given up, at the end of the queue, in their old order; within the
    /// caller's transaction.
    ///
    /// - Returns: how many.
    func replay(
        _ delivery: UUID?, of endpoint: UUID, at now: Instant, on lease: PostgresLease
    ) async throws -> Int {
        // First the number, as whoever inserts: so nobody waits for anybody crosswise.
        let base = try await lease.query(Self.number, [.int8(Int64(Self.mostReplayed))])[0].int8(0)
        let rows =
            if let delivery {
                try await lease.query(Self.finished, [.uuid(endpoint), .uuid(delivery)])
            } else {
                try await lease.query(Self.dead, [.uuid(endpoint), .int8(Int64(Self.mostReplayed))])
            }
        let ids = try rows.map { try $0.uuid(0) }
        guard !ids.isEmpty else { return 0 }
        _ = try await lease.query(
            Self.revive, [.timestamptz(now.micros), .int8(base - Int64(Self.mostReplayed)), .uuidArray(ids)])
        _ = try await lease.query("SELECT pg_notify('treue_webhook', '')")
        return ids.count
    }

    /// Removes what was kept long enough; what was given up is kept four times as long.
    ///
    /// - Returns: how many, at most 1,000.
    func prune(at now: Instant, on connection: some PostgresQuerying) async throws(PostgresError) -> Int {
        try await connection.query(
            """
            DELETE FROM treue.webhook_delivery
             WHERE id IN (SELECT id FROM treue.webhook_delivery
                           WHERE state <> 'pending' AND keep_until < $1
                             AND (state = 'delivered' OR keep_until + 3 * (keep_until - created_at) < $1)
                           ORDER BY keep_until LIMIT 1000)
            """, [.timestamptz(now.micros)]
        ).affected
    }

    /// How much waits and was given up, by endpoint, and since when.
    func backlog(on connection: some PostgresQuerying) async throws(PostgresError) -> [WebhookBacklog] {
        let rows = try await connection.query(
            """
            SELECT endpoint.id, pending.count, pending.oldest, dead.count
              FROM treue.webhook_endpoint AS endpoint
             CROSS JOIN LATERAL (SELECT count(*), min(created_at) AS oldest FROM treue.webhook_delivery
                                  WHERE endpoint_id = endpoint.id AND state = 'pending') AS pending
             CROSS JOIN LATERAL (SELECT count(*) FROM treue.webhook_delivery
                                  WHERE endpoint_id = endpoint.id AND state = 'dead') AS dead
             ORDER BY endpoint.id
            """, [])
        var backlogs: [WebhookBacklog] = []
        for row in rows {
            backlogs.append(
                WebhookBacklog(
                    endpoint: try row.uuid(0), pending: try row.int8(1),
                    oldestAt: try row.optionalTimestamptz(2).map { Instant(micros: $0) }, dead: try row.int8(3)))
        }
        return backlogs
    }
}

extension PostgresRows {
    fileprivate func items() throws(PostgresError) -> [DeliveryWindow.Item] {
        var items: [DeliveryWindow.Item] = []
        for row in self {
            items.append(
                DeliveryWindow.Item(
                    id: try row.uuid(0), sequence: try row.int8(1), member: try row.uuid(2),
                    attempts: Int(try row.int4(3)), dueAt: Instant(micros: try row.timestamptz(4)),
                    createdAt: Instant(micros: try row.timestamptz(5))))
        }
        return items
    }
}

extension WebhookDelivery {
    fileprivate init(_ row: PostgresRow) throws(PostgresError) {
        let state = State(rawValue: try row.text(4)) ?? .pending
        self.init(
            id: try row.uuid(0), messageID: try row.text(1), type: try row.text(2), memberID: try row.uuid(3),
            state: state, attempts: Int(try row.int4(5)), createdAt: Instant(micros: try row.timestamptz(6)),
            nextAttemptAt: state == .pending ? Instant(micros: try row.timestamptz(7)) : nil,
            finishedAt: try row.optionalTimestamptz(8).map { Instant(micros: $0) },
            lastStatus: try row.optionalInt4(9).map { Int($0) }, lastError: try row.optionalText(10),
            sequence: try row.int8(11))
    }
}
