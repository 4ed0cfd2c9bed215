import Logging
import Postgres

extension LogFollower {
    /// Reads on until it is nearly at the end, or it is time to stop. Answers how long events may gather now: the more
    /// there were, the longer, so that a busy log is not asked for a handful at a time.
    func catchUp(on lease: PostgresLease, _ unwritten: inout UnwrittenPages) async throws -> Duration {
        do {
            return try await catchUp(on: lease, &unwritten, folding: folding)
        } catch let error where folding != nil && (error.isAnEventsFault || error is CheckpointMoved) {
            folding?.forget()
            unwritten = UnwrittenPages()
        }
        // From the checkpoints on, what fails with others is tried alone: that finds the event whose fault it is.
        return try await catchUp(on: lease, &unwritten, folding: nil)
    }

    private func catchUp(
        on lease: PostgresLease, _ unwritten: inout UnwrittenPages, folding: (any FoldingConsumer)?
    ) async throws -> Duration {
        let store = FollowerStore(log: log)
        var (taken, isBehind, behind) = (0, true, Int64(0))
        // What came meanwhile may gather: whoever read on until nothing is left would never rest beside steady traffic.
        while isBehind, !isStopping {
            if folding == nil, try await pass(on: lease) { return .seconds(1) }
            await window.turn.take(behind: behind)
            defer { window.turn.pass() }
            if isStopping { break }
            let next = try await store.nextPages(
                of: name, beyond: unwritten, limit: configuration.pageLimit, window: window, on: lease)
            guard !next.pages.isEmpty else { break }
            if let folding {
                try await folding.fold(next.pages.flatMap(\.events), on: lease)
                unwritten.add(next.pages)
                if unwritten.isFull || unwritten.isOld { try await write(&unwritten, of: folding, on: lease) }
            } else {
                try await take(next.pages, on: lease)
            }
            taken += next.pages.reduce(0) { $0 + $1.events.count }
            (isBehind, behind) = (next.isBehind, next.behind)
        }
        if !isStopping, unwritten.isDue(havingTaken: taken) { try await writeRest(&unwritten, on: lease) }
        // Whoever rested longer than the window reaches back would have to read what is at hand now.
        let soon = window.reach / 4
        return min(handler.gathering, .milliseconds(2) * taken) * min(taken, soon) / max(taken, 1)
    }

    /// Writes what was taken in, when it is its turn.
    func writeRest(_ unwritten: inout UnwrittenPages, on lease: PostgresLease) async throws {
        guard let folding, !unwritten.isEmpty else { return }
        await window.turn.take()
        defer { window.turn.pass() }
        try await write(&unwritten, of: folding, on: lease)
    }

    private func write(
        _ unwritten: inout UnwrittenPages, of folding: any FoldingConsumer, on lease: PostgresLease
    ) async throws {
        // In order, so that nobody who locks several checkpoints waits for us while we wait for them.
        let spans = unwritten.spans.values.sorted { $0.partition < $1.partition }
        try await commit(spans, events: unwritten.events, on: lease) { try await folding.write(on: lease) }
        unwritten = UnwrittenPages()
    }

    /// Moves the checkpoints to the heads where the consumer has no use for what lies between.
    ///
    /// The heads are read before it is asked for good: what is appended once it has said no lies behind them.
    private func pass(on lease: PostgresLease) async throws -> Bool {
        if try await handler.isInterested(on: lease) { return false }
        let heads = try await log.heads(on: lease)
        if try await handler.isInterested(on: lease) { return false }
        try await FollowerStore(log: log).pass(name, to: heads, on: lease)
        return true
    }

    /// All pages in one transaction; where that fails for an event's sake, each page in one of its own.
    private func take(_ pages: [FollowedPage], on lease: PostgresLease) async throws {
        do {
            try await commit(pages, on: lease)
        } catch let error where error.isAnEventsFault {
            // What was taken in before the write failed must not be there when the event is skipped, or comes again.
            folding?.forget()
            if pages.count == 1 { return try await corner(pages[0], error, on: lease) }
            for page in pages where !isStopping { try await take([page], on: lease) }
        }
    }

    /// Halves a page that fails until the event is found that fails alone; what stands before it is committed.
    private func corner(_ page: FollowedPage, _ error: any Error, on lease: PostgresLease) async throws {
        guard page.events.count > 1 else { return try await blame(page, error, on: lease) }
        let (first, second) = page.halves
        try await take([first], on: lease)
        // Only when the first half went through: else the partition has stopped there.
        let stopped = try await FollowerStore(log: log).isStopped(name, partition: page.partition, on: lease)
        if !stopped { try await take([second], on: lease) }
    }

    private func commit(_ pages: [FollowedPage], on lease: PostgresLease) async throws {
        let events = pages.flatMap(\.events)
        try await commit(pages.map(\.span), events: events.count, on: lease) {
            try await handler.handle(events, on: lease)
        }
    }

    /// Moves the checkpoints behind the spans, together with what `write` writes.
    private func commit(
        _ spans: [FollowedSpan], events: Int, on lease: PostgresLease, write: () async throws -> Void
    ) async throws {
        try await lease.transaction {
            try await FollowerStore(log: log).move(spans, of: name, atMicros: clock(), on: lease)
            try await write()
        }
        count {
            $0.transactions += 1
            $0.events += Int64(events)
        }
        handler.committed()
    }

    private func blame(_ page: FollowedPage, _ error: any Error, on lease: PostgresLease) async throws {
        guard let event = page.events.first else { return }
        try await FollowerStore(log: log).stop(
            name, at: event, error: FollowerFault.text(of: error), atMicros: clock(), on: lease)
        count { $0.faults += 1 }
        logger.error(
            "follower \(name) cannot take an event; its partition waits until somebody retries or skips it",
            metadata: [
                "partition": "\(event.partition)", "position": "\(event.position)", "type": "\(event.type)",
                "error": "\(FollowerFault.text(of: error))",
            ])
    }
}

/// The next events of one partition.
struct FollowedPage: Sendable {
    let partition: Int
    /// Where the checkpoint stands before the page.
    let after: Int64
    var events: [RecordedEvent]

    var last: Int64 { after + Int64(events.count) }
    var span: FollowedSpan { FollowedSpan(partition: partition, after: after, last: last) }

    var halves: (FollowedPage, FollowedPage) {
        let middle = events.count / 2
        return (
            FollowedPage(partition: partition, after: after, events: Array(events[..<middle])),
            FollowedPage(partition: partition, after: after + Int64(middle), events: Array(events[middle...]))
        )
    }
}

/// Somebody else moved the follower's checkpoints, or put other rows in place, as a rebuild does: read them again.
public struct CheckpointMoved: Error, CustomStringConvertible {
    public init() {}

    public var description: String { "the checkpoints were moved by somebody else" }
}

extension Error {
    /// Whether trying the same again is pointless: the handler cannot take an event. All else passes: connections come
    /// back, deadlocks resolve, a database that shuts down starts again, a missing table is made by a migration.
    fileprivate var isAnEventsFault: Bool {
        switch self {
        case let error as PostgresError:
            switch error.code {
            case .server: ["22", "23", "P0"].contains(error.sqlState?.prefix(2))
            case .decoding, .protocolViolation: true
            default: false
            }
        case is CancellationError, is CheckpointMoved: false
        default: true
        }
    }
}
