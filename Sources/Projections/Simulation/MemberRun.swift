import EventLog
public import Foundation
public import Loyalty
import Wire

/// One member as they are, and as they would be.
public struct MemberComparison: Sendable {
    public var member: UUID
    /// By the log.
    public var today: MemberState
    /// By the draft.
    public var draft: MemberState
    /// How many the log holds.
    var events: Int64
    /// What the log holds, and what fell due; the same under the draft.
    var sums: (today: ReportSums, draft: ReportSums)
    var leftOut: [LeftOut: LeftOut.Tally]
    var takenAsRecorded: Int64

    /// Whether points and tier are what they are.
    public var isSame: Bool {
        today.wallets == draft.wallets && today.standing == draft.standing && today.reached == draft.reached
            && today.totals == draft.totals
    }

    /// What was got out of the programme in a wallet: points that came in and were neither taken back nor lost.
    static func gained(_ wallet: Wallet) -> Int64 { wallet.issued &- wallet.revoked &- wallet.expired }
}

/// One member on the way through the log, on both sides.
struct MemberRun: Sendable {
    let member: UUID
    private let live: Programme
    private let until: Instant
    private var history: [DatedEvent] = []
    private var state: MemberState?
    private(set) var simulation: MemberSimulation
    /// Whether the stream is of the programme at all.
    private(set) var isConcerned = true

    init(_ member: UUID, live: Programme, under rules: Programme, until: Instant) {
        (self.member, self.live, self.until) = (member, live, until)
        simulation = MemberSimulation(
            of: UUIDText.text(member), under: rules, recordedUnder: live, until: until)
    }

    /// The next event of the stream.
    mutating func feed(_ event: RecordedEvent, lookUp: (LifeLink) -> LifeLink.Value?) throws {
        guard isConcerned else { return }
        let dated = try DatedEvent(event)
        if state == nil {
            guard case .enrolled(let joined) = dated.event, let begun = MemberState(beginningWith: dated) else {
                throw LoyaltyFault.contradiction("a stream that does not begin with an enrolment")
            }
            isConcerned = joined.programme == live.id
            guard isConcerned else { return }
            state = begun
        } else {
            try state?.evolve(dated)
        }
        history.append(dated)
        try simulation.live(through: dated, lookUp: lookUp)
    }

    /// Both sides at the end; nil for somebody who was no member then.
    mutating func finish() throws -> MemberComparison? {
        guard isConcerned, let state else { return nil }
        try simulation.finish()
        guard let draft = simulation.ending else { return nil }
        var (today, due) = (state, [DatedEvent]())
        if state.latest <= until {
            (today, due) = try live.current(state, at: until)
        } else {
            today = try live.state(of: history, asOf: until)
        }
        guard today.enrolledAt <= until else { return nil }
        var sides = (today: SimulatedSide(zone: live.zone), draft: SimulatedSide(zone: live.zone))
        for dated in history + due where isShown(dated) { try sides.today.fold(dated, of: member) }
        for dated in simulation.events where isShown(dated) { try sides.draft.fold(dated, of: member) }
        return MemberComparison(
            member: member, today: today, draft: draft, events: Int64(history.count),
            sums: (sides.today.sums, sides.draft.sums), leftOut: simulation.leftOut,
            takenAsRecorded: simulation.takenAsRecorded)
    }

    /// Membership may reach back behind its own beginning.
    private func isShown(_ dated: DatedEvent) -> Bool {
        if case .enrolled = dated.event { return true }
        return dated.at <= until
    }
}
