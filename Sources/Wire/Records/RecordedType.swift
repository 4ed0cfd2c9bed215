internal import Loyalty

/// The types of recorded events by their public names.
enum RecordedType: String, CaseIterable {
    case memberEnrolled = "member.enrolled"
    case memberUpdated = "member.updated"
    case purchaseCompleted = "purchase.completed"
    case pointsAccrued = "points.accrued"
    case purchaseReturned = "purchase.returned"
    case returnHeld = "return.held"
    case activityCompleted = "activity.completed"
    case pointsRevoked = "points.revoked"
    case pointsMatured = "points.matured"
    case pointsExpired = "points.expired"
    case pointsAdjusted = "points.adjusted"
    case pointsTransferred = "points.transferred"
    case redemptionReserved = "redemption.reserved"
    case redemptionConfirmed = "redemption.confirmed"
    case redemptionCancelled = "redemption.cancelled"
    case voucherIssued = "voucher.issued"
    case voucherRedeemed = "voucher.redeemed"
    case referralCompleted = "referral.completed"
    case subscriptionChanged = "subscription.changed"
    case tierGranted = "tier.granted"
    case tierChanged = "tier.changed"
    case memberMerged = "member.merged"
    case memberAbsorbed = "member.absorbed"
    case memberRestated = "member.restated"
    case memberErased = "member.erased"

    /// All by their names: looking a name up costs less than comparing it with each.
    private static let byName = Dictionary(uniqueKeysWithValues: allCases.map { ($0.rawValue, $0) })

    /// The type of that name.
    init?(named name: String) {
        guard let type = RecordedType.byName[name] else { return nil }
        self = type
    }

    /// The schema version that is written.
    var version: Int64 {
        switch self {
        case .purchaseReturned: 4
        case .purchaseCompleted, .activityCompleted, .memberRestated: 3
        case .memberEnrolled, .memberUpdated, .returnHeld, .pointsAccrued, .pointsRevoked, .pointsExpired, .tierChanged,
            .memberAbsorbed:
            2
        case .pointsMatured, .pointsAdjusted, .pointsTransferred, .redemptionReserved,
            .redemptionConfirmed, .redemptionCancelled, .voucherIssued, .voucherRedeemed, .referralCompleted,
            .subscriptionChanged, .tierGranted, .memberMerged, .memberErased:
            1
        }
    }

    init(of event: LoyaltyEvent) {
        self =
            switch event {
            case .enrolled: .memberEnrolled
            case .profileChanged: .memberUpdated
            case .purchaseCompleted: .purchaseCompleted
            case .pointsAccrued: .pointsAccrued
            case .purchaseReturned: .purchaseReturned
            case .returnHeld: .returnHeld
            case .activityCompleted: .activityCompleted
            case .pointsRevoked: .pointsRevoked
            case .pointsMatured: .pointsMatured
            case .pointsExpired: .pointsExpired
            case .pointsAdjusted: .pointsAdjusted
            case .pointsTransferred: .pointsTransferred
            case .redemptionReserved: .redemptionReserved
            case .redemptionConfirmed: .redemptionConfirmed
            case .redemptionCancelled: .redemptionCancelled
            case .voucherIssued: .voucherIssued
            case .voucherRedeemed: .voucherRedeemed
            case .referralCompleted: .referralCompleted
            case .subscriptionChanged: .subscriptionChanged
            case .tierGranted: .tierGranted
            case .tierChanged: .tierChanged
            case .merged: .memberMerged
            case .absorbed: .memberAbsorbed
            case .restated: .memberRestated
            case .erased: .memberErased
            }
    }
}
