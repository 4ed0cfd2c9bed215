import EventLog
public import Foundation
public import Loyalty
import Postgres
public import Wire

/// Endpoints and their deliveries, as administrators see them.
extension LoyaltyService {
    /// Makes an endpoint; its secret is in the answer and nowhere else.
    public func createWebhookEndpoint(
        _ body: WebhookEndpointBody, at now: Instant
    ) async throws(ServiceError) -> FreshWebhookEndpoint {
        do {
            try check(body.url)
            let id = UUIDv7Generator().next(nowMicros: now.micros)
            let secret = WebhookSecret.random()
            let endpoint = WebhookEndpoint(
                id: id, url: body.url.text, description: body.description, types: sorted(body.types),
                isEnabled: body.isEnabled, createdAt: now, updatedAt: now)
            let sealed = try seal(secret, for: id)
            let store = WebhookEndpointStore()
            guard try await store.endpoints(at: now, on: client).count < webhooks.maximumEndpoints else {
                throw ServiceError.tooManyEndpoints(webhooks.maximumEndpoints)
            }
            try await store.insert(endpoint, secret: sealed, on: client)
            return FreshWebhookEndpoint(endpoint: endpoint, secret: secret)
        } catch {
            throw translated(error)
        }
    }

    /// All endpoints, oldest first.
    public func webhookEndpoints(
        at now: Instant, page: PageRequest
    ) async throws(ServiceError) -> Page<WebhookEndpoint> {
        do {
            let all = try await WebhookEndpointStore().endpoints(at: now, on: client)
            let first = try page.cursor.map { cursor throws(ServiceError) in
                try Cursor(cursor, last: Int64(Int32.max)).version
            }
            let items = all.dropFirst(Int(first ?? 0)).prefix(page.limit)
            let isMore = items.endIndex < all.endIndex
            return Page(
                items: Array(items), nextCursor: isMore ? Cursor(version: Int64(items.endIndex)).text : nil)
        } catch {
            throw translated(error)
        }
    }

    public func webhookEndpoint(_ id: UUID, at now: Instant) async throws(ServiceError) -> WebhookEndpoint {
        do {
            guard let found = try await WebhookEndpointStore().endpoint(id, at: now, on: client) else {
                throw ServiceError.webhookEndpointNotFound
            }
            return found
        } catch {
            throw translated(error)
        }
    }

    /// Changes what the body names. An endpoint that is enabled again starts afresh: its circuit is closed.
    public func updateWebhookEndpoint(
        _ id: UUID, _ change: WebhookEndpointChange, at now: Instant
    ) async throws(ServiceError) -> WebhookEndpoint {
        do {
            if let url = change.url { try check(url) }
            var endpoint = try await webhookEndpoint(id, at: now)
            if let url = change.url { endpoint.url = url.text }
            if let description = change.description { endpoint.description = description }
            if let types = change.types { endpoint.types = sorted(types) }
            if let isEnabled = change.isEnabled { endpoint.isEnabled = isEnabled }
            endpoint.updatedAt = now
            guard try await WebhookEndpointStore().update(endpoint, on: client) else {
                throw ServiceError.webhookEndpointNotFound
            }
            return try await webhookEndpoint(id, at: now)
        } catch {
            throw translated(error)
        }
    }

    /// Removes an endpoint with all that waits for it.
    public func deleteWebhookEndpoint(_ id: UUID) async throws(ServiceError) {
        do {
            guard try await WebhookEndpointStore().delete(id, on: client) else {
                throw ServiceError.webhookEndpointNotFound
            }
        } catch {
            throw translated(error)
        }
    }

    /// Gives an endpoint a new secret; the old one signs beside it for a while.
    public func rotateWebhookSecret(
        of id: UUID, _ rotation: WebhookRotation, at now: Instant
    ) async throws(ServiceError) -> FreshWebhookEndpoint {
        do {
            let secret = WebhookSecret.random()
            let until = Instant(micros: now.micros + rotation.overlapSeconds * 1_000_000)
            let sealed = try seal(secret, for: id)
            guard
                try await WebhookEndpointStore().rotate(
                    id, to: sealed, previousUntil: until, at: now, on: client)
            else { throw ServiceError.webhookEndpointNotFound }
            return FreshWebhookEndpoint(endpoint: try await webhookEndpoint(id, at: now), secret: secret)
        } catch {
            throw translated(error)
        }
    }

    /// What was, is or will be sent to an endpoint, newest first.
    public func webhookDeliveries(
        of id: UUID, state: WebhookDelivery.State?, at now: Instant, page: PageRequest
    ) async throws(ServiceError) -> Page<WebhookDelivery> {
        do {
            _ = try await webhookEndpoint(id, at: now)
            let before = try page.cursor.map { cursor throws(ServiceError) in
                try Cursor(cursor, last: .max).version
            }
            let found = try await WebhookDeliveryStore().deliveries(
                of: id, before: before ?? .max, state: state, limit: page.limit + 1, on: client)
            let items = Array(found.prefix(page.limit))
            let next = found.count > page.limit ? items.last.map { Cursor(version: $0.sequence).text } : nil
            return Page(items: items, nextCursor: next)
        } catch {
            throw translated(error)
        }
    }

    /// Sends again what was given up, or one finished delivery.
    ///
    /// - Returns: how many were put back into the queue.
    public func replayWebhooks(
        of id: UUID, _ replay: WebhookReplay, at now: Instant
    ) async throws(ServiceError) -> Int {
        do {
            _ = try await webhookEndpoint(id, at: now)
            var delivery: UUID?
            if let text = replay.delivery {
                guard let parsed = UUIDText.parse(text) else { throw ServiceError.webhookDeliveryNotFound }
                delivery = parsed
            }
            let count = try await client.withLease { lease in
                try await WebhookDeliveryStore().replay(delivery, of: id, at: now, on: lease)
            }
            if delivery != nil, count == 0 { throw ServiceError.webhookDeliveryNotFound }
            return count
        } catch {
            throw translated(error)
        }
    }

    /// What waits for each endpoint, for metrics.
    public func webhookBacklog() async throws(ServiceError) -> [WebhookBacklog] {
        do {
            return try await WebhookDeliveryStore().backlog(on: client)
        } catch {
            throw translated(error)
        }
    }

    private func check(_ url: WebhookURL) throws(ServiceError) {
        guard !webhooks.allowsPrivateNetwork else { return }
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

extension ServiceError {
    static let webhookEndpointNotFound = ServiceError(
        code: "webhook_endpoint_not_found", status: 404, title: "There is no such webhook endpoint",
        detail: "No webhook endpoint has this id. GET /v1/webhook_endpoints lists those there are.")

    static let webhookDeliveryNotFound = ServiceError(
        code: "webhook_delivery_not_found", status: 404, title: "There is no such delivery",
        detail:
            "The endpoint has no finished delivery with this id. GET /v1/webhook_endpoints/{id}/deliveries lists them.")

    static func tooManyEndpoints(_ most: Int) -> ServiceError {
        ServiceError(
            code: "too_many_webhook_endpoints", status: 409, title: "There are too many webhook endpoints",
            detail: "There may be \(most) at most. Delete one that is not used any more.")
    }

    static func webhookURLRefused(_ detail: String) -> ServiceError {
        ServiceError(
            code: "validation_failed", status: 422, title: "The request is readable but wrong",
            detail: "/url \(detail).", faults: [Fault(pointer: "/url", detail: detail)])
    }
}
