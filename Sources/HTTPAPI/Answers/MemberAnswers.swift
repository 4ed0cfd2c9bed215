import Loyalty
import LoyaltyService
import Wire

extension JSONWriter {
    /// A member with profile, balances and tier.
    mutating func member(_ view: MemberView) {
        beginObject()
        member("id", view.id)
        member("programme", view.programme)
        profileMembers(view.profile)
        member("enrolled_at", timeMicros: view.enrolledAt.micros)
        member("version", view.version)
        balanceMembers(view.balance)
        endObject()
    }

    /// The profile, as the body of an enrolment names it.
    private mutating func profileMembers(_ profile: Profile) {
        nullableMember("email", profile.email)
        nullableMember("card", profile.card)
        nullableMember("external_id", profile.externalID)
        nullableMember("name", profile.name)
        nullableMember("birthday", profile.birthday?.description)
        nullableMember("locale", profile.locale)
        nullableMember("referred_by", profile.referredBy)
        key("consents")
        beginObject()
        if let consent = profile.marketingConsent { member("marketing", consent) } else { nullMember("marketing") }
        endObject()
    }
}
