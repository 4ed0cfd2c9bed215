import Foundation
import Loyalty
import Wire

/// Who is a member, in which tier, and who moved: by day.
struct TiersFold: ReportFold {
    static let name = "tiers"
    static let version = 1
    static let remembers = true
    let zone: ZoneRules

    /// Where a member stands.
    struct Memo: Sendable, Equatable {
        /// Membership reaches back to the first event, also where that arrives later.
        var joined: CivilDate
        /// The tier in which they joined.
        var first: String
        var tier: String
        /// nil for a tier that does not end.
        var validUntil: CivilDate?
    }

    func fold(_ dated: DatedEvent, of member: UUID, _ memo: inout Memo?, _ sums: inout ReportSums) throws {
        guard let before = memo else {
            guard case .enrolled(let event) = dated.event else { throw ReportFault.noBeginning }
            let begun = Memo(joined: zone.date(of: dated.at), first: event.tier, tier: event.tier)
            memo = begun
            try join(begun, by: 1, &sums)
            try sums.add(1, to: "valid", on: ReportSums.noDay, begun.tier, begun.until)
            return
        }
        var after = before
        switch dated.event {
        case .purchaseCompleted, .purchaseReturned, .activityCompleted:
            after.joined = min(before.joined, zone.date(of: dated.at))
        case .tierChanged(let event):
            (after.tier, after.validUntil) = (event.to, event.validUntil)
            try move(event, on: dated.at, by: 1, &sums)
        case .restated(let event):
            (after.tier, after.validUntil) = (event.state.standing.tier, event.state.standing.validUntil)
            for correction in event.corrections {
                guard case .tierChanged(let change) = correction.event else { continue }
                try move(change, on: correction.at, by: correction.effect == .added ? 1 : -1, &sums)
            }
        default: return
        }
        guard after != before else { return }
        memo = after
        if after.joined != before.joined {
            try join(before, by: -1, &sums)
            try join(after, by: 1, &sums)
        }
        try sums.add(-1, to: "valid", on: ReportSums.noDay, before.tier, before.until)
        try sums.add(1, to: "valid", on: ReportSums.noDay, after.tier, after.until)
    }

    private func join(_ memo: Memo, by count: Int64, _ sums: inout ReportSums) throws {
        try sums.add(count, to: "members", on: memo.joined)
        try sums.add(count, to: "population", on: memo.joined, memo.first)
    }

    private func move(_ change: TierChanged, on instant: Instant, by count: Int64, _ sums: inout ReportSums) throws {
        guard change.from != change.to else { return }
        let day = zone.date(of: instant)
        try sums.add(count, to: "moved", on: day, change.from, change.to)
        try sums.add(-count, to: "population", on: day, change.from)
        try sums.add(count, to: "population", on: day, change.to)
    }

    func encode(_ memo: Memo) -> [UInt8] {
        Array([memo.joined.description, memo.first, memo.tier, memo.until].joined(separator: "\n").utf8)
    }

    func decode(_ bytes: [UInt8]) throws -> Memo {
        let parts = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        guard parts.count == 4, let joined = CivilDate(parts[0]) else { throw ReportFault.noBeginning }
        return Memo(
            joined: joined, first: String(parts[1]), tier: String(parts[2]), validUntil: CivilDate(parts[3]))
    }
}

extension TiersFold.Memo {
    /// The last valid day; empty for a tier that does not end.
    fileprivate var until: String { validUntil.map(\.description) ?? "" }
}

/// What is owed in points: by wallet and by the day on which it ends.
struct LiabilityFold: ReportFold {
    static let name = "liability"
    static let version = 3
    static let remembers = true

    /// With nothing but what decides about points.
    typealias Memo = MemberState

    func fold(_ dated: DatedEvent, of member: UUID, _ memo: inout MemberState?, _ sums: inout ReportSums) throws {
        guard let before = memo?.wallets else {
            memo = MemberState(beginningWith: dated)
            guard memo != nil else { throw ReportFault.noBeginning }
            memo?.keepPointsOnly()
            return
        }
        // Changed where it lies: of its lists only those are copied that change.
        try memo?.evolve(dated)
        memo?.keepPointsOnly()
        guard let after = memo?.wallets, after != before else { return }
        try add(before, -1, &sums)
        try add(after, 1, &sums)
    }

    private func add(_ wallets: [Wallet], _ sign: Int64, _ sums: inout ReportSums) throws {
        for open in wallets.flatMap(\.openPoints) {
            try sums.add(sign * open.points, to: "open", on: ReportSums.noDay, open.wallet, open.ends)
        }
    }

    func encode(_ memo: MemberState) -> [UInt8] { StateCodec.encode(memo) }
    func decode(_ bytes: [UInt8]) throws -> MemberState { try StateCodec.decode(bytes) }
}

/// Points that somebody could spend, waits for, or owes.
struct OpenPoints: Hashable, Sendable {
    var wallet: String
    /// The day at whose 00:00 they end; `never`, `pending` for what waits, `debt` for what is owed to us.
    var ends: String
    /// Below zero for a debt.
    var points: Int64
}

extension MemberState {
    /// Lets go of what events count and say of the member, and no point's fate depends on: a row is written with almost
    /// every event.
    fileprivate mutating func keepPointsOnly() {
        (totals, counters, purchases, lastActive) = ([], [], 0, nil)
        (grants, subscriptions, gifts, conversions) = ([], [], [:], 0)
        (birthday, referredBy, absorbed, latest) = (nil, nil, [], Instant(micros: 0))
        for index in wallets.indices where !wallets[index].isPointsOnly { wallets[index].keepPointsOnly() }
    }
}

extension Wallet {
    fileprivate var isPointsOnly: Bool {
        (issued, transferredIn, redeemed, transferredOut) == (0, 0, 0, 0) && (expired, revoked) == (0, 0)
            && settledAt == .distantPast
    }

    fileprivate mutating func keepPointsOnly() {
        (issued, transferredIn, redeemed, transferredOut) = (0, 0, 0, 0)
        (expired, revoked, settledAt) = (0, 0, .distantPast)
    }

    /// All points by their ends; they add up to what is available and pending.
    var openPoints: [OpenPoints] {
        let inactive = inactiveOn.map(\.description) ?? "never"
        var all = lots.map { lot in
            OpenPoints(wallet: id, ends: lot.end == .inactivity ? inactive : lot.end.name, points: lot.points)
        }
        all.append(OpenPoints(wallet: id, ends: "pending", points: pendingPoints))
        all.append(OpenPoints(wallet: id, ends: "debt", points: -debt))
        return all
    }
}
