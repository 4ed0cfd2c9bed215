/// `member.updated`: something of who a member is has changed. What it was and what it is now lies sealed elsewhere: the
/// event names parts, not values.
public struct ProfileChanged: Hashable, Sendable {
    /// What a member has said about advertising.
    public enum Consent: String, Hashable, Sendable, CaseIterable {
        case given
        case refused
        /// An answer was taken back: nobody has asked.
        case unknown
    }

    /// Names of the parts that changed, as the API names them, sorted.
    public var fields: [String]
    /// nil where it is as it was.
    public var marketing: Consent?
    /// What explanations are told in from now on; nil where it is as it was.
    public var language: Language?
    /// Whether a card, e-mail or external id is the member's no longer.
    public var releasesIdentifier: Bool

    public init(
        fields: [String], marketing: Consent? = nil, language: Language? = nil, releasesIdentifier: Bool = false
    ) {
        (self.fields, self.marketing, self.language) = (fields, marketing, language)
        self.releasesIdentifier = releasesIdentifier
    }
}

/// How sure it is that a card, e-mail or external id that once named a member still does.
public enum MemberIdentity: String, Hashable, Sendable, CaseIterable {
    /// Every identifier that ever named the member does so for good.
    case kept
    /// One was taken away at some time: whoever remembers what it named has to ask again.
    case changed
    /// The member was erased: who it was nobody knows any more, and nothing can be done for them.
    case erased
}

extension MemberState {
    mutating func evolve(_ event: ProfileChanged) {
        language = event.language ?? language
        if event.releasesIdentifier, identity == .kept { identity = .changed }
    }

    /// What is not a matter of points and tiers, and so stays whatever a late event changes.
    mutating func keepPerson(of other: MemberState) {
        (language, identity) = (other.language, other.identity)
    }
}
