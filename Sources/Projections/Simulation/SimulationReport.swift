public import Foundation
public import Loyalty
import Wire

/// What history would have come to under a draft, beside what it came to.
public struct SimulationReport: Sendable {
    /// A member who would have got more, or less.
    public struct Named: Hashable, Sendable {
        public var member: UUID
        public var wallet: String
        /// Points that came in and were neither taken back nor lost.
        public var today: Int64
        public var draft: Int64

        public var difference: Int64 { draft &- today }
    }

    /// Somebody whose life could not be lived again.
    public struct Fault: Hashable, Sendable {
        public var member: UUID
        /// Of the event; nil where all could be read.
        public var version: Int64?
        public var reason: String
    }

    public var programme: String
    /// nil where the draft held always.
    public var from: CivilDate?
    public var to: CivilDate
    /// Events of those members.
    public private(set) var events: Int64 = 0
    public private(set) var members: Int64 = 0
    /// Members whose points and tier are as they were.
    public private(set) var unchanged: Int64 = 0
    /// Members who got more, and who got less, in the first wallet.
    public private(set) var winning: Int64 = 0
    public private(set) var losing: Int64 = 0
    public private(set) var leftOut: [LeftOut: LeftOut.Tally] = [:]
    /// How often what was recorded had to be taken for what another member would have done.
    public private(set) var takenAsRecorded: Int64 = 0
    public private(set) var faultCount: Int64 = 0
    /// The first ones of ``faultCount``.
    public private(set) var faults: [Fault] = []
    var today = SimulationFigures()
    var draft = SimulationFigures()
    private let top: Int
    private var winners: [String: [Named]] = [:]
    private var losers: [String: [Named]] = [:]

    static let faultsKept = 100

    init(programme: String, from: CivilDate?, to: CivilDate, top: Int) {
        (self.programme, self.from, self.to, self.top) = (programme, from, to, top)
    }

    mutating func note(fault reason: String, of member: UUID, version: Int64?) {
        faultCount += 1
        if faults.count < Self.faultsKept { faults.append(Fault(member: member, version: version, reason: reason)) }
    }

    mutating func add(_ comparison: MemberComparison) throws {
        members += 1
        events += comparison.events
        if comparison.isSame { unchanged += 1 }
        today.add(comparison.sums.today, upTo: to)
        draft.add(comparison.sums.draft, upTo: to)
        for (what, tally) in comparison.leftOut { leftOut[what, default: LeftOut.Tally()].add(tally) }
        takenAsRecorded += comparison.takenAsRecorded
        let wallets = Set((comparison.today.wallets + comparison.draft.wallets).map(\.id))
        for wallet in wallets {
            rank(
                Named(
                    member: comparison.member, wallet: wallet,
                    today: MemberComparison.gained(comparison.today.wallet(wallet)),
                    draft: MemberComparison.gained(comparison.draft.wallet(wallet))))
        }
    }

    private mutating func rank(_ named: Named) {
        guard named.difference != 0 else { return }
        if named.wallet == Programme.defaultWallet {
            if named.difference > 0 { winning += 1 } else { losing += 1 }
        }
        if named.difference > 0 {
            Self.insert(named, into: &winners[named.wallet, default: []], atMost: top) {
                $0.difference > $1.difference
            }
        } else {
            Self.insert(named, into: &losers[named.wallet, default: []], atMost: top) {
                $0.difference < $1.difference
            }
        }
    }

    /// The member's id decides where two are alike, so that the same history names the same members.
    private static func insert(
        _ named: Named, into list: inout [Named], atMost limit: Int, _ isFurther: (Named, Named) -> Bool
    ) {
        func isBefore(_ a: Named, _ b: Named) -> Bool {
            if isFurther(a, b) { return true }
            return !isFurther(b, a) && a.member.uuidString < b.member.uuidString
        }
        guard limit > 0, list.count < limit || list.last.map({ isBefore(named, $0) }) ?? true else { return }
        var (place, end) = (0, list.count)
        while place < end {
            let middle = (place + end) / 2
            if isBefore(named, list[middle]) { end = middle } else { place = middle + 1 }
        }
        list.insert(named, at: place)
        if list.count > limit { list.removeLast() }
    }

    /// Who wins most, by wallet, the furthest first.
    public var mostWinning: [Named] { winners.keys.sorted().flatMap { winners[$0] ?? [] } }

    /// Who loses most, by wallet, the furthest first.
    public var mostLosing: [Named] { losers.keys.sorted().flatMap { losers[$0] ?? [] } }

    /// What was left out, the most frequent first.
    public var leftOutInOrder: [(what: LeftOut, tally: LeftOut.Tally)] {
        leftOut.map { (what: $0.key, tally: $0.value) }.sorted { a, b in
            (b.tally.count, a.what.act.rawValue, a.what.code) < (a.tally.count, b.what.act.rawValue, b.what.code)
        }
    }
}
