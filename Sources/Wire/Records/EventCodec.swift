public import Loyalty

/// Recorded events as JSON and back. The shapes are public and for ever: see the fixtures of the tests.
///
/// Each begins with `v`, the schema version of its type. A new version of a shape raises ``version`` and adds an
/// ``Upcaster`` from the one before; old events are never rewritten.
public enum EventCodec {
    /// The schema version that is written.
    static let version: Int64 = 1

    /// An event's type and data.
    public static func encode(_ event: LoyaltyEvent) -> (type: String, data: [UInt8]) {
        var writer = JSONWriter(reserving: 768)
        writer.event(event)
        return (RecordedType(of: event).rawValue, writer.bytes)
    }

    /// The event behind a type and data.
    /// - Throws: ``CodecError``; nothing that ``encode(_:)`` wrote is refused.
    public static func decode(type: String, data: [UInt8]) throws(CodecError) -> LoyaltyEvent {
        guard let known = RecordedType(rawValue: type) else { throw .unknownType(type) }
        let value = try Upcaster.current(try CodecError.parsing(data), of: known)
        return try CodecError.reading(value) { $0.event(known) }
    }
}

/// The types of recorded events by their public names.
enum RecordedType: String, CaseIterable {
    case memberEnrolled = "member.enrolled"
    case purchaseCompleted = "purchase.completed"
    case pointsAccrued = "points.accrued"
    case purchaseReturned = "purchase.returned"
    case returnHeld = "return.held"
    case activityCompleted = "activity.completed"
    case pointsRevoked = "points.revoked"
    case pointsExpired = "points.expired"
    case tierChanged = "tier.changed"
    case memberRestated = "member.restated"
    case memberUpdated = "member.updated"
    case memberErased = "member.erased"

    init(of event: LoyaltyEvent) {
        self =
            switch event {
            case .enrolled: .memberEnrolled
            case .purchaseCompleted: .purchaseCompleted
            case .pointsAccrued: .pointsAccrued
            case .purchaseReturned: .purchaseReturned
            case .returnHeld: .returnHeld
            case .activityCompleted: .activityCompleted
            case .pointsRevoked: .pointsRevoked
            case .pointsExpired: .pointsExpired
            case .tierChanged: .tierChanged
            case .restated: .memberRestated
            case .profileChanged: .memberUpdated
            case .erased: .memberErased
            }
    }
}
