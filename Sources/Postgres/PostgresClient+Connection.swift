extension PostgresClient {
    /// Opens a connection for `body` alone, beside those that `withLease` shares, and closes it afterwards: for what
    /// holds a connection for as long as the program runs, such as a session's advisory lock. What the session held is
    /// gone when this returns.
    ///
    /// - Throws: what `body` throws; `.timeout`, `.connectionFailed` or `.closed` when no connection was to be had.
    public func withConnection<T>(
        isolation: isolated (any Actor)? = #isolation, _ body: (PostgresLease) async throws -> T
    ) async throws -> T {
        guard isRunning else { throw PostgresError.isClosed }
        let source = try makePool()
        defer { closePool(source) }
        let lease = try await source.acquire()
        defer { source.release(lease) }
        return try await body(lease)
    }
}
