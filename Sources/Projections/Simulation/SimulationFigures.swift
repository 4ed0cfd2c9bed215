import Foundation
import Loyalty

/// What one side of a simulation adds up to over all members, by month: the figures of the reports, and what redemptions
/// were worth.
struct SimulationFigures: Sendable {
    /// Points by wallet, as `liability` and `breakage` count them.
    private(set) var points = RunningFigures()
    /// Minor units by wallet.
    private(set) var values = RunningFigures()
    /// Members by tier: who came, less who went.
    private(set) var population = RunningFigures()
    /// The first month in which anything was.
    private(set) var first: CivilDate?

    static let redeemedValue = "redeemed_value"

    /// - Parameter last: what lies behind this day is left out.
    mutating func add(_ sums: ReportSums, upTo last: CivilDate) {
        for (cell, value) in sums.cells where cell.day <= last {
            let month = CivilDate(year: cell.day.year, month: cell.day.month, day: 1)
            switch cell.measure {
            case "points": points.add(value, to: ReportReader.figure(of: cell.b), of: cell.a, in: month)
            case "population": population.add(value, to: cell.measure, of: cell.a, in: month)
            case Self.redeemedValue: values.add(value, to: cell.measure, of: cell.a, in: month)
            default: continue
            }
            first = min(first ?? month, month)
        }
    }
}

/// One member's events on one side, as the reports fold them.
struct SimulatedSide: Sendable {
    private let daily: DailyFold
    private let tiers: TiersFold
    private let zone: ZoneRules
    private var standing: TiersFold.Memo?
    private var nothing: NoMemo?
    private(set) var sums = ReportSums()

    init(zone: ZoneRules) { (daily, tiers, self.zone) = (DailyFold(zone: zone), TiersFold(zone: zone), zone) }

    mutating func fold(_ dated: DatedEvent, of member: UUID) throws {
        try daily.fold(dated, of: member, &nothing, &sums)
        try tiers.fold(dated, of: member, &standing, &sums)
        let value: (redemption: Redemption, sign: Int64)? =
            switch dated.event {
            case .redemptionConfirmed(let event): (event.redemption, 1)
            case .redemptionCancelled(let event) where event.reason == .refunded: (event.redemption, -1)
            default: nil
            }
        guard let value, let worth = value.redemption.value else { return }
        try sums.add(
            value.sign * worth, to: SimulationFigures.redeemedValue, on: zone.date(of: dated.at),
            value.redemption.wallet)
    }
}
