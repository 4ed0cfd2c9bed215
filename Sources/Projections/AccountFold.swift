import EventLog
public import Foundation
import Loyalty
import Wire

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
    /// Position of the last event folded.
    private(set) var position: Int64 = 0
    private(set) var events: Int64 = 0

    /// Goes on from members that were folded before.
    init(from members: [UUID: Folded] = [:], position: Int64 = 0) {
        (self.members, self.position) = (members, position)
    }

    /// Folds events of one partition, in the order of their positions.
    mutating func fold(_ batch: [RecordedEvent]) throws(FoldFault) {
        for event in batch {
            try fold(event)
            position = event.position
            events += 1
        }
    }

    private mutating func fold(_ event: RecordedEvent) throws(FoldFault) {
        guard event.streamType == AccountProjection.streamType else { return }
        do {
            let decoded = try EventCodec.decode(type: event.type, data: event.data)
            let dated = DatedEvent(at: Instant(micros: event.occurredAtMicros), decoded)
            guard let index = members.index(forKey: event.stream) else {
                guard let state = MemberState(beginningWith: dated) else {
                    throw LoyaltyFault.contradiction("a stream that does not begin with an enrolment")
                }
                members[event.stream] = Folded(
                    version: event.version, state: state, recordedAtMicros: event.recordedAtMicros)
                return
            }
            try members.values[index].state.evolve(dated)
            members.values[index].version = event.version
            members.values[index].recordedAtMicros = event.recordedAtMicros
        } catch {
            throw FoldFault(
                partition: event.partition, position: event.position, member: event.stream, version: event.version,
                reason: "\(error)")
        }
    }
}

/// An event that cannot be folded: it names itself, so that somebody can look.
public struct FoldFault: Error, Hashable, Sendable, CustomStringConvertible {
    public var partition: Int
    public var position: Int64
    public var member: UUID
    public var version: Int64
    public var reason: String

    public var description: String {
        "partition \(partition), position \(position) (member \(member.uuidString.lowercased()), version \(version)) "
            + "cannot be folded: \(reason)"
    }
}
