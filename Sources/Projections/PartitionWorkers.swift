import Postgres
import Synchronization

/// Work that goes through the partitions, two at a time, each on a connection of its own: partitions have nothing to do
/// with each other, so a fold need not wait while the database prepares the next bytes for it.
struct PartitionWorkers: Sendable {
    let client: PostgresClient

    /// Calls `body` once for each partition. The first error ends all.
    ///
    /// - Parameter first: one of the two connections. The other is borrowed, and done without where none is free.
    func forEach(
        _ partitions: [Int], using first: PostgresLease,
        _ body: @escaping @Sendable (Int, PostgresLease) async throws -> Void
    ) async throws {
        let rest = Rest(partitions)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await rest.work(on: first, body) }
            group.addTask {
                var hasBegun = false
                do {
                    try await client.withLease { lease in
                        hasBegun = true
                        try await rest.work(on: lease, body)
                    }
                } catch let error as PostgresError where error.code == .timeout && !hasBegun {
                    // No connection was free in time; the first one works on alone.
                }
            }
            try await group.waitForAll()
        }
    }

    /// What nobody has begun.
    private final class Rest: Sendable {
        private let partitions: Mutex<ArraySlice<Int>>

        init(_ partitions: [Int]) { self.partitions = Mutex(partitions[...]) }

        func work(
            on lease: PostgresLease, _ body: @Sendable (Int, PostgresLease) async throws -> Void
        ) async throws {
            while let partition = partitions.withLock({ $0.popFirst() }) {
                try Task.checkCancellation()
                try await body(partition, lease)
            }
        }
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
