import Foundation
import Postgres
import Synchronization

/// Work that goes through the partitions, several at a time, each on a connection of its own: partitions have nothing
/// to do with each other, so a fold is as fast as there are processors.
struct PartitionWorkers: Sendable {
    let client: PostgresClient
    /// Two, or as many as there are processors where there are more; few enough to leave connections to others.
    var count = min(3, max(2, ProcessInfo.processInfo.activeProcessorCount))

    /// Calls `body` once for each partition. The first error ends all.
    func forEach(
        _ partitions: [Int], _ body: @escaping @Sendable (Int, PostgresLease) async throws -> Void
    ) async throws {
        let rest = Rest(partitions)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<min(count, partitions.count) {
                group.addTask {
                    try await client.withLease { lease in
                        while let partition = rest.next() {
                            try Task.checkCancellation()
                            try await body(partition, lease)
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    /// What nobody has begun.
    private final class Rest: Sendable {
        private let partitions: Mutex<ArraySlice<Int>>

        init(_ partitions: [Int]) { self.partitions = Mutex(partitions[...]) }

        func next() -> Int? { partitions.withLock { $0.popFirst() } }
    }
}

/// Counts events that several workers have folded.
final class FoldCounter: Sendable {
    private let done: Mutex<Int64>
    private let total: Int64

    init(done: Int64 = 0, total: Int64) {
        self.done = Mutex(done)
        self.total = total
    }

    /// How far all of them are.
    func add(_ count: Int64) -> AccountProjection.Progress {
        let done = done.withLock { done in
            done += count
            return done
        }
        return AccountProjection.Progress(done: done, total: max(total, done))
    }
}
