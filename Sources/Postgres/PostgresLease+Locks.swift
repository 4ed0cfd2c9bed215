extension PostgresLease {
    /// Runs `body` while this session holds an advisory lock, which ends with its connection, however that ends.
    ///
    /// - Parameters:
    ///   - id: whoever names the same one waits, or is refused.
    ///   - taken: thrown when somebody else keeps it for two seconds.
    public func holding<T>(
        isolation: isolated (any Actor)? = #isolation, _ id: Int64, else taken: any Error, _ body: () async throws -> T
    ) async throws -> T {
        guard try await take(id) else { throw taken }
        let value: T
        do {
            value = try await body()
        } catch {
            await release(id)
            throw error
        }
        await release(id)
        return value
    }

    /// PostgreSQL takes a moment to notice that a holder has been killed.
    private func take(_ id: Int64) async throws -> Bool {
        for attempt in 0..<20 {
            if attempt > 0 { try await Task.sleep(for: .milliseconds(100)) }
            if try await query("SELECT pg_try_advisory_lock($1)", [.int8(id)])[0].bool(0) { return true }
        }
        return false
    }

    /// Shielded: a cancelled task has to let go, too, because the connection lives on in the pool.
    private func release(_ id: Int64) async {
        _ = try? await control("SELECT pg_advisory_unlock(\(id))", isShielded: true)
    }

    /// Waits until the transactions of others that read or write a table at this moment have ended.
    ///
    /// - Parameter patience: how long.
    /// - Returns: whether they have.
    public func usersEnd(of table: StaticString, within patience: Duration) async throws -> Bool {
        let end = ContinuousClock.now + patience
        var users = try await users(of: table)
        while !users.isEmpty {
            guard ContinuousClock.now < end else { return false }
            try await Task.sleep(for: .milliseconds(100))
            users.formIntersection(try await self.users(of: table))
        }
        return true
    }

    private func users(of table: StaticString) async throws -> Set<String> {
        let rows = try await query(
            """
            SELECT virtualtransaction FROM pg_locks
             WHERE relation = to_regclass($1) AND granted AND pid <> pg_backend_pid()
               AND mode IN ('AccessShareLock', 'RowShareLock', 'RowExclusiveLock')
               AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            """, [.text("\(table)")])
        return Set(try rows.map { try $0.text(0) })
    }
}
