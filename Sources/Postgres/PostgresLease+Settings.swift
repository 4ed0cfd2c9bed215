extension PostgresLease {
    /// Runs `body` with other settings of the session; afterwards they are what they were.
    ///
    /// - Parameter settings: names and values.
    public func setting<T>(
        isolation: isolated (any Actor)? = #isolation, _ settings: KeyValuePairs<StaticString, StaticString>,
        _ body: () async throws -> T
    ) async throws -> T {
        let were = settings.map { "current_setting('\($0.key)')" }
        let are = settings.map { "set_config('\($0.key)', '\($0.value)', false)" }
        let before = try await query(PostgresStatement("SELECT " + (were + are).joined(separator: ", ")), [])[0]
        let back = try settings.enumerated().map { index, setting in
            let value = try before.text(index).split(separator: "'", omittingEmptySubsequences: false)
            return "set_config('\(setting.key)', '\(value.joined(separator: "''"))', false)"
        }
        // Shielded: a cancelled task has to put them back, too, because the connection lives on in the pool. Where a
        // transaction has failed, its end does that.
        let restore = "SELECT " + back.joined(separator: ", ")
        let value: T
        do {
            value = try await body()
        } catch {
            _ = try? await control(restore, isShielded: true)
            throw error
        }
        try await control(restore, isShielded: true)
        return value
    }
}
