extension PostgresLease {
    /// Runs `COPY … TO STDOUT` and calls `onChunk` with its bytes as they come, in pieces of about 128 KiB that
    /// begin and end with whole rows. While `onChunk` works the server waits, so memory stays constant.
    ///
    /// - Throws: `PostgresError`, or what `onChunk` throws, after which the COPY has been cancelled.
    public func copyOut(
        isolation: isolated (any Actor)? = #isolation, _ sql: String, _ onChunk: ([UInt8]) async throws -> Void
    ) async throws {
        let copy = try await begin(.copyOut(sql))
        while let chunk = try await copy.next().mapError({ $0.about(sql) }).get() {
            do {
                try await onChunk(chunk)
            } catch {
                await copy.abandon()
                throw error
            }
        }
    }

    /// Runs `COPY … FROM STDIN` with what `body` writes; answers with the number of rows. An error of the server
    /// shows at the end at the latest.
    ///
    /// - Throws: `PostgresError`, or what `body` throws, after which the COPY has left no rows behind.
    @discardableResult
    public func copyIn(
        isolation: isolated (any Actor)? = #isolation, _ sql: String,
        _ body: (PostgresCopyWriter) async throws -> Void
    ) async throws -> Int {
        let copy = try await begin(.copyIn(sql))
        let writer = PostgresCopyWriter(copy)
        do {
            try await body(writer)
            try await writer.flush()
        } catch {
            _ = await copy.finish(failing: true)
            throw error
        }
        return try await copy.finish(failing: false).mapError { $0.about(sql) }.get()
    }

    private func begin(_ work: Operation.Work) async throws(PostgresError) -> CopyHandle {
        try await run(work)
        return CopyHandle(reactor: reactor, connection: connection)
    }
}
