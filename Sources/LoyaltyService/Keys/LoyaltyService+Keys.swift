import EventLog
public import Foundation
public import Loyalty
public import Wire

extension LoyaltyService {
    /// Makes an API key, once for one idempotency key.
    ///
    /// - Parameter answer: what the caller is told, and told again when the request is repeated.
    public func createAPIKey(
        _ body: APIKeyBody, by maker: UUID, idempotencyKey: RequestKey?, at: Instant,
        answer: @Sendable (FreshAPIKey) -> KeptAnswer
    ) async throws(ServiceError) -> KeptAnswer {
        let scopes = body.scopes.compactMap(Scope.init)
        guard body.expiresAt.map({ at < $0 }) ?? true else { throw .apiKeyExpiryPassed }
        return try await once(idempotencyKey, content: body.canonical, at: at) { [keys, log] lease in
            answer(
                try await APIKeyDesk(keys: keys, log: log).create(
                    name: body.name ?? "", scopes: scopes, expiresAt: body.expiresAt, by: .apiKey(maker), at: at,
                    on: lease))
        }
    }

    /// Gives a key a new secret, once for one idempotency key.
    public func rotateAPIKey(
        _ id: UUID, _ body: RotationBody, by maker: UUID, idempotencyKey: RequestKey?, at: Instant,
        answer: @Sendable (FreshAPIKey) -> KeptAnswer
    ) async throws(ServiceError) -> KeptAnswer {
        let overlap = body.overlapSeconds ?? APIKeyDesk.overlapSeconds
        let content = Array("\(UUIDText.text(id)) \(overlap)".utf8)
        let kept = try await once(idempotencyKey, content: content, at: at) { [keys, log] lease in
            answer(
                try await APIKeyDesk(keys: keys, log: log).rotate(
                    id, overlapSeconds: overlap, by: .apiKey(maker), at: at, on: lease))
        }
        keyCache.forgetAll()
        return kept
    }

    /// Ends a key: here at once, on other servers within seconds.
    public func revokeAPIKey(_ id: UUID, by maker: UUID, at: Instant) async throws(ServiceError) {
        do {
            try await transaction { [keys, log] lease in
                try await APIKeyDesk(keys: keys, log: log).revoke(id, by: .apiKey(maker), at: at, on: lease)
            }
            keyCache.forgetAll()
        } catch {
            throw translated(error)
        }
    }

    /// Keys, newest first.
    public func apiKeys(at: Instant, page: PageRequest) async throws(ServiceError) -> Page<APIKeyView> {
        do {
            let last = try page.cursor.map { text throws(ServiceError) in
                guard let id = UUIDText.parse(text) else { throw ServiceError.cursorInvalid }
                return id
            }
            let rows = try await APIKeyStore().page(after: last, limit: page.limit + 1, on: client)
            let items = rows.prefix(page.limit).map { APIKeyView($0, at: at) }
            let more = rows.count > page.limit
            return Page(items: items, nextCursor: more ? items.last.map { UUIDText.text($0.id) } : nil)
        } catch {
            throw translated(error)
        }
    }
}

extension ServiceError {
    static let apiKeyNotFound = ServiceError(
        code: "api_key_not_found", status: 404, title: "There is no such API key",
        detail: "No API key has this id, or it was revoked. GET /v1/api_keys lists them.")

    static let apiKeyExpired = ServiceError(
        code: "api_key_expired", status: 409, title: "The API key has expired",
        detail: "A new secret would open nothing. Make a new key.")

    static let apiKeyExpiryPassed = ServiceError(
        code: "validation_failed", status: 422, title: "The request is readable but wrong",
        detail: "/expires_at must lie in the future.",
        faults: [Fault(pointer: "/expires_at", detail: "must lie in the future")])
}
