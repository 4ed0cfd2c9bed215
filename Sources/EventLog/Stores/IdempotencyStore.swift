public import Postgres

/// Answers to requests that may come again. A claim and what follows from it belong into one transaction.
public struct IdempotencyStore: Sendable {
    public init() {}

    /// What a claim found.
    public enum Claim: Sendable, Equatable {
        /// The key is the caller's: do what was asked, then ``keep(_:status:answer:on:)``.
        case new
        /// An earlier request bore the key.
        case known(contentHash: [UInt8], status: Int, answer: [UInt8])
    }

    /// Claims a key. Somebody who claims the same one at the same moment, in any process, waits here until this
    /// transaction ends.
    ///
    /// - Returns: nil when the key was deleted in this very moment: claim it again.
    public func claim(
        _ key: [UInt8], contentHash: [UInt8], atMicros: Int64, on lease: PostgresLease
    ) async throws(PostgresError) -> Claim? {
        let made = try await lease.query(
            """
            INSERT INTO treue.idempotency (created_at, key, content_hash) VALUES ($1, $2, $3)
                ON CONFLICT (key) DO NOTHING RETURNING true
            """,
            [.timestamptz(atMicros), .bytea(key), .bytea(contentHash)])
        if !made.isEmpty { return .new }
        guard let known = try await find(key, on: lease) else { return nil }
        return .known(contentHash: known.contentHash, status: known.status, answer: known.answer)
    }

    /// What an earlier request with the key was answered; nil where there was none, or it has not ended.
    public func find(
        _ key: [UInt8], on connection: some PostgresQuerying
    ) async throws(PostgresError) -> (contentHash: [UInt8], status: Int, answer: [UInt8])? {
        let rows = try await connection.query(
            "SELECT content_hash, status, answer FROM treue.idempotency WHERE key = $1 AND status IS NOT NULL",
            [.bytea(key)])
        guard let row = rows.first else { return nil }
        return (try row.bytes(0), Int(try row.int4(1)), try row.bytes(2))
    }

    /// Keeps the answer to the request that claimed the key.
    public func keep(
        _ key: [UInt8], status: Int, answer: [UInt8], on lease: PostgresLease
    ) async throws(PostgresError) {
        _ = try await lease.query(
            "UPDATE treue.idempotency SET status = $2, answer = $3 WHERE key = $1",
            [.bytea(key), .int4(Int32(truncatingIfNeeded: status)), .bytea(answer)])
    }

    /// Deletes the oldest rows that are older than `micros`, so many at most.
    ///
    /// - Returns: how many there were.
    public func forget(
        olderThanMicros micros: Int64, limit: Int, on connection: some PostgresQuerying
    ) async throws(PostgresError) -> Int {
        let rows = try await connection.query(
            """
            DELETE FROM treue.idempotency WHERE key IN (
                SELECT key FROM treue.idempotency WHERE created_at < $1 ORDER BY created_at LIMIT $2
                   FOR UPDATE SKIP LOCKED)
            """,
            [.timestamptz(micros), .int8(Int64(limit))])
        return rows.affected
    }
}
