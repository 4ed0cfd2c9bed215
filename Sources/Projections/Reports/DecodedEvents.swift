import EventLog
import Loyalty
import Synchronization

/// Events as the last reports to follow have decoded them. They follow the same log at about the same time, so that each
/// event is decoded once for all of them. Bounded.
final class DecodedEvents: Sendable {
    private struct Position: Hashable {
        let partition: Int
        let position: Int64
    }

    /// An event for several hands: in a box, because it has many parts and each copy would count all of them.
    final class Decoded: Sendable {
        let dated: DatedEvent

        init(_ dated: DatedEvent) { self.dated = dated }
    }

    private struct State {
        var young: [Position: Decoded] = [:]
        var old: [Position: Decoded] = [:]
    }

    private let state = Mutex(State())

    /// Events held before the older half is let go.
    private static let half = 8_192

    /// - Throws: `CodecError` for an event that this program cannot read.
    func decoded(_ event: RecordedEvent) throws -> Decoded {
        let position = Position(partition: event.partition, position: event.position)
        if let known = state.withLock({ $0.young[position] ?? $0.old[position] }) { return known }
        let decoded = Decoded(try DatedEvent(event))
        state.withLock { state in
            state.young[position] = decoded
            if state.young.count >= Self.half { (state.old, state.young) = (state.young, [:]) }
        }
        return decoded
    }
}
