import Postgres

/// A lock that ends with its holder's connection, however the holder ends.
enum AdvisoryLock {
    /// Runs `body` while the lock is held.
    ///
    /// - Throws: ``RebuildFault/underway(_:)`` when somebody else keeps it; what `body` throws.
    static func hold<Result>(
        _ id: Int64, for name: String, on lease: PostgresLease, _ body: () async throws -> Result
    ) async throws -> Result {
        guard try await take(id, on: lease) else { throw RebuildFault.underway(name) }
        do {
            let result = try await body()
            await release(id, on: lease)
            return result
        } catch {
            await release(id, on: lease)
            throw error
        }
    }

    /// PostgreSQL takes a moment to notice that a holder has been killed.
    private static func take(_ id: Int64, on lease: PostgresLease) async throws -> Bool {
        for attempt in 0..<20 {
            if attempt > 0 { try await Task.sleep(for: .milliseconds(100)) }
            let row = try await lease.query("SELECT pg_try_advisory_lock($1)", [.int8(id)]).first
            if try row?.bool(0) == true { return true }
        }
        return false
    }

    /// In a task of its own: a cancelled one could not ask for it, and the connection lives on in the pool.
    private static func release(_ id: Int64, on lease: PostgresLease) async {
        await Task { _ = try? await lease.query("SELECT pg_advisory_unlock($1)", [.int8(id)]) }.value
    }
}
