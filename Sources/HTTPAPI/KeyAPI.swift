public import Foundation
public import Loyalty
public import LoyaltyService
public import Wire

/// What the routes of API keys call.
public protocol KeyAPI: Sendable {
    /// Makes an API key, once for one idempotency key: a repeat is given what `answer` made of the first.
    func createAPIKey(
        _ body: APIKeyBody, by maker: UUID, idempotencyKey: RequestKey?, at: Instant,
        answer: @Sendable (FreshAPIKey) -> KeptAnswer
    ) async throws(ServiceError) -> KeptAnswer

    /// Gives a key a new secret, once for one idempotency key; the old secret works on for a while.
    func rotateAPIKey(
        _ id: UUID, _ body: RotationBody, by maker: UUID, idempotencyKey: RequestKey?, at: Instant,
        answer: @Sendable (FreshAPIKey) -> KeptAnswer
    ) async throws(ServiceError) -> KeptAnswer

    /// Ends a key.
    func revokeAPIKey(_ id: UUID, by maker: UUID, at: Instant) async throws(ServiceError)

    /// A part of the list of keys, newest first.
    func apiKeys(at: Instant, page: PageRequest) async throws(ServiceError) -> Page<APIKeyView>
}

/// What the routes of the audit trail call.
public protocol AuditAPI: Sendable {
    /// A part of what administrators did, newest first.
    func auditTrail(page: PageRequest) async throws(ServiceError) -> Page<AuditEntry>
}
