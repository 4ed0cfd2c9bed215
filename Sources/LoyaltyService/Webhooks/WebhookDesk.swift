import EventLog
import Foundation
import Loyalty
import Postgres
import Wire

/// Makes and changes endpoints within a transaction, and writes into the audit trail who did.
struct WebhookDesk: Sendable {
    let keys: KeyRing
    let log: EventLog
    let configuration: WebhookConfiguration

    private var store: WebhookEndpointStore { WebhookEndpointStore() }

    /// Makes an endpoint.
    func create(
        _ body: WebhookEndpointBody, by actor: AuditActor, at now: Instant, on lease: PostgresLease
    ) async throws -> FreshWebhookEndpoint {
        try check(body.url)
        guard try await store.endpoints(at: now, on: lease).count < configuration.maximumEndpoints else {
            throw ServiceError.tooManyEndpoints(configuration.maximumEndpoints)
        }
        let id = UUIDv7Generator().next(nowMicros: now.micros)
        let secret = WebhookSecret.random()
        let endpoint = WebhookEndpoint(
            id: id, url: body.url.text, description: body.description, types: sorted(body.types),
            isEnabled: body.isEnabled, createdAt: now, updatedAt: now)
        try await store.insert(endpoint, secret: try seal(secret, for: id), on: lease)
        // Not the whole URL: its path may hold a secret of the receiver's.
        let facts = [JSONMember("host", .string(body.url.host))]
        try await record("created", of: id, facts, by: actor, at: now, on: lease)
        return FreshWebhookEndpoint(endpoint: endpoint, secret: secret)
    }

    /// Changes what the body names. An endpoint that is enabled again starts afresh: its circuit is closed.
    func update(
        _ id: UUID, _ change: WebhookEndpointChange, by actor: AuditActor, at now: Instant, on lease: PostgresLease
    ) async throws -> WebhookEndpoint {
        if let url = change.url { try check(url) }
        var endpoint = try await endpoint(id, at: now, on: lease)
        if let url = change.url { endpoint.url = url.text }
        if let description = change.description { endpoint.description = description }
        if let types = change.types { endpoint.types = sorted(types) }
        if let isEnabled = change.isEnabled { endpoint.isEnabled = isEnabled }
        endpoint.updatedAt = now
        guard try await store.update(endpoint, on: lease) else { throw ServiceError.webhookEndpointNotFound }
        let facts = [JSONMember("enabled", .bool(endpoint.isEnabled))]
        try await record("updated", of: id, facts, by: actor, at: now, on: lease)
        return try await self.endpoint(id, at: now, on: lease)
    }

    /// Removes an endpoint with all that waits for it.
    func delete(_ id: UUID, by actor: AuditActor, at now: Instant, on lease: PostgresLease) async throws {
        guard try await store.delete(id, on: lease) else { throw ServiceError.webhookEndpointNotFound }
        try await record("deleted", of: id, by: actor, at: now, on: lease)
    }

    /// Gives an endpoint a new secret; the old one signs beside it for a while.
    func rotate(
        _ id: UUID, _ rotation: WebhookRotation, by actor: AuditActor, at now: Instant, on lease: PostgresLease
    ) async throws -> FreshWebhookEndpoint {
        let secret = WebhookSecret.random()
        let until = Instant(micros: now.micros + rotation.overlapSeconds * 1_000_000)
        let sealed = try seal(secret, for: id)
        guard try await store.rotate(id, to: sealed, previousUntil: until, at: now, on: lease) else {
            throw ServiceError.webhookEndpointNotFound
        }
        try await record("secret_rotated", of: id, by: actor, at: now, on: lease)
        return FreshWebhookEndpoint(endpoint: try await endpoint(id, at: now, on: lease), secret: secret)
    }

    /// Puts one finished delivery, or all that were given up, back into the queue.
    ///
    /// - Returns: how many.
    func replay(
        _ replay: WebhookReplay, of id: UUID, by actor: AuditActor, at now: Instant, on lease: PostgresLease
    ) async throws -> Int {
        _ = try await endpoint(id, at: now, on: lease)
        let delivery = try replay.delivery.map { text throws(ServiceError) in
            guard let parsed = UUIDText.parse(text) else { throw ServiceError.webhookDeliveryNotFound }
            return parsed
        }
        let count = try await WebhookDeliveryStore().replay(delivery, of: id, at: now, on: lease)
        if delivery != nil, count == 0 { throw ServiceError.webhookDeliveryNotFound }
        let facts = [JSONMember("replayed", .integer(Int64(count)))]
        try await record("replayed", of: id, facts, by: actor, at: now, on: lease)
        return count
    }

    private func endpoint(_ id: UUID, at now: Instant, on lease: PostgresLease) async throws -> WebhookEndpoint {
        guard let found = try await store.endpoint(id, at: now, on: lease) else {
            throw ServiceError.webhookEndpointNotFound
        }
        return found
    }

    private func record(
        _ what: String, of id: UUID, _ facts: [JSONMember] = [], by actor: AuditActor, at now: Instant,
        on lease: PostgresLease
    ) async throws {
        let act = AuditAct("webhook_endpoint.\(what)", of: UUIDText.text(id), facts: facts)
        try await AuditTrail(log: log).record(act, by: actor, at: now, on: lease)
    }

    private func check(_ url: WebhookURL) throws(ServiceError) {
        guard !configuration.allowsPrivateNetwork else { return }
        guard url.isSecure else { throw .webhookURLRefused("must begin with https://") }
        if PrivateNetwork.isPrivate(host: url.host) {
            throw .webhookURLRefused("must not name a private, loopback or link-local address")
        }
    }

    private func seal(_ secret: WebhookSecret, for endpoint: UUID) throws -> SealedSecret {
        let (key, sealed) = try keys.seal(secret.bytes, for: endpoint)
        return SealedSecret(key: key, sealed: sealed)
    }

    private func sorted(_ types: Set<WebhookEventType>) -> [WebhookEventType] {
        types.sorted { $0.rawValue < $1.rawValue }
    }
}
