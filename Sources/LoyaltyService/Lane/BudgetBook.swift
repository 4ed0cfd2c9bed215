import EventLog
import Loyalty
import Postgres

/// How many points are gone of budgets, which all members share. Whoever decides on them has the rows locked until the
/// decision is committed, and everybody takes the heads of the log first and the rows in one order, so that nobody waits in
/// a circle.
enum BudgetBook {
    /// What is gone, locked until the transaction ends.
    static func lock(_ budgets: Set<Budget>, on lease: PostgresLease) async throws -> [Budget: Int64] {
        let keys = parameters(of: budgets.inOrder)
        _ = try await lease.query(
            """
            INSERT INTO treue.budget (programme, rule, span)
            SELECT programme, rule, span FROM unnest($1::text[], $2::text[], $3::text[]) AS b (programme, rule, span)
             ORDER BY programme, rule, span
                ON CONFLICT DO NOTHING
            """, keys)
        return try used(
            try await lease.query(
                """
                SELECT programme, rule, span, used FROM treue.budget
                 WHERE (programme, rule, span) IN (SELECT * FROM unnest($1::text[], $2::text[], $3::text[]))
                 ORDER BY programme, rule, span FOR UPDATE
                """, keys))
    }

    /// What is gone now, to tell somebody; nobody waits for it.
    static func read(_ budgets: [Budget], on connection: some PostgresQuerying) async throws -> [Budget: Int64] {
        let found = try used(
            try await connection.query(
                """
                SELECT programme, rule, span, used FROM treue.budget
                 WHERE (programme, rule, span) IN (SELECT * FROM unnest($1::text[], $2::text[], $3::text[]))
                """, parameters(of: budgets)))
        return Dictionary(budgets.map { ($0, found[$0] ?? 0) }) { first, _ in first }
    }

    /// Takes out, or puts back, what decisions have drawn.
    static func draw(_ draws: [Budget: Int64], on lease: PostgresLease) async throws(PostgresError) {
        let budgets = draws.keys.inOrder
        guard !budgets.isEmpty else { return }
        _ = try await lease.query(
            """
            UPDATE treue.budget SET used = used + d.points
              FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[]) AS d (programme, rule, span, points)
             WHERE budget.programme = d.programme AND budget.rule = d.rule AND budget.span = d.span
            """, parameters(of: budgets) + [.int8Array(budgets.map { draws[$0] ?? 0 })])
    }

    private static func parameters(of budgets: [Budget]) -> [PostgresValue] {
        [
            .textArray(budgets.map(\.programme)), .textArray(budgets.map(\.rule)), .textArray(budgets.map(\.window)),
        ]
    }

    private static func used(_ rows: PostgresRows) throws -> [Budget: Int64] {
        var used: [Budget: Int64] = [:]
        for row in rows {
            let budget = Budget(programme: try row.text(0), rule: try row.text(1), window: try row.text(2))
            used[budget] = try row.int8(3)
        }
        return used
    }
}

extension Sequence<Budget> {
    /// The order in which rows are locked.
    fileprivate var inOrder: [Budget] {
        sorted { ($0.programme, $0.rule, $0.window) < ($1.programme, $1.rule, $1.window) }
    }
}
