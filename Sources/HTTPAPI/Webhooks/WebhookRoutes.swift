import Foundation
import HTTPTypes
import Hummingbird
import LoyaltyService
import Wire

/// `/v1/webhook_endpoints`: where events are sent, and what became of them.
struct WebhookRoutes<API: WebhookAPI>: Sendable {
    let api: API
    let configuration: HTTPConfiguration

    func add(to routes: SecuredRoutes) {
        let path = "webhook_endpoints"
        routes.on(.post, "\(path)", for: [.admin]) { try await create($0, $1) }
        routes.on(.get, "\(path)", for: [.admin]) { try await list($0, $1) }
        routes.on(.get, "\(path)/{id}", for: [.admin]) { try await show($0, $1) }
        routes.on(.patch, "\(path)/{id}", for: [.admin]) { try await update($0, $1) }
        routes.on(.delete, "\(path)/{id}", for: [.admin]) { try await delete($0, $1) }
        routes.on(.post, "\(path)/{id}/rotate_secret", for: [.admin]) { try await rotate($0, $1) }
        routes.on(.get, "\(path)/{id}/deliveries", for: [.admin]) { try await deliveries($0, $1) }
        routes.on(.post, "\(path)/{id}/replay", for: [.admin]) { try await replay($0, $1) }
    }

    private func create(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        let idempotency = try RequestKey.of(
            request, principal: context.principal, route: "POST /v1/webhook_endpoints")
        let bytes = try await BodyReader.json(request, configuration)
        let body = try parsed(bytes, by: WebhookEndpointBody.read)
        let now = context.receivedAt
        let kept = try await api.createWebhookEndpoint(
            body, by: context.principal.keyID, idempotencyKey: idempotency, at: now
        ) { $0.answer(status: .created, at: now) }
        return Answer.kept(kept)
    }

    private func list(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        var query = QueryReader(request.uri.query)
        let part = query.page()
        try query.check()
        let page = try await api.webhookEndpoints(at: context.receivedAt, page: part)
        var writer = JSONWriter(reserving: 64 + page.items.count * 400)
        writer.page(page) { $0.webhookEndpoint($1, at: context.receivedAt) }
        return Answer.json(writer)
    }

    private func show(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        let endpoint = try await api.webhookEndpoint(try id(context), at: context.receivedAt)
        var writer = JSONWriter(reserving: 512)
        writer.webhookEndpoint(endpoint, at: context.receivedAt)
        return Answer.json(writer)
    }

    private func update(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        let id = try id(context)
        let bytes = try await BodyReader.json(request, configuration)
        let change = try parsed(bytes, by: WebhookEndpointChange.read)
        let endpoint = try await api.updateWebhookEndpoint(
            id, change, by: context.principal.keyID, at: context.receivedAt)
        var writer = JSONWriter(reserving: 512)
        writer.webhookEndpoint(endpoint, at: context.receivedAt)
        return Answer.json(writer)
    }

    private func delete(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        try await api.deleteWebhookEndpoint(
            try id(context), by: context.principal.keyID, at: context.receivedAt)
        return Answer.nothing()
    }

    private func rotate(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        let id = try id(context)
        let idempotency = try RequestKey.of(
            request, principal: context.principal, route: "POST /v1/webhook_endpoints/{id}/rotate_secret")
        let bytes = try await BodyReader.optionalJSON(request, configuration)
        let rotation = try parsed(bytes, by: WebhookRotation.read)
        let now = context.receivedAt
        let kept = try await api.rotateWebhookSecret(
            of: id, rotation, by: context.principal.keyID, idempotencyKey: idempotency, at: now
        ) { $0.answer(status: .ok, at: now) }
        return Answer.kept(kept)
    }

    private func deliveries(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        let id = try id(context)
        var query = QueryReader(request.uri.query)
        let part = query.page()
        let state = query.deliveryState()
        try query.check()
        let page = try await api.webhookDeliveries(of: id, state: state, at: context.receivedAt, page: part)
        var writer = JSONWriter(reserving: 64 + page.items.count * 400)
        writer.page(page) { $0.webhookDelivery($1) }
        return Answer.json(writer)
    }

    private func replay(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        let id = try id(context)
        let idempotency = try RequestKey.of(
            request, principal: context.principal, route: "POST /v1/webhook_endpoints/{id}/replay")
        let bytes = try await BodyReader.optionalJSON(request, configuration)
        let replay = try parsed(bytes, by: WebhookReplay.read)
        let kept = try await api.replayWebhooks(
            of: id, replay, by: context.principal.keyID, idempotencyKey: idempotency, at: context.receivedAt
        ) { count in
            var writer = JSONWriter(reserving: 64)
            writer.beginObject()
            writer.member("replayed", Int64(count))
            writer.endObject()
            return KeptAnswer(status: HTTPResponse.Status.ok.code, body: writer.bytes)
        }
        return Answer.kept(kept)
    }

    private func parsed<Value>(
        _ body: [UInt8], by read: ([UInt8]) throws(BodyError) -> Value
    ) throws(Problem) -> Value {
        do throws(BodyError) {
            return try read(body)
        } catch {
            throw Problem(error)
        }
    }

    /// What is no UUID names no endpoint.
    private func id(_ context: AuthenticatedContext) throws(Problem) -> UUID {
        guard let text = context.parameters.get("id"), let id = UUIDText.parse(text) else {
            throw .webhookEndpointNotFound
        }
        return id
    }
}

extension Problem {
    static let webhookEndpointNotFound = Problem(
        code: "webhook_endpoint_not_found", status: 404, title: "There is no such webhook endpoint",
        detail: "No webhook endpoint has this id. GET /v1/webhook_endpoints lists those there are.")
}

extension QueryReader {
    /// `state` of a delivery.
    fileprivate mutating func deliveryState() -> WebhookDelivery.State? {
        guard let text = text("state") else { return nil }
        let state = WebhookDelivery.State(rawValue: text)
        if state == nil {
            let all = WebhookDelivery.State.allCases.map(\.rawValue).joined(separator: ", ")
            fault("state", "must be one of \(all)")
        }
        return state
    }
}
