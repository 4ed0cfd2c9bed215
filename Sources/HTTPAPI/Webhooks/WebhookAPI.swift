public import Foundation
public import Loyalty
public import LoyaltyService
public import Wire

/// What the routes of webhook endpoints call.
public protocol WebhookAPI: Sendable {
    /// Makes an endpoint, once for one idempotency key: a repeat is given what `answer` made of the first.
    func createWebhookEndpoint(
        _ body: WebhookEndpointBody, by maker: UUID, idempotencyKey: RequestKey?, at now: Instant,
        answer: @Sendable (FreshWebhookEndpoint) -> KeptAnswer
    ) async throws(ServiceError) -> KeptAnswer

    /// A part of all endpoints, oldest first.
    func webhookEndpoints(at now: Instant, page: PageRequest) async throws(ServiceError) -> Page<WebhookEndpoint>

    func webhookEndpoint(_ id: UUID, at now: Instant) async throws(ServiceError) -> WebhookEndpoint

    /// Changes what the body names.
    func updateWebhookEndpoint(
        _ id: UUID, _ change: WebhookEndpointChange, by maker: UUID, at now: Instant
    ) async throws(ServiceError) -> WebhookEndpoint

    /// Removes an endpoint with all that waits for it.
    func deleteWebhookEndpoint(_ id: UUID, by maker: UUID, at now: Instant) async throws(ServiceError)

    /// Gives an endpoint a new secret, once for one idempotency key; the old one signs beside it for a while.
    func rotateWebhookSecret(
        of id: UUID, _ rotation: WebhookRotation, by maker: UUID, idempotencyKey: RequestKey?, at now: Instant,
        answer: @Sendable (FreshWebhookEndpoint) -> KeptAnswer
    ) async throws(ServiceError) -> KeptAnswer

    /// A part of what was, is or will be sent to an endpoint, newest first.
    func webhookDeliveries(
        of id: UUID, state: WebhookDelivery.State?, at now: Instant, page: PageRequest
    ) async throws(ServiceError) -> Page<WebhookDelivery>

    /// Sends again what was given up, or one finished delivery, once for one idempotency key.
    func replayWebhooks(
        of id: UUID, _ replay: WebhookReplay, by maker: UUID, idempotencyKey: RequestKey?, at now: Instant,
        answer: @Sendable (Int) -> KeptAnswer
    ) async throws(ServiceError) -> KeptAnswer
}
