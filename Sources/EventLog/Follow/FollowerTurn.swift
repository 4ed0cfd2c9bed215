import Synchronization

/// Lets the followers of a process work one after the other, a page each: together they never take more than one processor
/// from those who wait for an answer, and they want the same events at the same time. So that they come to: every other
/// turn is given to whoever is furthest behind, the others to whoever has waited longest.
final class FollowerTurn: Sendable {
    private struct State {
        var isTaken = false
        var waiting: [(follower: CheckedContinuation<Void, Never>, behind: Int64)] = []
        var isForTheLast = false
    }

    private let state = Mutex(State())

    /// How many wait.
    var waiters: Int { state.withLock(\.waiting.count) }

    /// Waits until it is one's turn; ``pass()`` must follow.
    ///
    /// - Parameter behind: events that the follower had before it when it looked last.
    func take(behind: Int64 = 0) async {
        await withCheckedContinuation { follower in
            let isFree = state.withLock { state in
                guard state.isTaken else {
                    state.isTaken = true
                    return true
                }
                state.waiting.append((follower, behind))
                return false
            }
            if isFree { follower.resume() }
        }
    }

    /// The next one's turn.
    func pass() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard !state.waiting.isEmpty else {
                state.isTaken = false
                return nil
            }
            state.isForTheLast.toggle()
            let last = state.waiting.indices.max { state.waiting[$0].behind < state.waiting[$1].behind } ?? 0
            return state.waiting.remove(at: state.isForTheLast ? last : 0).follower
        }
        next?.resume()
    }
}
