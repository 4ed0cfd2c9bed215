import EventLog
import Foundation
import Loyalty

/// Members folded from their events: the same `evolve` that live traffic uses, and no rules.
struct AccountFold: Sendable {
    /// A member as folded so far.
    struct Folded: Sendable, Equatable {
        var version: Int64
        var state: MemberState
        /// When the last event was recorded, microseconds since 1970.
        var recordedAtMicros: Int64
    }

    private(set) var members: [UUID: Folded] = [:]

    /// Folds events of one partition, in the order of their positions.
    mutating func fold(_ batch: [RecordedEvent]) throws(FoldFault) {
        for event in batch where event.streamType == AccountProjection.streamType {
            do {
                // Where it lies: a state that two hold is copied when it changes.
                try Folded.fold(event, try DatedEvent(event), &members[event.stream])
            } catch {
                throw FoldFault(event, error)
            }
        }
    }
}

extension AccountFold.Folded {
    /// Folds one event into a member, or begins one.
    static func fold(_ event: RecordedEvent, _ dated: DatedEvent, _ folded: inout AccountFold.Folded?) throws {
        // Not compared with nil: that copies the state.
        guard case .some = folded else {
            guard let state = MemberState(beginningWith: dated) else {
                throw LoyaltyFault.contradiction("a stream that does not begin with an enrolment")
            }
            folded = AccountFold.Folded(
                version: event.version, state: state, recordedAtMicros: event.recordedAtMicros)
            return
        }
        try folded?.state.evolve(dated)
        folded?.version = event.version
        folded?.recordedAtMicros = event.recordedAtMicros
    }
}
