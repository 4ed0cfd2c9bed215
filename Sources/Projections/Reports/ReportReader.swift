import EventLog
import Loyalty
public import Postgres

/// Reads reports from the rows in use. What each column means: docs/reports.md.
public struct ReportReader: Sendable {
    let client: PostgresClient
    /// Money is counted in it where a report knows one currency alone.
    let currency: String

    public init(client: PostgresClient, currency: String) { (self.client, self.currency) = (client, currency) }

    /// A sum of one period.
    struct Sum {
        var period: CivilDate
        var a: String
        var b: String
        var value: Int64
    }

    /// Sums of figures up to the last day, by period and keys; those before the first period too, for what was there then.
    func sums(of measure: String, in projection: String, _ period: ReportPeriod) async throws -> [Sum] {
        let rows = try await client.query(
            """
            SELECT date_trunc($3, day::timestamp)::date::text, key_a, key_b, sum(value)::bigint
              FROM treue.report_cell
             WHERE projection = $1 AND measure = $2 AND day <= $4::text::date
               AND generation = (SELECT generation FROM treue.projection WHERE name = $1)
             GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
            """, [.text(projection), .text(measure), .text(period.unit.rawValue), .text(period.to.description)])
        return try rows.compactMap { row in
            guard let day = CivilDate(try row.text(0)) else { return nil }
            return Sum(period: day, a: try row.text(1), b: try row.text(2), value: try row.int8(3))
        }
    }
}

/// Figures that add up over periods, by a key.
struct RunningFigures {
    /// By key, by name of the figure, by period.
    private var values: [String: [String: [CivilDate: Int64]]] = [:]

    /// All keys, in order.
    var keys: [String] { values.keys.sorted() }

    mutating func add(_ value: Int64, to figure: String, of key: String, in period: CivilDate) {
        values[key, default: [:]][figure, default: [:]][period, default: 0] &+= value
    }

    func value(_ figure: String, of key: String, in period: CivilDate) -> Int64 {
        values[key]?[figure]?[period] ?? 0
    }

    /// All that came before a period, over all figures.
    func sum(of key: String, before period: CivilDate) -> Int64 {
        (values[key] ?? [:]).values.reduce(0) { sum, figure in
            figure.reduce(sum) { $1.key < period ? $0 &+ $1.value : $0 }
        }
    }

    /// All of one figure that came before a period.
    func sum(_ figure: String, of key: String, before period: CivilDate) -> Int64 {
        (values[key]?[figure] ?? [:]).reduce(0) { $1.key < period ? $0 &+ $1.value : $0 }
    }
}

extension Int64 {
    /// Hundredths of a percent, rounded down; nothing where there is no whole.
    static func basisPoints(_ part: Int64, of whole: Int64) -> ReportTable.Value {
        guard whole > 0 else { return .null }
        return .integer(Int64(clamping: Int128(part) * 10_000 / Int128(whole)))
    }
}
