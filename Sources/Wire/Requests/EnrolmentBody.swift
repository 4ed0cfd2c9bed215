public import Loyalty

/// The body of `POST /v1/members`.
public struct EnrolmentBody: Hashable, Sendable {
    /// The programme to join; nil for the default one.
    public var programme: String?
    /// In normal form: trimmed and in lower case.
    public var email: String?
    /// A card that the caller brings; nil where one is to be made.
    public var card: String?
    /// The caller's own identifier.
    public var externalID: String?
    /// The person's name.
    public var name: String?
    /// The day of birth.
    public var birthday: CivilDate?
    /// A language tag (BCP 47), such as `de-CH`.
    public var locale: String?
    /// The member who brought this one.
    public var referredBy: String?
    /// Whether advertising is agreed to; nil where nobody asked.
    public var marketing: Bool?

    /// A body of these parts.
    public init(
        programme: String? = nil, email: String? = nil, card: String? = nil, externalID: String? = nil,
        name: String? = nil, birthday: CivilDate? = nil, locale: String? = nil, referredBy: String? = nil,
        marketing: Bool? = nil
    ) {
        (self.programme, self.email, self.card, self.externalID) = (programme, email, card, externalID)
        (self.name, self.birthday, self.locale) = (name, birthday, locale)
        (self.referredBy, self.marketing) = (referredBy, marketing)
    }

    /// Reads the body.
    /// - Throws: ``BodyError`` with every fault.
    public static func read(_ body: [UInt8]) throws(BodyError) -> EnrolmentBody {
        try BodyError.reading(try BodyError.parsing(body)) { reader in
            EnrolmentBody(
                programme: reader.optionalString("programme", max: CommandLimit.word),
                email: reader.optionalIdentifier(.email), card: reader.optionalIdentifier(.card),
                externalID: reader.optionalIdentifier(.externalID),
                name: reader.optionalString("name", max: CommandLimit.name), birthday: reader.birthday(),
                locale: reader.locale(), referredBy: reader.optionalString("referred_by", max: CommandLimit.identifier),
                marketing: reader.optionalObject("consents") { $0.optionalBool("marketing") })
        }
    }
}

extension ObjectReader {
    func birthday() -> CivilDate? {
        guard let text = optionalString("birthday", max: CommandLimit.word) else { return nil }
        guard let date = CivilDate(text), date.year >= 1850 else {
            fault(at: "birthday", "must be a date such as 1990-12-31")
            return nil
        }
        return date
    }

    func locale() -> String? {
        guard let text = optionalString("locale", max: 35) else { return nil }
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        let isTag = parts.enumerated().allSatisfy { index, part in
            (index == 0 ? 2...8 : 1...8).contains(part.utf8.count) && part.utf8.allSatisfy(Self.isLetterOrDigit)
        }
        if !isTag { fault(at: "locale", "must be a language tag such as de-CH") }
        return isTag ? text : nil
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}
