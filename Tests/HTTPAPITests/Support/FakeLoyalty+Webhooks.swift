import Foundation

@testable import HTTPAPI
@testable import Loyalty
@testable import LoyaltyService
@testable import Wire

extension FakeLoyalty {
    static let endpointID = UUID(uuidString: "01980000-0000-7000-8000-00000000000e")!
    static let deliveryID = UUID(uuidString: "01980000-0000-7000-8000-00000000000d")!
    static let secret = WebhookSecret(bytes: [UInt8](repeating: 1, count: 32))

    private func endpoint(_ body: WebhookEndpointBody? = nil) -> WebhookEndpoint {
        WebhookEndpoint(
            id: Self.endpointID, url: body?.url.text ?? "https://shop.example/treue", description: body?.description,
            types: (body?.types ?? []).sorted { $0.rawValue < $1.rawValue }, isEnabled: body?.isEnabled ?? true,
            createdAt: Self.now, updatedAt: Self.now)
    }

    private func check(_ id: UUID) throws(ServiceError) {
        if id != Self.endpointID { throw .webhookEndpointNotFound }
    }

    func createWebhookEndpoint(
        _ body: WebhookEndpointBody, by maker: UUID, idempotencyKey: RequestKey?, at now: Instant,
        answer: @Sendable (FreshWebhookEndpoint) -> KeptAnswer
    ) async throws(ServiceError) -> KeptAnswer {
        keyBook.once(idempotencyKey) { _ in
            answer(FreshWebhookEndpoint(endpoint: endpoint(body), secret: Self.secret))
        }
    }

    func webhookEndpoints(at now: Instant, page: PageRequest) async throws(ServiceError) -> Page<WebhookEndpoint> {
        Page(items: [endpoint()], nextCursor: nil)
    }

    func webhookEndpoint(_ id: UUID, at now: Instant) async throws(ServiceError) -> WebhookEndpoint {
        try check(id)
        return endpoint()
    }

    func updateWebhookEndpoint(
        _ id: UUID, _ change: WebhookEndpointChange, by maker: UUID, at now: Instant
    ) async throws(ServiceError) -> WebhookEndpoint {
        try check(id)
        var endpoint = endpoint()
        if let url = change.url { endpoint.url = url.text }
        if let isEnabled = change.isEnabled { endpoint.isEnabled = isEnabled }
        return endpoint
    }

    func deleteWebhookEndpoint(_ id: UUID, by maker: UUID, at now: Instant) async throws(ServiceError) {
        try check(id)
    }

    func rotateWebhookSecret(
        of id: UUID, _ rotation: WebhookRotation, by maker: UUID, idempotencyKey: RequestKey?, at now: Instant,
        answer: @Sendable (FreshWebhookEndpoint) -> KeptAnswer
    ) async throws(ServiceError) -> KeptAnswer {
        try check(id)
        return keyBook.once(idempotencyKey) { _ in
            var endpoint = endpoint()
            endpoint.previousSecretUntil = Instant(micros: now.micros + rotation.overlapSeconds * 1_000_000)
            return answer(FreshWebhookEndpoint(endpoint: endpoint, secret: Self.secret))
        }
    }

    func webhookDeliveries(
        of id: UUID, state: WebhookDelivery.State?, at now: Instant, page: PageRequest
    ) async throws(ServiceError) -> Page<WebhookDelivery> {
        try check(id)
        let delivery = WebhookDelivery(
            id: Self.deliveryID, messageID: "evt_7_12_0", type: "points.earned", memberID: Self.memberID,
            state: state ?? .dead, attempts: 14, createdAt: Self.now, nextAttemptAt: nil, finishedAt: Self.now,
            lastStatus: 500, lastError: "the endpoint answered 500", sequence: 3)
        return Page(items: [delivery], nextCursor: nil)
    }

    func replayWebhooks(
        of id: UUID, _ replay: WebhookReplay, by maker: UUID, idempotencyKey: RequestKey?, at now: Instant,
        answer: @Sendable (Int) -> KeptAnswer
    ) async throws(ServiceError) -> KeptAnswer {
        try check(id)
        return keyBook.once(idempotencyKey) { _ in answer(replay.delivery == nil ? 3 : 1) }
    }
}

extension FakeLoyalty {
    func metrics(at now: Instant) async -> [MetricFamily] {
        [
            MetricFamily(
                "treue_follower_lag_seconds", .gauge, "Age of the oldest event.",
                samples: [.init(labels: [.init("follower", "web\"hooks")], value: .micros(1_500_000))])
        ]
    }
}
