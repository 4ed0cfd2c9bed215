import Loyalty
import Postgres

/// Members by when they last bought, how often, and how much: at the end of each period.
extension ReportReader {
    /// The names of the segments, from the best to those who never bought. Their rules are in docs/reports.md.
    public static let segments = [
        "champion", "loyal", "new", "active", "at_risk", "slipping", "dormant", "lost", "never_bought",
    ]

    /// Everything is as at the end of a period; a year is the twelve calendar months up to it.
    private static let segmentsAt: PostgresStatement = """
        WITH bought AS (
            SELECT member_id,
                   max(month + length(ltrim(days::bit(32)::text, '0')) - 1) FILTER (WHERE days <> 0) AS last_day,
                   min(month) FILTER (WHERE days <> 0) AS first_month,
                   sum(purchases) AS purchases,
                   coalesce(sum(purchases) FILTER (WHERE month > $1::text::date - interval '12 months'), 0) AS recent,
                   coalesce(sum(amount) FILTER (WHERE month > $1::text::date - interval '12 months' AND currency = $2), 0)
                       AS amount
              FROM treue.report_month
             WHERE month <= $1::text::date
               AND generation = (SELECT generation FROM treue.projection WHERE name = 'activity')
             GROUP BY 1
        ), judged AS (
            SELECT CASE
                     WHEN $1::text::date - last_day <= 30 AND recent >= 4 THEN 'champion'
                     WHEN $1::text::date - last_day <= 90 AND recent >= 3 THEN 'loyal'
                     WHEN $1::text::date - last_day <= 90 AND purchases = 1 THEN 'new'
                     WHEN $1::text::date - last_day <= 90 THEN 'active'
                     WHEN $1::text::date - last_day <= 180 AND recent >= 2 THEN 'at_risk'
                     WHEN $1::text::date - last_day <= 180 THEN 'slipping'
                     WHEN $1::text::date - last_day <= 365 THEN 'dormant'
                     ELSE 'lost'
                   END AS segment, recent, amount
              FROM bought WHERE last_day IS NOT NULL)
        SELECT segment, count(*), sum(recent)::bigint, sum(amount)::bigint FROM judged GROUP BY 1
        """

    public func segments(_ period: ReportPeriod) async throws -> ReportTable {
        var joined = RunningFigures()
        for sum in try await sums(of: "members", in: "tiers", period) {
            joined.add(sum.value, to: "members", of: "", in: sum.period)
        }
        var table = ReportTable(columns: [
            "period", "segment", "members", "share_bp", "purchases_12_months", "amount_12_months", "currency",
        ])
        for start in period.starts {
            let end = period.end(of: start)
            var found: [String: (members: Int64, purchases: Int64, amount: Int64)] = [:]
            for row in try await client.query(Self.segmentsAt, [.text(end.description), .text(currency)]) {
                found[try row.text(0)] = (try row.int8(1), try row.int8(2), try row.int8(3))
            }
            let next = period.unit == .day ? start.adding(days: 1) : start.adding(months: 1)
            let all = joined.sum("members", of: "", before: next)
            let bought = found.values.reduce(0) { $0 + $1.members }
            found["never_bought"] = (max(0, all - bought), 0, 0)
            for segment in Self.segments {
                let one = found[segment] ?? (0, 0, 0)
                table.rows.append([
                    .text(period.label(start)), .text(segment), .integer(one.members),
                    .basisPoints(one.members, of: max(all, bought)), .integer(one.purchases), .integer(one.amount),
                    .text(currency),
                ])
            }
        }
        return table
    }
}
