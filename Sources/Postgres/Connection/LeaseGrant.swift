import Synchronization

/// A connection handed to a caller, and whether it still lives.
struct LeaseGrant: Sendable {
    let connection: UInt64
    let liveness: Liveness
}

/// Whether a connection lives; tells once when it ends.
final class Liveness: Sendable {
    private struct State {
        var isAlive: Bool
        var onEnd: (@Sendable () -> Void)?
    }

    private let state: Mutex<State>

    init(isAlive: Bool) {
        state = Mutex(State(isAlive: isAlive))
    }

    var isAlive: Bool { state.withLock(\.isAlive) }

    /// Calls `body` when the connection ends; at once when it has.
    func whenEnded(_ body: @escaping @Sendable () -> Void) {
        let hasEnded = state.withLock { state in
            if state.isAlive { state.onEnd = body }
            return !state.isAlive
        }
        if hasEnded { body() }
    }

    func end() {
        let body = state.withLock { state in
            state.isAlive = false
            return state.onEnd.take()
        }
        body?()
    }
}
