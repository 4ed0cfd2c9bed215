import Foundation
import Loyalty

/// What partners of a coalition issued and redeemed, by day: points by partner, and by programme, version and wallet, since
/// each version has its own price of a point.
struct SettlementFold: ReportFold {
    static let name = "settlement"
    static let version = 1
    static let remembers = true
    let zone: ZoneRules

    /// The programme that the member is in.
    typealias Memo = String

    func fold(_ dated: DatedEvent, of member: UUID, _ memo: inout String?, _ sums: inout ReportSums) throws {
        guard let programme = memo else {
            guard case .enrolled(let event) = dated.event else { throw ReportFault.noBeginning }
            memo = event.programme
            return
        }
        let day = zone.date(of: dated.at)
        func add(_ points: Int64, _ measure: String, _ partner: String?, _ version: Int, _ wallet: String) throws {
            guard let partner else { return }
            try sums.add(points, to: measure, on: day, partner, "\(programme) \(version) \(wallet)")
        }
        switch dated.event {
        case .pointsAccrued(let event):
            try add(event.points, "issued", event.partner, event.version, event.wallet)
        case .purchaseReturned(let event):
            for taken in event.taken {
                try add(taken.points, "returned", event.partner, event.version, taken.wallet)
            }
        case .redemptionConfirmed(let event):
            let redemption = event.redemption
            try add(redemption.points, "redeemed", redemption.partner, redemption.version, redemption.wallet)
        case .redemptionCancelled(let event) where event.reason == .refunded:
            let redemption = event.redemption
            try add(redemption.points, "refunded", redemption.partner, redemption.version, redemption.wallet)
        default: return
        }
    }

    func encode(_ memo: String) -> [UInt8] { Array(memo.utf8) }
    func decode(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
