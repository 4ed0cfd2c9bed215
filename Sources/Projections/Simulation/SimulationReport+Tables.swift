import Foundation
import Loyalty

/// What a report shows, as tables. Each figure stands twice: as it was (`_today`), and as the draft would have it (`_draft`).
extension SimulationReport {
    /// The months shown: from the first in which anything happened, but none before `from`.
    public var period: ReportPeriod {
        let first = [today.first, draft.first].compactMap(\.self).min() ?? to
        return ReportPeriod(unit: .month, from: min(from.map { max(first, $0) } ?? first, to), to: to)
    }

    private static let moves = ["issued", "revoked", "expired", "redeemed", "adjusted"]

    private var wallets: [String] { Set(today.points.keys + draft.points.keys).sorted() }

    /// Points by month and wallet.
    public var months: ReportTable {
        let period = period
        let figures =
            Self.moves + ["redeemed_value", "outstanding", "breakage_rate_to_date_bp", "expected_breakage"]
        var table = ReportTable(
            columns: ["period", "wallet"] + figures.flatMap { ["\($0)_today", "\($0)_draft"] })
        for wallet in wallets {
            let sides = [today, draft].map { Self.breakage($0, of: wallet, period) }
            for (index, start) in period.starts.enumerated() {
                var row: [ReportTable.Value] = [.text(period.label(start)), .text(wallet)]
                for move in Self.moves {
                    row += [today, draft].map { .integer($0.points.value(move, of: wallet, in: start)) }
                }
                row += [today, draft].map {
                    .integer($0.values.value(SimulationFigures.redeemedValue, of: wallet, in: start))
                }
                for column in ["outstanding", "breakage_rate_to_date_bp", "expected_breakage"] {
                    row += sides.map { $0.value(column, in: index) ?? .integer(0) }
                }
                table.rows.append(row)
            }
        }
        return table
    }

    /// The report `breakage` of one wallet; without rows where a side has no such wallet.
    private static func breakage(
        _ figures: SimulationFigures, of wallet: String, _ period: ReportPeriod
    ) -> ReportTable {
        var table = ReportReader.breakage(of: figures.points, period)
        table.rows.removeAll { $0[1] != .text(wallet) }
        return table
    }

    /// The same over all months shown; what is outstanding is so at the end.
    public var totals: ReportTable {
        let months = months
        let sums = Self.moves + ["redeemed_value"]
        var table = ReportTable(columns: Array(months.columns.dropFirst()))
        for wallet in wallets {
            let rows = months.rows.filter { $0[1] == .text(wallet) }
            guard let last = rows.last else { continue }
            var total: [ReportTable.Value] = [.text(wallet)]
            for column in 2..<months.columns.count {
                let isSum = sums.contains { months.columns[column].hasPrefix("\($0)_") }
                total.append(isSum ? .integer(rows.reduce(0) { $0 &+ $1[column].number }) : last[column])
            }
            table.rows.append(total)
        }
        return table
    }

    /// Members by tier at the end of each month.
    public var tiers: ReportTable {
        let period = period
        var table = ReportTable(columns: ["period", "tier", "members_today", "members_draft"])
        let tiers = Set(today.population.keys + draft.population.keys).sorted()
        for start in period.starts {
            for tier in tiers {
                let members = [today, draft].map { $0.population.sum(of: tier, before: start.adding(months: 1)) }
                table.rows.append(
                    [.text(period.label(start)), .text(tier)] + members.map { .integer($0) })
            }
        }
        return table
    }

    /// Who wins most and who loses most.
    public var named: ReportTable {
        var table = ReportTable(columns: ["member_id", "wallet", "gained_today", "gained_draft", "difference"])
        for named in mostWinning + mostLosing {
            table.rows.append([
                .text(named.member.uuidString.lowercased()), .text(named.wallet), .integer(named.today),
                .integer(named.draft), .integer(named.difference),
            ])
        }
        return table
    }

    /// What was recorded and could not happen under the draft.
    public var omissions: ReportTable {
        var table = ReportTable(columns: ["act", "code", "count", "points"])
        for (what, tally) in leftOutInOrder {
            table.rows.append([
                .text(what.act.rawValue), .text(what.code), .integer(tally.count), .integer(tally.points),
            ])
        }
        return table
    }
}

extension ReportTable.Value {
    /// 0 for what is no number.
    var number: Int64 { if case .integer(let number) = self { number } else { 0 } }
}
