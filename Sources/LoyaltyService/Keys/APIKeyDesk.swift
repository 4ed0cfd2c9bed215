public import EventLog
public import Foundation
public import Loyalty
public import Postgres
import Wire

/// Makes, rotates and ends API keys. Each act stands in the audit trail, written in the same transaction.
public struct APIKeyDesk: Sendable {
    private let keys: KeyRing
    private let trail: AuditTrail

    public init(keys: KeyRing, log: EventLog) { (self.keys, trail) = (keys, AuditTrail(log: log)) }

    /// How long an old secret works beside the new one unless somebody says otherwise, in seconds.
    public static let overlapSeconds: Int64 = 24 * 60 * 60

    /// Makes and stores a key; its text is `treue_` and 43 characters that hold 256 random bits.
    ///
    /// - Parameter lease: in a transaction.
    public func create(
        name: String, scopes: [Scope], expiresAt: Instant?, by actor: AuditActor, at: Instant,
        on lease: PostgresLease
    ) async throws -> FreshAPIKey {
        let text = Self.freshText()
        let id = UUIDv7Generator().next(nowMicros: at.micros)
        try await APIKeyStore().insert(
            id: id, hash: keys.hash(apiKey: text), name: name, scopes: scopes.map(\.rawValue),
            createdAtMicros: at.micros, expiresAtMicros: expiresAt?.micros, on: lease)
        var facts = [JSONMember("scopes", .array(scopes.map { .string($0.rawValue) }))]
        if let expiresAt { facts.append(JSONMember("expires_at", .time(expiresAt))) }
        try await trail.record(
            AuditAct("api_key.created", of: UUIDText.text(id), facts: facts), by: actor, at: at, on: lease)
        return FreshAPIKey(
            key: text, view: APIKeyView(id: id, name: name, scopes: scopes, createdAt: at, expiresAt: expiresAt))
    }

    /// Gives a key a new secret; the old one works on for a while.
    ///
    /// - Parameter lease: in a transaction.
    /// - Throws: `api_key_not_found` for one that is revoked, too; `api_key_expired`.
    public func rotate(
        _ id: UUID, overlapSeconds: Int64, by actor: AuditActor, at: Instant, on lease: PostgresLease
    ) async throws -> FreshAPIKey {
        guard let row = try await APIKeyStore().lock(id, on: lease), row.revokedAtMicros == nil else {
            throw ServiceError.apiKeyNotFound
        }
        guard row.isValid(atMicros: at.micros) else { throw ServiceError.apiKeyExpired }
        let text = Self.freshText()
        let until = Instant(micros: at.micros + overlapSeconds * 1_000_000)
        try await APIKeyStore().rotate(
            id, hash: keys.hash(apiKey: text), atMicros: at.micros, overlapUntilMicros: until.micros, on: lease)
        let facts = [JSONMember("overlap_until", .time(until))]
        try await trail.record(
            AuditAct("api_key.rotated", of: UUIDText.text(id), facts: facts), by: actor, at: at, on: lease)
        var view = APIKeyView(row, at: at)
        view.overlapUntil = overlapSeconds > 0 ? until : nil
        return FreshAPIKey(key: text, view: view)
    }

    /// Ends a key for good.
    ///
    /// - Parameter lease: in a transaction.
    /// - Throws: `api_key_not_found`, also for one that was revoked before.
    public func revoke(_ id: UUID, by actor: AuditActor, at: Instant, on lease: PostgresLease) async throws {
        guard let row = try await APIKeyStore().lock(id, on: lease), row.revokedAtMicros == nil else {
            throw ServiceError.apiKeyNotFound
        }
        _ = try await APIKeyStore().revoke(id, atMicros: at.micros, on: lease)
        try await trail.record(AuditAct("api_key.revoked", of: UUIDText.text(id)), by: actor, at: at, on: lease)
    }

    /// What every key's text begins with.
    static let prefix = "treue_"

    /// Whether a text can be a key at all.
    static func isPlausible(_ text: String) -> Bool { text.utf8.count == 49 && text.hasPrefix(prefix) }

    private static func freshText() -> String {
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        return prefix
            + Data(bytes).base64EncodedString().replacingOccurrences(of: "+", with: "-")
            .replacingOccurrences(of: "/", with: "_").replacingOccurrences(of: "=", with: "")
    }
}

extension JSONValue {
    fileprivate static func time(_ instant: Instant) -> JSONValue { .string(RFC3339.text(micros: instant.micros)) }
}
