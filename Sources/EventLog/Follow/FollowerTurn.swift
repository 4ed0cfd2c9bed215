import Synchronization

/// Lets the followers of a process work one after the other, a page each: together they never take more than one processor
/// from those who wait for an answer, and they want the same events at the same time.
final class FollowerTurn: Sendable {
    private struct State {
        var isTaken = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    /// How many wait.
    var waiters: Int { state.withLock(\.waiting.count) }

    /// Waits until it is one's turn; ``pass()`` must follow.
    func take() async {
        await withCheckedContinuation { follower in
            let isFree = state.withLock { state in
                guard state.isTaken else {
                    state.isTaken = true
                    return true
                }
                state.waiting.append(follower)
                return false
            }
            if isFree { follower.resume() }
        }
    }

    /// The next one's turn: whoever has waited longest.
    func pass() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
            state.isTaken = false
            return nil
        }
        next?.resume()
    }
}
