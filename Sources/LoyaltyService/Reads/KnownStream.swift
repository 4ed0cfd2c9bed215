import EventLog
import Foundation
import Loyalty
import Postgres
import Projections
import Wire

/// A member's stream as far as it was known at some instant. Snapshots keep short what has to be read of it.
struct KnownStream {
    /// A member behind one of the events.
    struct Cut {
        /// 0 before the first.
        var version: Int64
        /// nil before the first.
        var state: MemberState?
    }

    /// A line of the ledger and the recorded event that holds it.
    struct Line {
        var entry: LedgerEntry
        /// nil for what had fallen due and was not recorded.
        var version: Int64?
        var recordedAt: Instant?
    }

    let member: UUID
    /// Version of the last event known.
    let version: Int64
    /// The member behind the last of the known events.
    let state: MemberState
    private let log: EventLog
    private let client: PostgresClient

    /// Events read at once.
    private static let page = 1_000

    /// Finds the last event that was recorded by then; nil where none was.
    ///
    /// - Parameters:
    ///   - account: the member as they are now.
    ///   - knownAt: nil: all events are known.
    ///   - limit: no event behind this version.
    init?(
        of member: UUID, now account: KnownMember, knownAt: Instant?, upTo limit: Int64 = .max, in log: EventLog,
        on client: PostgresClient
    ) async throws {
        let last = min(limit, account.version)
        if knownAt == nil, last == account.version {
            (version, state) = (last, account.state)
        } else {
            let marks = try await SnapshotStore(log: log).marks(of: member, upTo: last, on: client)
            let start = marks.last { $0.recordedAt <= knownAt?.micros ?? .max }
            var cut = try await KnownStream.cut(of: member, at: start?.version ?? 0, in: log, on: client)
            try await KnownStream.read(of: member, after: cut.version, upTo: last, in: log, on: client) { event in
                // Should a server's clock have stood wrong, the stream is known up to the first event recorded later.
                if let knownAt, event.recordedAtMicros > knownAt.micros { return false }
                try cut.evolve(event)
                return true
            }
            guard let state = cut.state else { return nil }
            (version, self.state) = (cut.version, state)
        }
        (self.member, self.log, self.client) = (member, log, client)
    }

    /// The member at an instant of business time, with what had fallen due by then.
    func state(at instant: Instant, under programme: Programme) async throws -> MemberState {
        guard let cut = try await cut(at: instant) else {
            return try programme.state(of: try await history(), asOf: instant)
        }
        guard let state = cut.state else {
            // Before all that ever happened.
            return try programme.state(of: try await history(limit: 1), asOf: instant)
        }
        return try programme.current(state, at: max(instant, state.latest)).state
    }

    /// The member behind the last event that happened by then; nil where later events were recorded before it, so that no
    /// state that ever stood in the log is theirs.
    func cut(at instant: Instant) async throws -> Cut? {
        if instant >= state.latest { return Cut(version: version, state: state) }
        let marks = try await SnapshotStore(log: log).marks(of: member, upTo: version, on: client)
        let start = marks.last { $0.latest <= instant.micros }?.version ?? 0
        let end = try await end(of: instant, marks)
        var cut = try await KnownStream.cut(of: member, at: start, in: log, on: client)
        var isOver = false
        var isCut = true
        try await KnownStream.read(of: member, after: cut.version, upTo: max(start, end), in: log, on: client) {
            event in
            guard event.occurredAtMicros <= instant.micros else {
                isOver = true
                return true
            }
            isCut = !isOver
            if isCut { try cut.evolve(event) }
            return isCut
        }
        return isCut && (cut.state?.latest ?? instant) <= instant ? cut : nil
    }

    /// The first snapshot behind which all events are later than that, or the end of the stream.
    private func end(of instant: Instant, _ marks: [SnapshotMark]) async throws -> Int64 {
        let last = marks.last?.version ?? 0
        let earliest = try await SnapshotStore(log: log).earliest(of: member, after: last, upTo: version, on: client)
        if let earliest, earliest <= instant.micros { return version }
        return marks.last { $0.earliest <= instant.micros }?.version ?? 0
    }

    /// The whole ledger, oldest first in the order recorded: what happened or fell due by `instant`. The balances are those
    /// behind each line of this very list.
    func lines(at instant: Instant, under programme: Programme) async throws -> [Line] {
        var lines: [Line] = []
        try await KnownStream.read(of: member, after: 0, upTo: version, in: log, on: client) { event in
            lines += try DatedEvent(event).entries(balance: 0).map {
                Line(entry: $0, version: event.version, recordedAt: Instant(micros: event.recordedAtMicros))
            }
            return true
        }
        if instant >= state.latest {
            let due = try programme.current(state, at: instant).due
            lines += due.flatMap { $0.entries(balance: 0) }.map { Line(entry: $0, version: nil, recordedAt: nil) }
        }
        lines = lines.filter { $0.entry.at <= instant }
        var balances: [String: Int64] = [:]
        for index in lines.indices {
            let entry = lines[index].entry
            // What waits is in the ledger, and in no balance before it matures.
            if !entry.isPending { balances[entry.wallet, default: 0] &+= entry.points }
            lines[index].entry.balance = balances[entry.wallet] ?? 0
        }
        return lines
    }

    private func history(limit: Int64 = .max) async throws -> [DatedEvent] {
        var history: [DatedEvent] = []
        try await KnownStream.read(of: member, after: 0, upTo: min(limit, version), in: log, on: client) { event in
            history.append(try DatedEvent(event))
            return true
        }
        return history
    }

    /// What a snapshot holds; nothing for version 0, and for one that cannot be read.
    private static func cut(
        of member: UUID, at version: Int64, in log: EventLog, on client: PostgresClient
    ) async throws -> Cut {
        guard version > 0,
            let kept = try await SnapshotStore(log: log).state(of: member, at: version, on: client),
            let state = try? StateCodec.decode(kept)
        else { return Cut(version: 0, state: nil) }
        return Cut(version: version, state: state)
    }

    /// Reads events in order until there are no more, or `body` has had enough.
    private static func read(
        of member: UUID, after version: Int64, upTo last: Int64, in log: EventLog, on client: PostgresClient,
        _ body: (RecordedEvent) throws -> Bool
    ) async throws {
        var version = version
        while version < last {
            let limit = min(Int64(page), last - version)
            let events = try await log.events(of: member, after: version, limit: Int(limit), on: client)
            for event in events where try !body(event) { return }
            guard let end = events.last?.version, events.count == limit else { return }
            version = end
        }
    }
}

extension KnownStream.Cut {
    /// Moves on by the next event.
    fileprivate mutating func evolve(_ event: RecordedEvent) throws {
        let dated = try DatedEvent(event)
        if state == nil { state = MemberState(beginningWith: dated) } else { try state?.evolve(dated) }
        version = event.version
    }
}
