import EventLog
import Foundation
import Loyalty
import Wire

extension Profile {
    /// The profile after a merge patch.
    func patched(by patch: ProfilePatch) -> Profile {
        Profile(
            email: patch.email.applied(to: email), card: patch.card.applied(to: card),
            externalID: patch.externalID.applied(to: externalID), name: patch.name.applied(to: name),
            birthday: patch.birthday.applied(to: birthday), locale: patch.locale.applied(to: locale),
            referredBy: patch.referredBy.applied(to: referredBy),
            marketingConsent: patch.marketing.applied(to: marketingConsent))
    }

    /// What the log keeps of the step from `old` to this one: names, never values.
    func change(since old: Profile) -> ProfileChanged {
        let parts: [(String, Bool)] = [
            ("birthday", birthday == old.birthday), ("card", card == old.card),
            ("consents.marketing", marketingConsent == old.marketingConsent), ("email", email == old.email),
            ("external_id", externalID == old.externalID), ("locale", locale == old.locale),
            ("name", name == old.name), ("referred_by", referredBy == old.referredBy),
        ]
        let language = Language(locale: locale)
        return ProfileChanged(
            fields: parts.filter { !$0.1 }.map(\.0),
            marketing: marketingConsent == old.marketingConsent ? nil : consent,
            language: language == Language(locale: old.locale) ? nil : language,
            releasesIdentifier: !Set(old.references).subtracting(references).isEmpty)
    }

    private var consent: ProfileChanged.Consent {
        switch marketingConsent {
        case true?: .given
        case false?: .refused
        case nil: .unknown
        }
    }
}

extension KeyRing {
    /// Seals a profile under a fresh key of the member's own.
    func seal(_ profile: Profile, for member: UUID) throws -> SealedMember {
        let (dataKey, sealed) = try seal(profile.encoded(), for: member)
        return SealedMember(dataKey: dataKey, profile: sealed)
    }

    /// Opens a row of `treue.member`.
    func open(_ row: VaultRow) throws -> Profile {
        try Profile(decoding: open(row.sealed.profile, dataKey: row.sealed.dataKey, for: row.member))
    }
}
