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

    /// Members at most, as many for each partition.
    static var most: Int { 32_768 }

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

    /// Brings back what the page has made of them.
    ///
    /// - Parameter end: the last position of the page.
    func put(_ held: Share, of partition: Int, upTo end: Int64) {
        state.withLock { state in
            let isTooMuch = held.count > Self.most / (state.shares.count + 1)
            state.shares[partition] = (end, isTooMuch ? [:] : held)
        }
    }
}
