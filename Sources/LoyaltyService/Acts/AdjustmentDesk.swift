import EventLog
import Foundation
import Loyalty
import Postgres
import Wire

/// What limits adjustments by hand: allowances by agent and day, and requests that wait for somebody else.
struct AdjustmentDesk: Sendable {
    let client: PostgresClient

    /// Uses up an agent's allowance of a day, once for one act; what is taken from members does not count.
    ///
    /// - Returns: whether this call used it up.
    /// - Throws: `limit_exceeded`.
    func spend(
        _ points: Int64, of limit: Int64?, _ agent: UUID, _ programme: String, _ day: CivilDate, _ act: UUID
    ) async throws -> Bool {
        guard let limit, points > 0 else { return false }
        let answer = try await client.query(
            PostgresStatement("SELECT treue.spend_allowance($1, $2, $3, $4, $5, $6)", locksRows: true),
            [
                .uuid(agent), .text(programme), .text(day.description), .int8(points), .int8(limit), .uuid(act),
            ]
        ).first?.text(0)
        guard answer != "none" else { throw ServiceError.limitExceeded(limit) }
        return answer == "taken"
    }

    /// The act came to nothing.
    func giveBack(_ act: UUID) async throws {
        _ = try await client.query(
            PostgresStatement("SELECT treue.return_allowance($1)", locksRows: true), [.uuid(act)])
    }

    /// Notes a request; the same one again is the same.
    func ask(
        for body: AdjustmentBody, note: String?, member: UUID, agent: UUID, as id: UUID, at: Instant
    ) async throws -> AdjustmentRequest {
        let new = try await client.query(
            """
            INSERT INTO treue.adjustment_request
                (requested_at, id, member_id, requested_by, points, wallet, reason, note)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING RETURNING id
            """,
            [
                .timestamptz(at.micros), .uuid(id), .uuid(member), .uuid(agent), .int8(body.points),
                .text(body.wallet), .text(body.reason), note.map { .text($0) } ?? .null,
            ])
        guard var (request, _) = try await request(id) else { throw ServiceError.adjustmentNotFound }
        guard request.memberID == member, request.points == body.points, request.reason == body.reason,
            request.wallet == body.wallet
        else { throw ServiceError.idempotencyKeyReused }
        request.isReplayed = new.isEmpty
        return request
    }

    func request(_ id: UUID) async throws -> (AdjustmentRequest, note: String?)? {
        let statement = PostgresStatement("SELECT \(Self.columns), note FROM treue.adjustment_request WHERE id = $1")
        let rows = try await client.query(statement, [.uuid(id)])
        return try rows.first.map { (try Self.read($0), try $0.optionalText(7)) }
    }

    func waiting(_ page: PageRequest) async throws -> Page<AdjustmentRequest> {
        let after = try page.cursor.map { cursor throws(ServiceError) in
            guard let id = UUIDText.parse(cursor) else { throw .cursorInvalid }
            return id
        }
        let statement = PostgresStatement(
            """
            SELECT \(Self.columns) FROM treue.adjustment_request
             WHERE approved_at IS NULL AND ($1::uuid IS NULL OR id > $1) ORDER BY id LIMIT $2
            """)
        let rows = try await client.query(
            statement, [after.map { .uuid($0) } ?? .null, .int8(Int64(page.limit + 1))])
        let items = try rows.map { try Self.read($0) }
        let shown = Array(items.prefix(page.limit))
        return Page(items: shown, nextCursor: items.count > page.limit ? shown.last.map { UUIDText.text($0.id) } : nil)
    }

    func close(_ id: UUID, by agent: UUID, at: Instant) async throws {
        _ = try await client.query(
            """
            UPDATE treue.adjustment_request SET approved_by = $2, approved_at = $3
             WHERE id = $1 AND approved_at IS NULL
            """, [.uuid(id), .uuid(agent), .timestamptz(at.micros)])
    }

    private static let columns = "id, member_id, wallet, points, reason, requested_by, requested_at"

    private static func read(_ row: PostgresRow) throws -> AdjustmentRequest {
        AdjustmentRequest(
            id: try row.uuid(0), memberID: try row.uuid(1), wallet: try row.text(2), points: try row.int8(3),
            reason: try row.text(4), requestedBy: try row.uuid(5),
            requestedAt: Instant(micros: try row.timestamptz(6)))
    }
}
