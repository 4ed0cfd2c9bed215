import EventLog
import Foundation
import Loyalty
import Postgres
import Wire

/// A member's stream as far as it was known at some instant, and what it says.
struct KnownStream {
    /// A line of the ledger and the recorded event that holds it.
    struct Line {
        var entry: LedgerEntry
        /// nil for what had fallen due and was not recorded.
        var version: Int64?
        var recordedAt: Instant?
    }

    private struct Step {
        var dated: DatedEvent
        var recordedAt: Instant
    }

    private let steps: [Step]
    /// The member behind the last of the known events.
    let state: MemberState

    /// Version of the last event known.
    var version: Int64 { Int64(steps.count) }

    /// Reads a stream from its first event to the last one that was recorded by then; nil where none was.
    ///
    /// - Parameter limit: no event behind this version.
    init?(
        of member: UUID, knownAt: Instant?, upTo limit: Int64 = .max, in log: EventLog,
        on connection: some PostgresQuerying
    ) async throws {
        var steps: [Step] = []
        var state: MemberState?
        reading: while true {
            let page = try await log.events(of: member, after: Int64(steps.count), limit: 5_000, on: connection)
            for event in page {
                // Should a server's clock have stood wrong, the stream is known up to the first event recorded later.
                if let knownAt, event.recordedAtMicros > knownAt.micros { break reading }
                if event.version > limit { break reading }
                let dated = try DatedEvent(event)
                if state == nil { state = MemberState(beginningWith: dated) } else { try state?.evolve(dated) }
                steps.append(Step(dated: dated, recordedAt: Instant(micros: event.recordedAtMicros)))
            }
            if page.count < 5_000 { break }
        }
        guard let state else { return nil }
        (self.steps, self.state) = (steps, state)
    }

    /// The member at an instant of business time, with what had fallen due by then.
    func state(at instant: Instant, under programme: Programme) throws -> MemberState {
        guard instant < state.latest else { return try programme.current(state, at: instant).state }
        return try programme.state(of: steps.map(\.dated), asOf: instant)
    }

    /// The ledger, oldest first in the order recorded: what happened or fell due by `asOf`; where that is nil, all that was
    /// recorded and what is due at `now`. The balances are those behind each line of this very list.
    func lines(asOf: Instant?, now: Instant, under programme: Programme) throws -> [Line] {
        var lines: [Line] = []
        for (index, step) in steps.enumerated() {
            let version = Int64(index + 1)
            lines += step.dated.entries(balance: 0).map {
                Line(entry: $0, version: version, recordedAt: step.recordedAt)
            }
        }
        let instant = asOf ?? max(now, state.latest)
        if instant >= state.latest {
            let due = try programme.current(state, at: instant).due
            lines += due.flatMap { $0.entries(balance: 0) }.map { Line(entry: $0, version: nil, recordedAt: nil) }
        }
        if let asOf { lines = lines.filter { $0.entry.at <= asOf } }
        var balances: [String: Int64] = [:]
        for index in lines.indices {
            let entry = lines[index].entry
            // What waits is in the ledger, and in no balance before it matures.
            if !entry.isPending { balances[entry.wallet, default: 0] &+= entry.points }
            lines[index].entry.balance = balances[entry.wallet] ?? 0
        }
        return lines
    }
}
