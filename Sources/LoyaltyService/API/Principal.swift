public import Foundation

/// What an API key may do.
public enum Scope: String, Hashable, Sendable, CaseIterable {
    case checkout
    case memberRead = "member:read"
    case support
    case admin
}

/// Who is asking.
public struct Principal: Hashable, Sendable {
    public var keyID: UUID
    public var scopes: Set<Scope>

    public init(keyID: UUID, scopes: Set<Scope>) { (self.keyID, self.scopes) = (keyID, scopes) }

    /// Whether one of the scopes is held; `admin` includes every other.
    public func may(_ anyOf: Set<Scope>) -> Bool { scopes.contains(.admin) || !scopes.isDisjoint(with: anyOf) }
}
