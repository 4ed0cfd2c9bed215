internal import Loyalty

/// `member.updated` as recorded.
extension JSONWriter {
    mutating func members(of event: ProfileChanged) {
        key("fields")
        beginArray()
        for field in event.fields { string(field) }
        endArray()
        optionalMember("marketing", event.marketing?.rawValue)
        optionalMember("language", event.language?.rawValue)
        member("releases_identifier", event.releasesIdentifier)
    }
}

extension ObjectReader {
    func profileChanged() -> ProfileChanged? {
        let fields = recordedTexts("fields")
        let marketing = optionalWord("marketing", of: ProfileChanged.Consent.allCases.map(\.rawValue))
        let language = has("language") ? recordedLanguage() : nil
        guard let releases = optionalBool("releases_identifier") else {
            if !has("releases_identifier") { fault(at: "releases_identifier", "is required") }
            return nil
        }
        return ProfileChanged(
            fields: fields, marketing: marketing.flatMap(ProfileChanged.Consent.init), language: language,
            releasesIdentifier: releases)
    }

    /// What a state says of the member's identity; absent where every identifier still holds.
    func identity() -> MemberIdentity {
        optionalWord("identity", of: MemberIdentity.allCases.map(\.rawValue)).flatMap(MemberIdentity.init) ?? .kept
    }
}
