/// What a shop can be told of, by its public name.
public enum WebhookEventType: String, Hashable, Sendable, CaseIterable {
    case memberEnrolled = "member.enrolled"
    case memberBirthday = "member.birthday"
    case memberMerged = "member.merged"
    case memberErased = "member.erased"
    case pointsEarned = "points.earned"
    case pointsMatured = "points.matured"
    case pointsRevoked = "points.revoked"
    case pointsAdjusted = "points.adjusted"
    case pointsTransferred = "points.transferred"
    case pointsExpiringSoon = "points.expiring_soon"
    case pointsExpired = "points.expired"
    case pointsCorrected = "points.corrected"
    case rewardRedeemed = "reward.redeemed"
    case rewardCancelled = "reward.cancelled"
    case voucherIssued = "voucher.issued"
    case subscriptionChanged = "subscription.changed"
    case tierReached = "tier.reached"
    case tierKept = "tier.kept"
    case tierAtRisk = "tier.at_risk"
    case tierEnded = "tier.ended"

    /// Those that no recorded event tells: a date comes near. They are found by looking at every member once a day.
    public static let ofDates: Set<WebhookEventType> = [.memberBirthday, .pointsExpiringSoon, .tierAtRisk]
}
