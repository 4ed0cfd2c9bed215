import EventLog
import Foundation
import Loyalty
import Postgres

/// Operations as rows. All times are the database's own, so that processes with clocks of their own agree on who is alive.
struct OperationStore: Sendable {
    let client: PostgresClient

    /// Whoever is silent for so long has died; they speak every second.
    private static let silence = "interval '10 seconds'"
    private static let columns = """
        id, kind, subject,
        CASE WHEN state = 'running' AND updated_at < clock_timestamp() - \(silence) THEN 'interrupted' ELSE state END,
        done, total, skipped, created_at, updated_at, finished_at, result
        """

    /// Begins one, unless the same work is being done by somebody alive, or too much else is.
    ///
    /// - Throws: `operation_underway`, `overloaded`.
    func begin(_ id: UUID, kind: String, subject: String, atMost limit: Int) async throws -> OperationView {
        try await begin(id, kind: kind, subject: subject, atMost: limit, on: client)
    }

    /// The same, perhaps in a transaction with something else.
    func begin(
        _ id: UUID, kind: String, subject: String, atMost limit: Int, on connection: some PostgresQuerying
    ) async throws -> OperationView {
        _ = try await connection.query(
            PostgresStatement(
                """
                UPDATE treue.operation SET state = 'interrupted', finished_at = clock_timestamp(), result = $1
                 WHERE state = 'running' AND updated_at < clock_timestamp() - \(Self.silence)
                """), [.json(Array(Self.ended.utf8))])
        let rows = try await connection.query(
            PostgresStatement(
                """
                INSERT INTO treue.operation (created_at, updated_at, id, kind, subject, state)
                SELECT clock_timestamp(), clock_timestamp(), $1, $2, $3, 'running'
                 WHERE (SELECT count(*) FROM treue.operation WHERE state = 'running') < $4
                    ON CONFLICT (kind, subject) WHERE state = 'running' DO NOTHING
                RETURNING \(Self.columns)
                """), [.uuid(id), .text(kind), .text(subject), .int8(Int64(limit))])
        if let row = rows.first { return try OperationView(row) }
        if let other = try await running(kind, of: subject, on: connection) { throw ServiceError.underway(other) }
        throw ServiceError.tooManyOperations
    }

    private func running(
        _ kind: String, of subject: String, on connection: some PostgresQuerying
    ) async throws -> OperationView? {
        let statement = PostgresStatement(
            "SELECT \(Self.columns) FROM treue.operation WHERE kind = $1 AND subject = $2 AND state = 'running'")
        return try await connection.query(statement, [.text(kind), .text(subject)]).first.map { try OperationView($0) }
    }

    func find(_ id: UUID) async throws -> OperationView? {
        let statement = PostgresStatement("SELECT \(Self.columns) FROM treue.operation WHERE id = $1")
        return try await client.query(statement, [.uuid(id)]).first.map { try OperationView($0) }
    }

    /// The newest ones first.
    func newest(_ limit: Int) async throws -> [OperationView] {
        let statement = PostgresStatement(
            "SELECT \(Self.columns) FROM treue.operation ORDER BY created_at DESC, id DESC LIMIT $1")
        return try await client.query(statement, [.int8(Int64(limit))]).map { try OperationView($0) }
    }

    /// Says that somebody works on it, and how far they are.
    func beat(_ id: UUID, done: Int64, total: Int64, skipped: Int64) async throws {
        _ = try await client.query(
            """
            UPDATE treue.operation SET updated_at = clock_timestamp(), done = $2, total = $3, skipped = $4
             WHERE id = $1 AND state = 'running'
            """, [.uuid(id), .int8(done), .int8(total), .int8(skipped)])
    }

    func end(_ id: UUID, _ state: OperationView.State, done: Int64, total: Int64, result: [UInt8]) async throws {
        _ = try await client.query(
            """
            UPDATE treue.operation
               SET updated_at = clock_timestamp(), finished_at = clock_timestamp(), state = $2, done = $3, total = $4,
                   result = $5
             WHERE id = $1
            """, [.uuid(id), .text(state.rawValue), .int8(done), .int8(total), .json(result)])
    }

    /// What an operation without an end of its own is told to have come to.
    static let ended =
        #"{"detail":"The process that did it ended. Ask for the same again: it goes on where it was."}"#
}

extension OperationView {
    init(_ row: PostgresRow) throws(PostgresError) {
        self.init(
            id: try row.uuid(0), kind: try row.text(1), subject: try row.text(2),
            state: State(rawValue: try row.text(3)) ?? .failed, done: try row.int8(4), total: try row.int8(5),
            skipped: try row.int8(6), startedAt: Instant(micros: try row.timestamptz(7)),
            updatedAt: Instant(micros: try row.timestamptz(8)),
            finishedAt: try row.optionalTimestamptz(9).map(Instant.init), result: try row.optionalBytes(10))
        if state == .interrupted, result == nil { result = Array(OperationStore.ended.utf8) }
    }
}

extension ServiceError {
    static func underway(_ operation: OperationView) -> ServiceError {
        ServiceError(
            code: "operation_underway", status: 409, title: "The same work is being done already",
            detail: "Operation \(operation.id.uuidString.lowercased()) does it; look at "
                + "/v1/operations/\(operation.id.uuidString.lowercased()).")
    }

    static let tooManyOperations = ServiceError(
        code: "overloaded", status: 503, title: "The server is busy",
        detail: "Too many operations are running. Nothing was begun; try again when one has ended.", retryAfter: 10)

    static let operationNotFound = ServiceError(
        code: "operation_not_found", status: 404, title: "There is no such operation",
        detail: "No operation has this id. Ids are UUIDs, as the answer that began it gives them.")
}
