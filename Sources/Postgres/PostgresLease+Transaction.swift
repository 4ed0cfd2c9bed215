extension PostgresLease {
    /// BEGIN, `body`, COMMIT; ROLLBACK when `body` throws. Do not nest.
    ///
    /// - Throws: what `body` throws, or a `PostgresError`. When COMMIT itself fails with `.connectionLost` nobody
    ///   knows whether the transaction was committed.
    public func transaction<T>(
        isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> T
    ) async throws -> T {
        try await control("BEGIN")
        let value: T
        do {
            value = try await body()
        } catch {
            // Shielded: a cancelled task still has to roll back. When this fails, too, the connection is closed
            // as soon as the lease ends, and the server rolls back by itself.
            _ = try? await control("ROLLBACK", isShielded: true)
            throw error
        }
        let answer = try await control("COMMIT", isShielded: true)
        guard answer.commandTag == "COMMIT" else {
            var error = PostgresError(
                .server, "the transaction was rolled back because a statement in it had failed", wasSent: true)
            error.sqlState = "25P02"
            throw error
        }
        return value
    }
}
