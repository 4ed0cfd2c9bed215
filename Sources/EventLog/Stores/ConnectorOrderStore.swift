public import Foundation
public import Postgres

/// A row of `treue.connector_order`.
public struct ConnectorOrderRow: Sendable, Equatable {
    /// Digest of the shop and the order's number: 16 bytes.
    public let key: [UInt8]
    /// Whose the order is; nil while nobody's.
    public var member: UUID?
    /// Keyed hash of the e-mail address that it was placed under.
    public var emailHash: [UInt8]?
    /// Whether something is to be recorded.
    public var isOpen: Bool
    /// What is known of the order; empty for nothing.
    public var state: [UInt8]
}

/// What is known of the orders of connected shops.
public struct ConnectorOrderStore: Sendable {
    private let log: EventLog

    public init(log: EventLog) { self.log = log }

    private static let select: PostgresStatement = """
        SELECT member_id, email_hash, is_open, state FROM treue.connector_order WHERE partition = $1 AND order_key = $2
        """
    private static let selectForUpdate = PostgresStatement(select.sql + " FOR UPDATE", locksRows: true)

    /// The row; nil for an order of which nobody has heard.
    public func row(
        _ key: [UInt8], on connection: some PostgresQuerying
    ) async throws(PostgresError) -> ConnectorOrderRow? {
        try await row(key, Self.select, on: connection)
    }

    /// The row, which nobody else touches until the transaction ends; an empty one for a new order.
    public func lock(
        _ key: [UInt8], atMicros: Int64, on connection: some PostgresQuerying
    ) async throws(PostgresError) -> ConnectorOrderRow {
        _ = try await connection.query(
            """
            INSERT INTO treue.connector_order (updated_at, partition, is_open, order_key, state)
            VALUES ($3, $1, false, $2, '') ON CONFLICT DO NOTHING
            """, place(of: key) + [.timestamptz(atMicros)])
        let locked = try await row(key, Self.selectForUpdate, on: connection)
        return locked ?? ConnectorOrderRow(key: key, isOpen: false, state: [])
    }

    /// Writes a locked row back.
    public func put(
        _ row: ConnectorOrderRow, atMicros: Int64, on connection: some PostgresQuerying
    ) async throws(PostgresError) {
        _ = try await connection.query(
            """
            UPDATE treue.connector_order SET updated_at = $3, member_id = $4, email_hash = $5, is_open = $6, state = $7
             WHERE partition = $1 AND order_key = $2
            """,
            place(of: row.key) + [
                .timestamptz(atMicros), row.member.map { .uuid($0) } ?? .null,
                row.emailHash.map { .bytea($0) } ?? .null, .bool(row.isOpen), .bytea(row.state),
            ])
    }

    /// Orders that wait for whoever has one of these addresses, the oldest first.
    public func held(
        under emailHash: [UInt8], limit: Int, on connection: some PostgresQuerying
    ) async throws(PostgresError) -> [[UInt8]] {
        try await keys(
            """
            SELECT order_key FROM treue.connector_order
             WHERE email_hash = $1 AND member_id IS NULL ORDER BY updated_at, order_key LIMIT $2
            """, [.bytea(emailHash), .int8(Int64(limit))], on: connection)
    }

    /// Addresses under which orders wait, in order.
    public func guests(
        after emailHash: [UInt8], limit: Int, on connection: some PostgresQuerying
    ) async throws(PostgresError) -> [[UInt8]] {
        try await keys(
            """
            SELECT DISTINCT email_hash FROM treue.connector_order
             WHERE email_hash > $1 AND member_id IS NULL AND email_hash IS NOT NULL ORDER BY email_hash LIMIT $2
            """, [.bytea(emailHash), .int8(Int64(limit))], on: connection)
    }

    /// Orders of members with something left to record, untouched since `micros`: the oldest first.
    public func left(
        since micros: Int64, limit: Int, on connection: some PostgresQuerying
    ) async throws(PostgresError) -> [[UInt8]] {
        try await keys(
            """
            SELECT order_key FROM treue.connector_order
             WHERE is_open AND member_id IS NOT NULL AND updated_at < $1 ORDER BY updated_at LIMIT $2
            """, [.timestamptz(micros), .int8(Int64(limit))], on: connection)
    }

    /// Forgets a member's orders, and those that wait under their address: erasure.
    public func erase(
        _ member: UUID?, emailHash: [UInt8]?, on connection: some PostgresQuerying
    ) async throws(PostgresError) {
        if let member {
            _ = try await connection.query("DELETE FROM treue.connector_order WHERE member_id = $1", [.uuid(member)])
        }
        if let emailHash {
            _ = try await connection.query(
                "DELETE FROM treue.connector_order WHERE email_hash = $1 AND member_id IS NULL", [.bytea(emailHash)])
        }
    }

    /// Forgets orders that have waited for somebody since before `micros`.
    public func forgetGuests(
        before micros: Int64, on connection: some PostgresQuerying
    ) async throws(PostgresError) {
        _ = try await connection.query(
            "DELETE FROM treue.connector_order WHERE member_id IS NULL AND updated_at < $1", [.timestamptz(micros)])
    }

    private func row(
        _ key: [UInt8], _ statement: PostgresStatement, on connection: some PostgresQuerying
    ) async throws(PostgresError) -> ConnectorOrderRow? {
        guard let row = try await connection.query(statement, place(of: key)).first else { return nil }
        return ConnectorOrderRow(
            key: key, member: try row.optionalUUID(0), emailHash: try row.optionalBytes(1), isOpen: try row.bool(2),
            state: try row.bytes(3))
    }

    private func keys(
        _ statement: PostgresStatement, _ parameters: [PostgresValue], on connection: some PostgresQuerying
    ) async throws(PostgresError) -> [[UInt8]] {
        var keys: [[UInt8]] = []
        for row in try await connection.query(statement, parameters) { keys.append(try row.bytes(0)) }
        return keys
    }

    private func place(of key: [UInt8]) -> [PostgresValue] {
        var id: uuid_t = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
        withUnsafeMutableBytes(of: &id) { $0.copyBytes(from: key.prefix(16)) }
        return [.int4(Int32(truncatingIfNeeded: log.partition(of: UUID(uuid: id)))), .bytea(key)]
    }
}
