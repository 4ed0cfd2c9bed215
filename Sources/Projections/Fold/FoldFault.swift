import EventLog
public import Foundation

/// An event that cannot be folded: it names itself, so that somebody can look.
public struct FoldFault: Error, Hashable, Sendable, CustomStringConvertible {
    public var partition: Int
    public var position: Int64
    public var member: UUID
    public var version: Int64
    /// The event's type.
    public var type: String
    public var reason: String

    init(_ event: RecordedEvent, _ error: any Error) {
        (partition, position) = (event.partition, event.position)
        (member, version, type) = (event.stream, event.version, event.type)
        reason = "\(error)"
    }

    public var description: String {
        "partition \(partition), position \(position) (\(type) of member \(member.uuidString.lowercased()), "
            + "version \(version)) cannot be folded: \(reason)"
    }
}
