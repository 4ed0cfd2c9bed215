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
    public var content: Content
    /// A JSON object of what is kept beside the event and compared with nothing: extension attributes, `subject`,
    /// `dataschema`. nil where there is none.
    public var metadata: [UInt8]?

    /// What such an event can say. Whatever else is asked for comes by requests of its own.
    public enum Content: Hashable, Sendable {
        case purchase(Purchase)
        case purchaseReturn(PurchaseReturn)
        case activity(Activity)
    }

    /// An event of these parts.
    public init(
        id: String, source: String, time: Instant?, member: MemberReference, command content: Content,
        metadata: [UInt8]? = nil
    ) {
        (self.id, self.source, self.time) = (id, source, time)
        (self.member, self.content, self.metadata) = (member, content, metadata)
        type =
            switch content {
            case .purchase: .purchaseCompleted
            case .purchaseReturn: .purchaseReturned
            case .activity: .activityCompleted
            }
    }

    /// What is to be decided about it.
    public var command: Command {
        switch content {
        case .purchase(let purchase): .purchase(purchase)
        case .purchaseReturn(let goods): .purchaseReturn(goods)
        case .activity(let activity): .activity(activity)
        }
    }
}

/// The types of events that are taken in.
public enum EventType: String, Hashable, Sendable, CaseIterable {
    case purchaseCompleted = "purchase.completed"
    case purchaseReturned = "purchase.returned"
    case activityCompleted = "activity.completed"

    static let names = allCases.map(\.rawValue)
}
