public import Loyalty
import Postgres

/// Who owes whom in a coalition: each partner pays for what it issues and is paid for what it redeems.
extension ReportReader {
    private static let figures = ["issued", "returned", "redeemed", "refunded"]

    /// - Parameter programmes: where prices and names are from.
    public func settlement(_ period: ReportPeriod, of programmes: [Programme]) async throws -> ReportTable {
        var table = ReportTable(columns: [
            "period", "programme", "partner", "name", "wallet", "issued", "returned", "redeemed", "refunded", "pays",
            "receives", "net", "currency",
        ])
        let points = try await points(period)
        for programme in programmes {
            for row in points.rows(in: programme, period) { table.rows.append(row.values(period, programme)) }
        }
        return table
    }

    private func points(_ period: ReportPeriod) async throws -> [SettlementRow.Place: [String: Int64]] {
        var points: [SettlementRow.Place: [String: Int64]] = [:]
        for figure in Self.figures {
            for sum in try await sums(of: figure, in: SettlementFold.name, period) {
                let parts = sum.b.split(separator: " ").map(String.init)
                guard parts.count == 3, let version = Int(parts[1]) else { continue }
                let place = SettlementRow.Place(
                    period: sum.period, programme: parts[0], partner: sum.a, version: version, wallet: parts[2])
                points[place, default: [:]][figure, default: 0] &+= sum.value
            }
        }
        return points
    }
}

extension [SettlementRow.Place: [String: Int64]] {
    /// A row for each period, partner and wallet in which something was issued or redeemed.
    fileprivate func rows(in programme: Programme, _ period: ReportPeriod) -> [SettlementRow] {
        var rows: [SettlementRow] = []
        let starts = Set(period.starts)
        let mine = filter { $0.key.programme == programme.id && starts.contains($0.key.period) }
        let places = mine.keys.sorted {
            ($0.period, $0.partner, $0.wallet, $0.version) < ($1.period, $1.partner, $1.wallet, $1.version)
        }
        for place in places {
            let version = programme.version(number: place.version)
            let partner = version.partners.first { $0.id == place.partner }
            if rows.last.map({ !$0.place.isBeside(place) }) ?? true { rows.append(SettlementRow(place: place)) }
            rows[rows.count - 1].add(mine[place] ?? [:], partner)
        }
        return rows
    }
}

/// One partner's account of one period.
struct SettlementRow {
    struct Place: Hashable {
        var period: CivilDate
        var programme: String
        var partner: String
        var version: Int
        var wallet: String

        func isBeside(_ other: Place) -> Bool {
            (period, partner, wallet) == (other.period, other.partner, other.wallet)
        }
    }

    var place: Place
    private var name: String?
    private var points: [String: Int64] = [:]
    private var pays: Int64 = 0
    private var receives: Int64 = 0

    init(place: Place) { self.place = place }

    /// What was moved under one version of the programme, at its price of a point.
    mutating func add(_ moved: [String: Int64], _ partner: Partner?) {
        points.merge(moved) { $0 &+ $1 }
        name = partner?.name ?? name
        guard let price = partner?.pointPrice else { return }
        pays &+= Self.money((moved["issued"] ?? 0) &- (moved["returned"] ?? 0), price)
        receives &+= Self.money((moved["redeemed"] ?? 0) &- (moved["refunded"] ?? 0), price)
    }

    /// Minor units, rounded towards nothing.
    private static func money(_ points: Int64, _ price: Ratio) -> Int64 {
        Int64(clamping: Int128(points) * Int128(price.numerator) / Int128(price.denominator))
    }

    func values(_ period: ReportPeriod, _ programme: Programme) -> [ReportTable.Value] {
        let figures = ["issued", "returned", "redeemed", "refunded"].map { ReportTable.Value.integer(points[$0] ?? 0) }
        let texts = [period.label(place.period), programme.id, place.partner, name ?? place.partner, place.wallet]
        return texts.map { .text($0) } + figures
            + [.integer(pays), .integer(receives), .integer(receives &- pays), .text(programme.currencies[0].code)]
    }
}
