public import Postgres

/// Whatever a statement can be run on: the client (pipelined reads) or a lease (an exclusive connection).
public protocol PostgresQuerying: Sendable {
    /// Runs one statement; see `PostgresClient.query` and `PostgresLease.query`.
    func query(
        _ statement: PostgresStatement, _ parameters: [PostgresValue]
    ) async throws(PostgresError) -> PostgresRows
}

extension PostgresClient: PostgresQuerying {}
extension PostgresLease: PostgresQuerying {}
