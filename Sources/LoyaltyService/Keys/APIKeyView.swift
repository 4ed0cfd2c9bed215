public import EventLog
public import Foundation
public import Loyalty

/// An API key as it can be shown: without its secrets.
public struct APIKeyView: Hashable, Sendable {
    /// Whether it opens anything.
    public enum State: String, Sendable { case active, expired, revoked }

    public var id: UUID
    /// What it is for, in its maker's words; may be empty.
    public var name: String
    public var scopes: [Scope]
    public var createdAt: Instant
    public var expiresAt: Instant?
    public var revokedAt: Instant?
    /// About when it was last used: noted now and then.
    public var lastUsedAt: Instant?
    /// Until when an older secret works beside the one in use.
    public var overlapUntil: Instant?
    public var state: State = .active

    public init(
        id: UUID, name: String, scopes: [Scope], createdAt: Instant, expiresAt: Instant? = nil,
        revokedAt: Instant? = nil, lastUsedAt: Instant? = nil, overlapUntil: Instant? = nil, state: State = .active
    ) {
        (self.id, self.name, self.scopes, self.createdAt) = (id, name, scopes, createdAt)
        (self.expiresAt, self.revokedAt, self.lastUsedAt) = (expiresAt, revokedAt, lastUsedAt)
        (self.overlapUntil, self.state) = (overlapUntil, state)
    }
}

extension APIKeyView {
    /// A stored key, as it stands at an instant.
    public init(_ row: APIKeyRow, at: Instant) {
        self.init(
            id: row.id, name: row.name, scopes: row.scopes.compactMap(Scope.init),
            createdAt: Instant(micros: row.createdAtMicros), expiresAt: row.expiresAtMicros.map { Instant(micros: $0) },
            revokedAt: row.revokedAtMicros.map { Instant(micros: $0) },
            lastUsedAt: row.lastUsedAtMicros.map { Instant(micros: $0) })
        let overlap = row.overlapUntilMicros.map { Instant(micros: $0) }
        overlapUntil = overlap.flatMap { at < $0 ? $0 : nil }
        state = row.isValid(atMicros: at.micros) ? .active : row.revokedAtMicros == nil ? .expired : .revoked
    }
}

/// A key with a secret that was just made. Its text is shown once and kept nowhere.
public struct FreshAPIKey: Hashable, Sendable {
    /// The secret.
    public var key: String
    public var view: APIKeyView

    public init(key: String, view: APIKeyView) { (self.key, self.view) = (key, view) }
}
