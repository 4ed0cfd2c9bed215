public import Loyalty
import Postgres

extension ReportReader {
    /// What became of points: names of the figures that a kind of entry counts for.
    static func figure(of kind: String) -> String {
        let kind = kind.hasSuffix("_reversal") ? String(kind.dropLast("_reversal".count)) : kind
        return switch kind {
        case "accrual", "maturity", "referral": "issued"
        case "revocation": "revoked"
        case "expiry": "expired"
        case "redemption", "reservation", "cancellation", "lapse", "voucher": "redeemed"
        default: "adjusted"
        }
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
        Self.liability(of: try await points(period), period)
    }

    static func liability(of figures: RunningFigures, _ period: ReportPeriod) -> ReportTable {
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

    /// Points outstanding now, by wallet and day of expiry.
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
        var table = ReportTable(columns: ["wallet", "ends_on", "kind", "points", "overdue"])
        for row in rows {
            let ends = try row.text(1)
            let day = CivilDate(ends)
            let isOver = day.map { $0 <= today } ?? false
            let kind = ["pending", "debt"].contains(ends) ? ends : "available"
            table.rows.append([
                .text(try row.text(0)), day == nil ? .null : .text(ends), .text(kind), .integer(try row.int8(2)),
                .integer(isOver ? 1 : 0),
            ])
        }
        return table
    }

    /// What is outstanding at the end, by the period in which it was earned: the oldest points are taken to have gone first.
    public func cohorts(_ period: ReportPeriod) async throws -> ReportTable {
        let figures = try await points(period)
        var table = ReportTable(columns: ["earned_in", "wallet", "issued", "outstanding"])
        for wallet in figures.keys {
            var left = max(0, figures.sum(of: wallet, before: period.to.adding(days: 1)))
            var rows: [[ReportTable.Value]] = []
            for start in period.starts.reversed() {
                let issued = max(0, figures.value("issued", of: wallet, in: start))
                let open = min(left, issued)
                left -= open
                rows.append([.text(period.label(start)), .text(wallet), .integer(issued), .integer(open)])
            }
            if left > 0 { rows.append([.text("before"), .text(wallet), .null, .integer(left)]) }
            table.rows += rows.reversed()
        }
        return table
    }

    /// How much of what was earned lapses unspent.
    public func breakage(_ period: ReportPeriod) async throws -> ReportTable {
        Self.breakage(of: try await points(period), period)
    }

    static func breakage(of figures: RunningFigures, _ period: ReportPeriod) -> ReportTable {
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
