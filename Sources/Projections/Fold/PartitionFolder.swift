import EventLog
import Foundation
import Postgres

/// Folds one partition from its checkpoint on, in constant memory: members are loaded when an event needs them, and
/// written, with the checkpoint, whenever enough have changed. Cut off at any moment, the next one goes on from there.
struct PartitionFolder<Target: FoldTarget>: Sendable {
    let target: Target
    let log: EventLog
    let partition: Int
    /// Folded and written up to here.
    private(set) var position: Int64
    /// Positions that an administrator told the projection to pass over.
    private let skips: Set<Int64>
    private let bounds: FoldBounds
    /// Folded in memory up to here.
    private var folded: Int64
    private var held: [UUID: Held] = [:]
    /// How many of them are to be written.
    private var changed = 0
    private var sums: Target.Sums

    /// What is known of a member, in one place: each event looks for it once.
    private struct Held {
        var memo: Target.Memo?
        /// Whether it is to be written.
        var isChanged = false
        /// Whether nothing of it is written: the stream begins behind that.
        var isNew = false
    }

    init(
        _ target: Target, log: EventLog, partition: Int, from position: Int64, skipping skips: Set<Int64> = [],
        bounds: FoldBounds = FoldBounds()
    ) {
        (self.target, self.log, self.partition, self.position) = (target, log, partition, position)
        (self.skips, self.bounds) = (skips, bounds)
        (folded, sums) = (position, target.noSums)
    }

    /// Folds up to a position and writes.
    ///
    /// - Parameters:
    ///   - isInTransaction: whether the lease is in a transaction already; else each writing is one of its own.
    ///   - progress: called with the number of events folded since it was called before.
    /// - Throws: ``FoldFault`` once all before the faulty event is written; ``RebuildFault/underway``; `PostgresError`.
    mutating func run(
        to last: Int64, on lease: PostgresLease, isInTransaction: Bool = false,
        progress: (Int64) async -> Void = { _ in }
    ) async throws {
        do {
            try await fold(to: last, on: lease, isInTransaction: isInTransaction, progress: progress)
        } catch let fault as FoldFault {
            // The member is half folded: what memory holds is thrown away, and what stands before the fault done again.
            forget()
            try await fold(to: fault.position - 1, on: lease, isInTransaction: isInTransaction) { _ in }
            throw fault
        }
    }

    private mutating func fold(
        to last: Int64, on lease: PostgresLease, isInTransaction: Bool, progress: (Int64) async -> Void
    ) async throws {
        while folded < last {
            let events = try await read(to: min(folded + bounds.read, last), on: lease)
            try await loadMissing(events, on: lease)
            var rest = events[...]
            while !rest.isEmpty {
                let chunk = rest.prefix(Int(bounds.chunk))
                rest = rest.dropFirst(chunk.count)
                for event in chunk { try fold(event) }
                await progress(Int64(chunk.count))
            }
            let isFull = changed >= bounds.members || folded - position >= bounds.events
            if isFull { try await flush(on: lease, isInTransaction: isInTransaction) }
            if held.count >= bounds.members { held = held.filter(\.value.isChanged) }
        }
        try await flush(on: lease, isInTransaction: isInTransaction)
    }

    private func read(to last: Int64, on lease: PostgresLease) async throws -> [RecordedEvent] {
        var events: [RecordedEvent] = []
        try await log.copyOut(
            partitions: [partition], after: [partition: folded], upTo: last, columns: .content, on: lease
        ) {
            events += $0
        }
        // Positions are dense. Where they are not the log is damaged, and a fold over the gap would hide it.
        guard events.last?.position == last, events.count == Int(last - folded) else {
            throw RebuildFault.gap(partition: partition, after: folded)
        }
        return events
    }

    private mutating func loadMissing(_ events: [RecordedEvent], on lease: PostgresLease) async throws {
        var missing: Set<UUID> = []
        for event in events where held[event.stream] == nil {
            // A stream that begins here cannot be known yet.
            if event.version > 1 { missing.insert(event.stream) } else { held[event.stream] = Held(isNew: true) }
        }
        guard !missing.isEmpty else { return }
        let loaded = try await target.load(Array(missing), in: partition, on: lease)
        for (member, memo) in loaded { held[member] = Held(memo: memo) }
    }

    private mutating func fold(_ event: RecordedEvent) throws(FoldFault) {
        defer { folded = event.position }
        guard event.streamType == AccountProjection.streamType, !skips.contains(event.position) else { return }
        do {
            // Where it is: a memo is large.
            try Self.fold(event, to: target, &held[event.stream, default: Held()], &changed, &sums)
        } catch {
            throw FoldFault(event, error)
        }
    }

    private static func fold(
        _ event: RecordedEvent, to target: Target, _ held: inout Held, _ changed: inout Int, _ sums: inout Target.Sums
    ) throws {
        if !held.isChanged { changed += 1 }
        held.isChanged = true
        try target.fold(event, &held.memo, &sums)
    }

    private mutating func flush(on lease: PostgresLease, isInTransaction: Bool) async throws {
        guard folded > position else { return }
        if isInTransaction {
            try await write(on: lease)
        } else {
            try await lease.transaction {
                try await lease.planByIndexes(untilCommit: true)
                try await write(on: lease)
            }
        }
        (position, changed, sums) = (folded, 0, target.noSums)
        held = held.mapValues { Held(memo: $0.memo) }
    }

    private func write(on lease: PostgresLease) async throws {
        // Whoever moved it meanwhile has written the same rows: then nothing of this is committed.
        let moved = try await lease.query(
            """
            INSERT INTO treue.checkpoint (projection, partition, position) VALUES ($1, $2, $3)
                ON CONFLICT (partition, projection) DO UPDATE SET position = excluded.position
             WHERE checkpoint.position = $4
            """,
            [
                .text(target.checkpoint), .int4(Int32(truncatingIfNeeded: partition)), .int8(folded), .int8(position),
            ])
        guard moved.affected == 1 else { throw RebuildFault.underway(target.projection) }
        var (memos, new): ([UUID: Target.Memo], Set<UUID>) = ([:], [])
        for (member, held) in held where held.isChanged {
            memos[member] = held.memo
            if held.isNew { new.insert(member) }
        }
        try await target.write(memos, new: new, sums, in: partition, on: lease)
    }

    private mutating func forget() {
        (folded, held, changed, sums) = (position, [:], 0, target.noSums)
    }
}

/// How much a fold holds in memory, for each partition under way.
struct FoldBounds: Sendable {
    /// Events folded at once: few enough that nobody waits long for the processor.
    var chunk: Int64 = 2_048
    /// Events read at once: a COPY costs as much as the folding of a few hundred.
    var read: Int64 { chunk * 4 }
    /// Members held; reached, they are written.
    var members = 25_000
    /// Events folded and not yet written.
    var events: Int64 = 250_000
}
