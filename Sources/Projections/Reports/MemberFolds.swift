import Foundation
import Loyalty
import Wire

/// Who is in which tier, and who moved: by day.
struct TiersFold: ReportFold {
    static let name = "tiers"
    static let version = 1
    static let remembers = true
    let zone: ZoneRules

    /// Where a member stands.
    struct Memo: Sendable, Equatable {
        var tier: String
        /// nil for a tier that does not end.
        var validUntil: CivilDate?
    }

    func fold(_ dated: DatedEvent, of member: UUID, _ memo: inout Memo?, _ sums: inout ReportSums) throws {
        let before = memo
        switch dated.event {
        case .enrolled(let event) where memo == nil:
            memo = Memo(tier: event.tier, validUntil: nil)
            try sums.add(1, to: "population", on: zone.date(of: dated.at), event.tier)
        case .tierChanged(let event):
            memo = Memo(tier: event.to, validUntil: event.validUntil)
            try move(event, on: dated.at, by: 1, &sums)
        case .restated(let event):
            memo = Memo(tier: event.state.standing.tier, validUntil: event.state.standing.validUntil)
            for correction in event.corrections {
                guard case .tierChanged(let change) = correction.event else { continue }
                try move(change, on: correction.at, by: correction.effect == .added ? 1 : -1, &sums)
            }
        default: return
        }
        guard memo != nil || before != nil else { throw ReportFault.noBeginning }
        guard memo != before else { return }
        if let before { try sums.add(-1, to: "valid", on: ReportSums.noDay, before.tier, before.until) }
        if let memo { try sums.add(1, to: "valid", on: ReportSums.noDay, memo.tier, memo.until) }
    }

    private func move(_ change: TierChanged, on instant: Instant, by count: Int64, _ sums: inout ReportSums) throws {
        guard change.from != change.to else { return }
        let day = zone.date(of: instant)
        try sums.add(count, to: "moved", on: day, change.from, change.to)
        try sums.add(-count, to: "population", on: day, change.from)
        try sums.add(count, to: "population", on: day, change.to)
    }

    func encode(_ memo: Memo) -> [UInt8] { Array("\(memo.until) \(memo.tier)".utf8) }

    func decode(_ bytes: [UInt8]) throws -> Memo {
        let parts = String(decoding: bytes, as: UTF8.self).split(
            separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { throw ReportFault.noBeginning }
        return Memo(tier: String(parts[1]), validUntil: CivilDate(parts[0]))
    }
}

extension TiersFold.Memo {
    /// The last valid day; empty for a tier that does not end.
    fileprivate var until: String { validUntil.map(\.description) ?? "" }
}

/// What is owed in points: by wallet, by the month in which it was earned, and by the day on which it ends.
struct LiabilityFold: ReportFold {
    static let name = "liability"
    static let version = 1
    static let remembers = true

    typealias Memo = MemberState

    func fold(_ dated: DatedEvent, of member: UUID, _ memo: inout MemberState?, _ sums: inout ReportSums) throws {
        guard let before = memo else {
            guard let state = MemberState(beginningWith: dated) else { throw ReportFault.noBeginning }
            memo = state
            return
        }
        var state = before
        try state.evolve(dated)
        memo = state
        try add(before, -1, &sums)
        try add(state, 1, &sums)
    }

    private func add(_ state: MemberState, _ sign: Int64, _ sums: inout ReportSums) throws {
        for open in state.openPoints {
            let key = "\(open.wallet) \(open.cohort)"
            try sums.add(sign * open.points, to: "open", on: ReportSums.noDay, key, open.ends)
        }
    }

    func encode(_ memo: MemberState) -> [UInt8] { StateCodec.encode(memo) }
    func decode(_ bytes: [UInt8]) throws -> MemberState { try StateCodec.decode(bytes) }
}

/// Points that somebody could spend, or owes.
struct OpenPoints: Hashable, Sendable {
    var wallet: String
    /// The month in which they were earned, such as `2026-03`; `debt` for what is owed to us.
    var cohort: String
    /// The day at whose 00:00 they end, or `never`.
    var ends: String
    /// Below zero for a debt.
    var points: Int64
}

extension MemberState {
    /// All open points, by lot; they add up to what is available.
    var openPoints: [OpenPoints] {
        var all = wallet.open.filter { $0.available != 0 }.map { lot in
            let ends = lot.end == .inactivity ? inactiveOn.map(\.description) : nil
            return OpenPoints(
                wallet: Programme.defaultWallet, cohort: String(lot.id.description.prefix(7)), ends: ends ?? "never",
                points: lot.available)
        }
        if wallet.debt != 0 {
            all.append(OpenPoints(wallet: Programme.defaultWallet, cohort: "debt", ends: "never", points: -wallet.debt))
        }
        return all
    }
}
