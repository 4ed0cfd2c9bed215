public import Foundation
public import Loyalty

/// Who a member is. Sealed wherever it is stored.
public struct Profile: Hashable, Sendable {
    public var email: String?
    public var card: String?
    public var externalID: String?
    public var name: String?
    public var birthday: CivilDate?
    public var locale: String?
    public var referredBy: String?
    public var marketingConsent: Bool?

    public init(
        email: String? = nil, card: String? = nil, externalID: String? = nil, name: String? = nil,
        birthday: CivilDate? = nil, locale: String? = nil, referredBy: String? = nil, marketingConsent: Bool? = nil
    ) {
        (self.email, self.card, self.externalID, self.name) = (email, card, externalID, name)
        (self.birthday, self.locale, self.referredBy) = (birthday, locale, referredBy)
        self.marketingConsent = marketingConsent
    }
}

/// A member with profile and balance.
public struct MemberView: Sendable {
    public var id: UUID
    public var programme: String
    public var profile: Profile
    public var enrolledAt: Instant
    /// Version of the member's stream.
    public var version: Int64
    public var balance: Balance
}
