public import Loyalty

/// An event that a checkout or a connector sent, as values.
public struct IncomingEvent: Hashable, Sendable {
    /// CloudEvents `id`; with `source` it is the key of the event for ever.
    public var id: String
    /// CloudEvents `source`.
    public var source: String
    /// CloudEvents `type`.
    public var type: EventType
    /// When it happened in the shop; nil where the sender left it to the time of receipt.
    public var time: Instant?
    /// Whom it is about.
    public var member: MemberReference
    /// What happened.
    public var command: Command
    /// A JSON object of what is kept beside the event and compared with nothing: extension attributes, `subject`,
    /// `dataschema`. nil where there is none.
    public var metadata: [UInt8]?

    /// An event of these parts.
    public init(
        id: String, source: String, time: Instant?, member: MemberReference, command: Command, metadata: [UInt8]? = nil
    ) {
        (self.id, self.source, self.time) = (id, source, time)
        (self.member, self.command, self.metadata) = (member, command, metadata)
        type =
            switch command {
            case .purchase: .purchaseCompleted
            case .purchaseReturn: .purchaseReturned
            case .activity: .activityCompleted
            }
    }
}

/// The types of events that are taken in.
public enum EventType: String, Hashable, Sendable, CaseIterable {
    case purchaseCompleted = "purchase.completed"
    case purchaseReturned = "purchase.returned"
    case activityCompleted = "activity.completed"
}
