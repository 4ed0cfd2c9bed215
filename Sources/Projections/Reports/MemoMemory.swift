import EventLog
import Foundation
import Synchronization

/// What a report remembers of the members that it has just dealt with, so that it is neither read nor decoded for each of
/// their next events. Bounded.
///
/// It holds for a partition as long as the next page begins where the last one ended: a page that failed is read again from
/// where it began, and whoever follows after another server had begins elsewhere. Then the rows are read.
final class MemoMemory<Memo: Sendable>: Sendable {
    private struct State {
        var generation: Int64?
        /// By partition, the last position that is folded into its memos.
        var positions: [Int: Int64] = [:]
        var memos: [Int: [UUID: Memo]] = [:]
    }

    private let state = Mutex(State())

    /// Members at most, as many for each partition.
    static var most: Int { 32_768 }

    /// What is known of these members for a page of events.
    ///
    /// - Parameters:
    ///   - members: each with the partition.
    ///   - after: by partition, the position before the page.
    func memos(of members: [UUID: Int], after: [Int: Int64], in generation: Int64) -> [UUID: Memo] {
        state.withLock { state in
            if state.generation != generation { state = State(generation: generation) }
            for (partition, position) in after where state.positions[partition] != position {
                state.memos[partition] = nil
            }
            var found: [UUID: Memo] = [:]
            found.reserveCapacity(members.count)
            for (member, partition) in members {
                if let memo = state.memos[partition]?[member] { found[member] = memo }
            }
            return found
        }
    }

    /// Keeps what the page has made of them.
    ///
    /// - Parameter ends: by partition, the last position of the page.
    func keep(_ memos: [UUID: Memo], of members: [UUID: Int], upTo ends: [Int: Int64]) {
        state.withLock { state in
            state.positions.merge(ends) { $1 }
            let share = Self.most / max(1, state.positions.count)
            for partition in ends.keys where state.memos[partition, default: [:]].count > share {
                state.memos[partition] = nil
            }
            for (member, memo) in memos {
                if let partition = members[member] { state.memos[partition, default: [:]][member] = memo }
            }
        }
    }
}
