extension PostgresLease {
    /// Lets statements find each row by an index, whatever the planner believes of the tables. Plans are made once a
    /// connection, perhaps while the tables were empty, and one that reads a whole table then costs more with every row.
    ///
    /// - Parameter untilCommit: only in the transaction that is open; else for as long as the connection lives.
    public func planByIndexes(untilCommit: Bool) async throws(PostgresError) {
        _ = try await query(
            """
            SELECT set_config('plan_cache_mode', 'force_generic_plan', $1), set_config('enable_seqscan', 'off', $1),
                   set_config('enable_bitmapscan', 'off', $1), set_config('enable_hashjoin', 'off', $1),
                   set_config('enable_mergejoin', 'off', $1), set_config('enable_sort', 'off', $1),
                   set_config('enable_incremental_sort', 'off', $1), set_config('jit', 'off', $1)
            """, [.bool(untilCommit)])
    }
}
