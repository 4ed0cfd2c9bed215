public import Loyalty
import Postgres

extension ReportReader {
    /// Members by tier at the end of each period, and how they came and went.
    ///
    /// - Parameter today: members whose tier should have been reviewed by then, though nothing has recorded it, are counted
    ///   in the last period.
    public func tiers(_ period: ReportPeriod, today: CivilDate) async throws -> ReportTable {
        var population = RunningFigures()
        for sum in try await sums(of: "population", in: "tiers", period) {
            population.add(sum.value, to: "net", of: sum.a, in: sum.period)
        }
        var moves = RunningFigures()
        for sum in try await sums(of: "moved", in: "tiers", period) {
            moves.add(sum.value, to: "left", of: sum.a, in: sum.period)
            moves.add(sum.value, to: "entered", of: sum.b, in: sum.period)
        }
        let due = try await reviewsDue(today)
        var table = ReportTable(columns: [
            "period", "tier", "opening", "joined", "entered", "left", "closing", "review_due",
        ])
        for tier in population.keys {
            var opening = period.starts.first.map { population.sum(of: tier, before: $0) } ?? 0
            for start in period.starts {
                let net = population.value("net", of: tier, in: start)
                let (entered, left) = (
                    moves.value("entered", of: tier, in: start), moves.value("left", of: tier, in: start)
                )
                let isLast = start == period.starts.last
                table.rows.append([
                    .text(period.label(start)), .text(tier), .integer(opening), .integer(net &- entered &+ left),
                    .integer(entered), .integer(left), .integer(opening &+ net),
                    isLast ? .integer(due[tier] ?? 0) : .null,
                ])
                opening &+= net
            }
        }
        return table
    }

    private func reviewsDue(_ today: CivilDate) async throws -> [String: Int64] {
        var due: [String: Int64] = [:]
        let rows = try await client.query(
            """
            SELECT key_a, sum(value)::bigint FROM treue.report_cell
             WHERE projection = 'tiers' AND measure = 'valid' AND key_b <> '' AND key_b < $1
               AND generation = (SELECT generation FROM treue.projection WHERE name = 'tiers')
             GROUP BY 1
            """, [.text(today.description)])
        for row in rows { due[try row.text(0)] = try row.int8(1) }
        return due
    }

    /// How many moved from which tier to which.
    public func tierMoves(_ period: ReportPeriod) async throws -> ReportTable {
        var table = ReportTable(columns: ["period", "from", "to", "members"])
        let first = period.starts.first ?? period.from
        for sum in try await sums(of: "moved", in: "tiers", period) where sum.period >= first && sum.value != 0 {
            table.rows.append([
                .text(period.label(sum.period)), .text(sum.a), .text(sum.b), .integer(sum.value),
            ])
        }
        return table
    }

    /// Members, purchases and points of each period.
    public func kpis(_ period: ReportPeriod) async throws -> ReportTable {
        var counts = RunningFigures()
        for sum in try await sums(of: "members", in: "tiers", period) {
            counts.add(sum.value, to: "members", of: "", in: sum.period)
        }
        for measure in ["events", "purchases", "purchase_amount", "returns", "return_amount"] {
            for sum in try await sums(of: measure, in: "daily", period) {
                counts.add(sum.value, to: measure, of: sum.a, in: sum.period)
            }
        }
        var points = RunningFigures()
        for sum in try await sums(of: "points", in: "daily", period) {
            points.add(sum.value, to: sum.b.hasPrefix("accrual") ? "issued" : sum.b, of: sum.a, in: sum.period)
        }
        let active = try await active(period)
        var table = ReportTable(columns: [
            "period", "currency", "members", "new_members", "active_members", "active_rate_bp", "repeat_members",
            "repeat_rate_bp", "purchases", "revenue", "returns", "returned", "net_revenue", "average_basket",
            "points_issued", "events",
        ])
        let currencies = counts.keys.filter { !$0.isEmpty }
        for start in period.starts {
            let next = period.unit == .day ? start.adding(days: 1) : start.adding(months: 1)
            let members = counts.sum("members", of: "", before: next)
            let here = active[start] ?? (0, nil)
            for currency in currencies.isEmpty ? [self.currency] : currencies {
                let value = { (figure: String) in counts.value(figure, of: currency, in: start) }
                let net = value("purchase_amount") &- value("return_amount")
                table.rows.append([
                    .text(period.label(start)), .text(currency), .integer(members),
                    .integer(counts.value("members", of: "", in: start)), .integer(here.active),
                    .basisPoints(here.active, of: members), here.repeating.map { .integer($0) } ?? .null,
                    here.repeating.map { .basisPoints($0, of: here.active) } ?? .null, .integer(value("purchases")),
                    .integer(value("purchase_amount")), .integer(value("returns")), .integer(value("return_amount")),
                    .integer(net),
                    value("purchases") > 0 ? .integer(value("purchase_amount") / value("purchases")) : .null,
                    .integer(points.value("issued", of: Programme.defaultWallet, in: start)),
                    .integer(counts.value("events", of: "", in: start)),
                ])
            }
        }
        return table
    }

    /// Members who bought in each period, and of them those who bought more than once (by month alone).
    private func active(_ period: ReportPeriod) async throws -> [CivilDate: (active: Int64, repeating: Int64?)] {
        let bounds: [PostgresValue] = [
            .text(period.start(of: period.from).description), .text(period.to.description),
        ]
        var found: [CivilDate: (active: Int64, repeating: Int64?)] = [:]
        let byMonth: PostgresStatement = """
            SELECT month::text, count(*), count(*) FILTER (WHERE purchases > 1)
              FROM (SELECT month, member_id, sum(purchases) AS purchases FROM treue.report_month
                     WHERE month BETWEEN $1::text::date AND $2::text::date AND purchases > 0
                       AND generation = (SELECT generation FROM treue.projection WHERE name = 'activity')
                     GROUP BY 1, 2) AS bought
             GROUP BY 1
            """
        let byDay: PostgresStatement = """
            SELECT (month + n)::text, count(DISTINCT member_id), NULL::bigint
              FROM treue.report_month CROSS JOIN generate_series(0, 30) AS n
             WHERE month BETWEEN date_trunc('month', $1::text::timestamp) AND $2::text::date AND (days >> n) & 1 = 1
               AND generation = (SELECT generation FROM treue.projection WHERE name = 'activity')
             GROUP BY 1
            """
        for row in try await client.query(period.unit == .month ? byMonth : byDay, bounds) {
            guard let day = CivilDate(try row.text(0)) else { continue }
            found[day] = (try row.int8(1), try row.optionalInt8(2))
        }
        return found
    }
}
