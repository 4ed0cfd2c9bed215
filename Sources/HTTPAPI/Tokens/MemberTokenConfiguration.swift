/// Whose members' tokens are believed.
public struct MemberTokenConfiguration: Sendable {
    /// Where the keys are that tokens are signed with: a JSON Web Key Set (RFC 7517).
    public enum KeySource: Hashable, Sendable {
        /// Read at the start, and again every few minutes.
        case file(String)
        /// Fetched by HTTPS at the start, and again every few minutes.
        case url(String)
    }

    public var keys: KeySource
    /// What `iss` must be.
    public var issuer: String
    /// What `aud` must be, or contain.
    public var audience: String

    public init(keys: KeySource, issuer: String, audience: String) {
        (self.keys, self.issuer, self.audience) = (keys, issuer, audience)
    }
}
