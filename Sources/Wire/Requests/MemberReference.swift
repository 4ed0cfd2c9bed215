/// How a caller names a member: by exactly one identifier, in its normal form.
public struct MemberReference: Hashable, Sendable {
    /// What sort of identifier it is; the raw value is its name in JSON.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        case id
        case card
        case externalID = "external_id"
        case email
    }

    /// What sort of identifier it is.
    public let kind: Kind
    /// The identifier in its normal form.
    public let value: String

    /// An identifier that is normalised here; nil where it cannot be one: empty, longer than ``maximumLength``, with
    /// control characters, or an e-mail address without its parts.
    public init?(_ kind: Kind, _ text: String) {
        let bounded =
            !text.isEmpty
            && (text.utf8.count <= Self.maximumLength || text.unicodeScalars.count <= Self.maximumLength)
        guard bounded, !ObjectReader.hasControls(text) else { return nil }
        switch kind {
        case .card, .externalID:
            value = text
        case .id:
            value = UUIDText.parse(text).map(UUIDText.text) ?? text
        case .email:
            guard let address = EmailAddress.normal(text) else { return nil }
            value = address
        }
        self.kind = kind
    }

    /// The most characters an identifier may have.
    public static let maximumLength = 254
}

/// E-mail addresses, as far as they must be told apart.
enum EmailAddress {
    /// Trimmed and in lower case; nil where there is no `@` with something on either side, or space within.
    static func normal(_ text: String) -> String? {
        let scalars = text.unicodeScalars
        guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
            let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
        else { return nil }
        let trimmed = String(scalars[first...last])
        guard let at = trimmed.lastIndex(of: "@"), at > trimmed.startIndex, trimmed.index(after: at) < trimmed.endIndex,
            !trimmed.unicodeScalars.contains(where: \.properties.isWhitespace)
        else { return nil }
        return trimmed.lowercased()
    }
}
