import Synchronization

/// Lets only so many large bodies in at a time: each is held in memory whole, and several times over while it is read.
final class LargeBodies: Sendable {
    /// Bytes up to which a body counts as small.
    let threshold: Int
    private let limit: Int
    private let inside = Atomic<Int>(0)

    init(threshold: Int, limit: Int) { (self.threshold, self.limit) = (threshold, limit) }

    /// One request's admission. ``leave()`` must be called in the end, whether it entered or not.
    final class Ticket {
        private let bodies: LargeBodies
        private var isInside = false

        fileprivate init(_ bodies: LargeBodies) { self.bodies = bodies }

        /// Enters when the body is large.
        /// - Throws: a 503 problem where too many are inside.
        func check(_ count: Int) throws(Problem) {
            guard count > bodies.threshold, !isInside else { return }
            if bodies.inside.add(1, ordering: .relaxed).newValue > bodies.limit {
                bodies.inside.subtract(1, ordering: .relaxed)
                throw .tooManyLargeBodies
            }
            isInside = true
        }

        func leave() {
            if isInside { bodies.inside.subtract(1, ordering: .relaxed) }
            isInside = false
        }
    }

    func ticket() -> Ticket { Ticket(self) }
}
