public import Loyalty

/// What a merge patch (RFC 7396) says of one member of the document.
public enum Change<Value: Hashable & Sendable>: Hashable, Sendable {
    /// It is absent: nothing changes.
    case keep
    /// It is null: what was there is taken away.
    case remove
    case set(Value)

    /// What there is afterwards.
    public func applied(to old: Value?) -> Value? {
        switch self {
        case .keep: old
        case .remove: nil
        case .set(let new): new
        }
    }
}

/// The body of `PATCH /v1/members/{id}`: a JSON merge patch of profile and consents.
public struct ProfilePatch: Hashable, Sendable {
    /// In normal form: trimmed and in lower case.
    public var email: Change<String> = .keep
    public var card: Change<String> = .keep
    public var externalID: Change<String> = .keep
    public var name: Change<String> = .keep
    public var birthday: Change<CivilDate> = .keep
    /// A language tag (BCP 47), such as `de-CH`.
    public var locale: Change<String> = .keep
    public var referredBy: Change<String> = .keep
    /// Whether advertising is agreed to.
    public var marketing: Change<Bool> = .keep

    /// Changes nothing.
    public init() {}

    /// Reads the body.
    /// - Throws: ``BodyError`` with every fault.
    public static func read(_ body: [UInt8]) throws(BodyError) -> ProfilePatch {
        try BodyError.reading(try BodyError.parsing(body)) { reader in
            var patch = ProfilePatch()
            patch.email = reader.change("email") { reader.optionalIdentifier(.email) }
            patch.card = reader.change("card") { reader.optionalIdentifier(.card) }
            patch.externalID = reader.change("external_id") { reader.optionalIdentifier(.externalID) }
            patch.name = reader.change("name") { reader.optionalString("name", max: CommandLimit.name) }
            patch.birthday = reader.change("birthday") { reader.birthday() }
            patch.locale = reader.change("locale") { reader.locale() }
            patch.referredBy = reader.change("referred_by") {
                reader.optionalString("referred_by", max: CommandLimit.identifier)
            }
            patch.marketing = reader.consent()
            return patch
        }
    }
}

extension ObjectReader {
    /// - Parameter read: reads the member where it is there; its faults are noted as ever.
    fileprivate func change<Value>(_ name: String, _ read: () -> Value?) -> Change<Value> {
        if isNull(name) {
            _ = optional(name)
            return .remove
        }
        return read().map { .set($0) } ?? .keep
    }

    /// `consents` as a whole may be null, too: then every consent in it is taken away.
    fileprivate func consent() -> Change<Bool> {
        if isNull("consents") {
            _ = optional("consents")
            return .remove
        }
        return optionalObject("consents") { consents in
            consents.change("marketing") { consents.optionalBool("marketing") }
        } ?? .keep
    }
}
