import Synchronization

/// Bounds the requests under way at a time, so that load takes no more memory than there is: the rest is told to come
/// back. Open routes pass beside it, so that a full server still says that it lives.
final class RequestGate: Sendable {
    private let limit: Int
    private let inside = Atomic<Int>(0)

    init(limit: Int) { self.limit = max(1, limit) }

    /// False where it is full; else ``leave()`` must follow.
    func enter() -> Bool {
        if inside.add(1, ordering: .relaxed).newValue <= limit { return true }
        inside.subtract(1, ordering: .relaxed)
        return false
    }

    func leave() { inside.subtract(1, ordering: .relaxed) }
}
