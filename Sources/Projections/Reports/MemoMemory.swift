import EventLog
import Foundation
import Synchronization

/// What a report remembers of the members that it has just dealt with, so that it is neither read nor decoded for each of
/// their next events. Bounded.
///
/// It holds for a partition as long as the next page begins where the last one ended: a page that failed is read again from
/// where it began, and whoever follows after another server had begins elsewhere. Then the rows are read.
final class MemoMemory<Memo: Sendable>: Sendable {
    /// One member's memo.
    struct Held: Sendable {
        /// Nil for a member of whom nothing is remembered yet.
        var memo: Memo?
        /// Where the page began that touched it last.
        var page: Int64 = -1
    }

    /// The members of one partition.
    typealias Share = [UUID: Held]

    private struct State {
        var generation: Int64?
        /// By partition, the memos and the last position that is folded into them.
        var shares: [Int: (position: Int64, held: Share)] = [:]
    }

    private let state = Mutex(State())
    /// Members at most of one partition.
    private let most: Int

    /// - Parameter partitions: of the log; each has its share of the 32,768 members that are remembered.
    init(partitions: Int) { most = max(1, 32_768 / max(1, partitions)) }

    /// Takes out what is known of a partition's members for a page of events: whoever fails does not bring it back.
    ///
    /// - Parameter position: the one before the page.
    func take(_ partition: Int, after position: Int64, in generation: Int64) -> Share {
        state.withLock { state in
            if state.generation != generation { state = State(generation: generation) }
            guard let known = state.shares.removeValue(forKey: partition), known.position == position else {
                return [:]
            }
            return known.held
        }
    }

    /// Brings back what the page has made of them; where that is too much, those whom it has touched.
    ///
    /// - Parameters:
    ///   - start: the position before the page.
    ///   - end: the last position of the page.
    func put(_ held: Share, of partition: Int, from start: Int64, upTo end: Int64) {
        let kept = held.count > most ? held.filter { $0.value.page == start } : held
        state.withLock { $0.shares[partition] = (end, kept) }
    }
}
