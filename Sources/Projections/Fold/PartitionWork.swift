import EventLog
import Foundation
import Postgres
import Synchronization

/// Work on all partitions, some at a time, each on a connection of its own.
struct PartitionWork<Target: FoldTarget>: Sendable {
    let target: Target
    let client: PostgresClient
    let log: EventLog
    /// How many partitions are folded side by side.
    let workers: Int
    let bounds: FoldBounds

    /// Folds every partition from its checkpoint up to its head as it is now; answers where each stands.
    func catchUp(_ meter: Meter) async throws -> [Int: Int64] {
        let from = try await target.checkpoints(on: client)
        let skips = try await ProjectionFaults.skips(of: target.projection, on: client)
        let heads = try await log.heads(on: client)
        let traffic = LiveTraffic(events: heads.reduce(0) { $0 + $1.position }, log: log)
        let queue = WorkQueue(heads)
        // Whoever watches sees at once what an earlier run had done.
        await meter.add(0)
        return try await withThrowingTaskGroup(of: [Int: Int64].self) { group in
            for _ in 0..<max(1, workers) {
                group.addTask {
                    try await client.withLease { lease in
                        var positions: [Int: Int64] = [:]
                        while let head = queue.next() {
                            var folder = PartitionFolder(
                                target, log: log, partition: head.partition, from: from[head.partition] ?? 0,
                                skipping: skips[head.partition] ?? [], bounds: bounds)
                            var began = ContinuousClock.now
                            try await folder.run(to: head.position, on: lease) { events in
                                await meter.add(events)
                                await traffic.giveWay(after: ContinuousClock.now - began, on: client)
                                began = .now
                            }
                            positions[head.partition] = folder.position
                        }
                        return positions
                    }
                }
            }
            return try await group.reduce(into: [:]) { all, some in all.merge(some) { a, _ in a } }
        }
    }

    /// Folds what came since, in the transaction that the lease is in; the caller keeps the heads where they are.
    func finish(from positions: [Int: Int64], on lease: PostgresLease) async throws -> Int64 {
        let skips = try await ProjectionFaults.skips(of: target.projection, on: lease)
        var events: Int64 = 0
        for head in try await log.heads(on: lease) {
            var folder = PartitionFolder(
                target, log: log, partition: head.partition, from: positions[head.partition] ?? 0,
                skipping: skips[head.partition] ?? [], bounds: bounds)
            try await folder.run(to: head.position, on: lease, isInTransaction: true)
            events += head.position
        }
        return events
    }

    /// Events that lie between these positions and the heads.
    func behind(_ positions: [Int: Int64]) async throws -> Int64 {
        try await log.heads(on: client).reduce(0) { $0 + $1.position - (positions[$1.partition] ?? 0) }
    }
}

/// Partitions that nobody works on yet.
final class WorkQueue: Sendable {
    private let heads: Mutex<[LogHead]>

    init(_ heads: [LogHead]) { self.heads = Mutex(heads.reversed()) }

    func next() -> LogHead? { heads.withLock { $0.popLast() } }
}

/// Counts what several workers do, and tells.
final class Meter: Sendable {
    private let total: Int64
    private let done: Mutex<Int64>
    private let tell: @Sendable (FoldProgress) async -> Void

    init(done: Int64, total: Int64, _ tell: @escaping @Sendable (FoldProgress) async -> Void) {
        self.done = Mutex(done)
        (self.total, self.tell) = (total, tell)
    }

    func add(_ events: Int64) async {
        let done = self.done.withLock { done in
            done += events
            return done
        }
        await tell(FoldProgress(done: done, total: max(total, done)))
    }
}

/// How far the work has come, in events.
public struct FoldProgress: Sendable, Equatable {
    public var done: Int64
    public var total: Int64
    /// How much of `done` an earlier run had done.
    public var skipped: Int64

    public init(done: Int64, total: Int64, skipped: Int64 = 0) {
        (self.done, self.total, self.skipped) = (done, total, skipped)
    }
}
