import EventLog
import Foundation
import Postgres
import Synchronization

extension AccountProjection {
    /// Folds the whole log into accounts, each partition in order, and keeps nothing: what a rebuild cannot do without,
    /// for measurements.
    public func replay() async throws -> (events: Int64, members: Int64) {
        let rest = Replayed(partitions: log.partitions)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<min(workers, log.partitions) {
                group.addTask {
                    try await client.withLease { lease in
                        while let partition = rest.next() {
                            var fold = AccountFold()
                            var events: Int64 = 0
                            try await log.copyOut(partitions: [partition], columns: .content, on: lease) { batch in
                                try fold.fold(batch)
                                events += Int64(batch.count)
                            }
                            rest.add(events: events, members: Int64(fold.members.count))
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        return rest.sum
    }

    /// What is left, and what has been folded.
    private final class Replayed: Sendable {
        private let state: Mutex<(partitions: ArraySlice<Int>, events: Int64, members: Int64)>

        init(partitions: Int) { state = Mutex((Array(0..<partitions)[...], 0, 0)) }

        func next() -> Int? { state.withLock { $0.partitions.popFirst() } }

        func add(events: Int64, members: Int64) {
            state.withLock { state in
                state.events += events
                state.members += members
            }
        }

        var sum: (events: Int64, members: Int64) { state.withLock { ($0.events, $0.members) } }
    }
}
