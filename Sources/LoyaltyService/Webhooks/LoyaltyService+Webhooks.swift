import EventLog
public import Foundation
public import Loyalty
import Postgres
public import Wire

/// Endpoints and their deliveries, as administrators see them.
extension LoyaltyService {
    var webhookDesk: WebhookDesk { WebhookDesk(keys: keys, log: log, configuration: webhooks) }

    /// Makes an endpoint, once for one idempotency key.
    ///
    /// - Parameter answer: what the caller is told, and told again when the request is repeated.
    public func createWebhookEndpoint(
        _ body: WebhookEndpointBody, by maker: UUID, idempotencyKey: RequestKey?, at now: Instant,
        answer: @Sendable (FreshWebhookEndpoint) -> KeptAnswer
    ) async throws(ServiceError) -> KeptAnswer {
        try await once(idempotencyKey, content: body.canonical, at: now) { [webhookDesk] lease in
            answer(try await webhookDesk.create(body, by: .apiKey(maker), at: now, on: lease))
        }
    }

    /// Changes what the body names. An endpoint that is enabled again starts afresh: its circuit is closed.
    public func updateWebhookEndpoint(
        _ id: UUID, _ change: WebhookEndpointChange, by maker: UUID, at now: Instant
    ) async throws(ServiceError) -> WebhookEndpoint {
        do {
            return try await transaction { [webhookDesk] lease in
                try await webhookDesk.update(id, change, by: .apiKey(maker), at: now, on: lease)
            }
        } catch {
            throw translated(error)
        }
    }

    /// Removes an endpoint with all that waits for it.
    public func deleteWebhookEndpoint(_ id: UUID, by maker: UUID, at now: Instant) async throws(ServiceError) {
        do {
            try await transaction { [webhookDesk] lease in
                try await webhookDesk.delete(id, by: .apiKey(maker), at: now, on: lease)
            }
        } catch {
            throw translated(error)
        }
    }

    /// Gives an endpoint a new secret, once for one idempotency key; the old one signs beside it for a while.
    public func rotateWebhookSecret(
        of id: UUID, _ rotation: WebhookRotation, by maker: UUID, idempotencyKey: RequestKey?, at now: Instant,
        answer: @Sendable (FreshWebhookEndpoint) -> KeptAnswer
    ) async throws(ServiceError) -> KeptAnswer {
        let content = Array("\(UUIDText.text(id)) \(rotation.overlapSeconds)".utf8)
        return try await once(idempotencyKey, content: content, at: now) { [webhookDesk] lease in
            answer(try await webhookDesk.rotate(id, rotation, by: .apiKey(maker), at: now, on: lease))
        }
    }

    /// Sends again what was given up, or one finished delivery, once for one idempotency key.
    ///
    /// - Parameter answer: what the caller is told of how many were put back into the queue.
    public func replayWebhooks(
        of id: UUID, _ replay: WebhookReplay, by maker: UUID, idempotencyKey: RequestKey?, at now: Instant,
        answer: @Sendable (Int) -> KeptAnswer
    ) async throws(ServiceError) -> KeptAnswer {
        let content = Array("\(UUIDText.text(id)) \(replay.delivery ?? "")".utf8)
        return try await once(idempotencyKey, content: content, at: now) { [webhookDesk] lease in
            answer(try await webhookDesk.replay(replay, of: id, by: .apiKey(maker), at: now, on: lease))
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

    /// What waits for each endpoint, for metrics.
    public func webhookBacklog() async throws(ServiceError) -> [WebhookBacklog] {
        do {
            return try await WebhookDeliveryStore().backlog(on: client)
        } catch {
            throw translated(error)
        }
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
