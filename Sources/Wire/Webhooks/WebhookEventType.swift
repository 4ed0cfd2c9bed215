/// What a shop can be told of, by its public name.
public enum WebhookEventType: String, Hashable, Sendable, CaseIterable {
    case memberEnrolled = "member.enrolled"
    case memberBirthday = "member.birthday"
    case pointsEarned = "points.earned"
    case pointsRevoked = "points.revoked"
    case pointsExpiringSoon = "points.expiring_soon"
    case pointsExpired = "points.expired"
    case pointsCorrected = "points.corrected"
    case tierReached = "tier.reached"
    case tierKept = "tier.kept"
    case tierAtRisk = "tier.at_risk"
    case tierEnded = "tier.ended"

    /// Those that no recorded event tells: a date comes near. They are found by looking at every member once a day.
    public static let ofDates: Set<WebhookEventType> = [.memberBirthday, .pointsExpiringSoon, .tierAtRisk]
}
