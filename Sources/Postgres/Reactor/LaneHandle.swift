import Synchronization

/// What callers see of a read lane: which connection it is, and how much waits there.
final class LaneHandle: Sendable {
    let connection: UInt64
    let limit: Int
    private let count = Atomic<Int>(0)
    private let connected = Atomic<Bool>(false)

    init(connection: UInt64, limit: Int) {
        self.connection = connection
        self.limit = limit
    }

    var depth: Int { count.load(ordering: .relaxed) }

    var isConnected: Bool {
        get { connected.load(ordering: .relaxed) }
        set { connected.store(newValue, ordering: .relaxed) }
    }

    /// Takes a place; false when all are taken.
    func enter() -> Bool {
        guard count.wrappingAdd(1, ordering: .relaxed).newValue > limit else { return true }
        leave()
        return false
    }

    func leave() {
        count.wrappingSubtract(1, ordering: .relaxed)
    }
}
