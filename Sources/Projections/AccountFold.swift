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
    /// Positions to pass over.
    private let skips: Set<Int64>

    init(skipping skips: Set<Int64> = []) { self.skips = skips }

    /// Folds events of one partition, in the order of their positions.
    ///
    /// - Parameter folded: called with each event and the state behind it; nil where nobody looks, since it costs a copy.
    mutating func fold(
        _ batch: [RecordedEvent], folded passed: ((RecordedEvent, MemberState) -> Void)? = nil
    ) throws(FoldFault) {
        for event in batch where event.streamType == AccountProjection.streamType {
            if skips.contains(event.position) { continue }
            var folded = members.removeValue(forKey: event.stream)
            do {
                try Folded.fold(event, &folded)
            } catch {
                throw FoldFault(event, error)
            }
            members[event.stream] = folded
            if let passed, let state = folded?.state { passed(event, state) }
        }
    }
}

extension AccountFold.Folded {
    /// Folds one event into a member, or begins one.
    static func fold(_ event: RecordedEvent, _ folded: inout AccountFold.Folded?) throws {
        let dated = try DatedEvent(event)
        guard folded != nil else {
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
