public import Loyalty
import Postgres

extension ReportReader {
    /// What became of points: names of the figures that a kind of entry counts for.
    private static func figure(of kind: String) -> String {
        if kind.hasPrefix("accrual") { return "issued" }
        if kind.hasPrefix("revocation") { return "revoked" }
        if kind.hasPrefix("expiry") { return "expired" }
        if kind.hasPrefix("redemption") { return "redeemed" }
        return "adjusted"
    }

    private func points(_ period: ReportPeriod) async throws -> RunningFigures {
        var figures = RunningFigures()
        for sum in try await sums(of: "points", in: "daily", period) {
            figures.add(sum.value, to: Self.figure(of: sum.b), of: sum.a, in: sum.period)
        }
        return figures
    }

    /// Points outstanding by period and wallet, and what moved them.
    public func liability(_ period: ReportPeriod) async throws -> ReportTable {
        let figures = try await points(period)
        var table = ReportTable(columns: [
            "period", "wallet", "opening", "issued", "revoked", "expired", "redeemed", "adjusted", "closing",
        ])
        for wallet in figures.keys {
            var opening = period.starts.first.map { figures.sum(of: wallet, before: $0) } ?? 0
            for start in period.starts {
                let moves = ["issued", "revoked", "expired", "redeemed", "adjusted"].map {
                    figures.value($0, of: wallet, in: start)
                }
                let closing = moves.reduce(opening) { $0 &+ $1 }
                table.rows.append(
                    [.text(period.label(start)), .text(wallet), .integer(opening)] + moves.map { .integer($0) }
                        + [.integer(closing)])
                opening = closing
            }
        }
        return table
    }

    /// Points outstanding now, by wallet, month of earning and day of expiry.
    ///
    /// - Parameter today: what should have ended by then is marked: nothing has recorded it yet.
    public func openPoints(today: CivilDate) async throws -> ReportTable {
        let rows = try await client.query(
            """
            SELECT key_a, key_b, sum(value)::bigint FROM treue.report_cell
             WHERE projection = 'liability' AND measure = 'open'
               AND generation = (SELECT generation FROM treue.projection WHERE name = 'liability')
             GROUP BY 1, 2 HAVING sum(value) <> 0 ORDER BY 1, 2
            """)
        var table = ReportTable(columns: ["wallet", "earned_in", "ends_on", "points", "overdue"])
        for row in rows {
            let key = try row.text(0).split(separator: " ", maxSplits: 1).map(String.init)
            let ends = try row.text(1)
            let isOver = CivilDate(ends).map { $0 <= today } ?? false
            table.rows.append([
                .text(key.first ?? ""), .text(key.last ?? ""), ends == "never" ? .null : .text(ends),
                .integer(try row.int8(2)), .integer(isOver ? 1 : 0),
            ])
        }
        return table
    }

    /// How much of what was earned lapses unspent.
    public func breakage(_ period: ReportPeriod) async throws -> ReportTable {
        let figures = try await points(period)
        var table = ReportTable(columns: [
            "period", "wallet", "issued", "redeemed", "expired", "breakage_rate_bp", "breakage_rate_to_date_bp",
            "outstanding", "expected_breakage",
        ])
        for wallet in figures.keys {
            for start in period.starts {
                let next = period.unit == .day ? start.adding(days: 1) : start.adding(months: 1)
                // Both leave the wallet: their entries are below zero.
                let expired = 0 &- figures.value("expired", of: wallet, in: start)
                let redeemed = 0 &- figures.value("redeemed", of: wallet, in: start)
                let expiredToDate = 0 &- figures.sum("expired", of: wallet, before: next)
                let redeemedToDate = 0 &- figures.sum("redeemed", of: wallet, before: next)
                let outstanding = figures.sum(of: wallet, before: next)
                let gone = expiredToDate &+ redeemedToDate
                let expected: ReportTable.Value =
                    gone > 0
                    ? .integer(Int64(clamping: Int128(max(0, outstanding)) * Int128(expiredToDate) / Int128(gone)))
                    : .null
                table.rows.append([
                    .text(period.label(start)), .text(wallet),
                    .integer(figures.value("issued", of: wallet, in: start)), .integer(redeemed), .integer(expired),
                    .basisPoints(expired, of: expired &+ redeemed), .basisPoints(expiredToDate, of: gone),
                    .integer(outstanding), expected,
                ])
            }
        }
        return table
    }
}

extension ReportTable.Value {
    static func basisPoints(_ part: Int64, of whole: Int64) -> ReportTable.Value { Int64.basisPoints(part, of: whole) }
}
