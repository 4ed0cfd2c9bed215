import Foundation
import HTTPTypes
import Hummingbird
import Loyalty
import LoyaltyService
import Wire

/// What people do for members by hand: adjustments, transfers, merges, memberships, tiers.
struct ActRoutes<API: LoyaltyAPI>: Sendable {
    let api: API
    let configuration: HTTPConfiguration

    func add(to routes: SecuredRoutes) {
        routes.on(.post, "members/{id}/adjustments", for: [.support]) { try await adjust($0, $1) }
        routes.on(.get, "adjustments", for: [.support]) { try await waiting($0, $1) }
        routes.on(.post, "adjustments/{id}/approve", for: [.support]) { try await approve($0, $1) }
        routes.on(.post, "members/{id}/transfers", for: []) { request, context in
            let body = try await request.body(within: configuration, TransferBody.read)
            return try await act(request, context, "transfers") { id, key throws(ServiceError) in
                try await api.transfer(body, from: id, idempotencyKey: key, at: context.receivedAt)
            }
        }
        routes.on(.post, "members/{id}/subscription", for: []) { request, context in
            let body = try await request.body(within: configuration, SubscriptionBody.read)
            return try await act(request, context, "subscription") { id, key throws(ServiceError) in
                try await api.subscribe(body, member: id, idempotencyKey: key, at: context.receivedAt)
            }
        }
        routes.on(.post, "members/{id}/tier", for: []) { request, context in
            let body = try await request.body(within: configuration, TierBody.read)
            return try await act(request, context, "tier") { id, key throws(ServiceError) in
                try await api.grantTier(body, member: id, idempotencyKey: key, at: context.receivedAt)
            }
        }
        routes.on(.post, "members/{id}/merge", for: []) { try await merge($0, $1) }
    }

    private func adjust(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        let id = try context.memberID()
        let key = try RequestKey.of(
            request, principal: context.principal, route: "POST /v1/members/\(UUIDText.text(id))/adjustments")
        let body = try await request.body(within: configuration, AdjustmentBody.read)
        let outcome = try await api.adjust(
            body, member: id, agent: context.principal.keyID, idempotencyKey: key, at: context.receivedAt)
        switch outcome {
        case .done(let act): return Self.answer(act)
        case .waits(let waiting):
            var writer = JSONWriter(reserving: 256)
            writer.waiting(waiting)
            return Answer.json(writer, status: .accepted, headers: Self.replayed(waiting.isReplayed))
        }
    }

    private func waiting(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        var query = QueryReader(request.uri.query)
        let part = query.page()
        try query.check()
        let page = try await api.waitingAdjustments(page: part)
        var writer = JSONWriter(reserving: 64 + page.items.count * 250)
        writer.page(page) { $0.waiting($1) }
        return Answer.json(writer)
    }

    private func approve(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        guard let text = context.parameters.get("id"), let id = UUIDText.parse(text) else {
            throw ServiceError.adjustmentNotFound
        }
        _ = try RequestKey.of(request, principal: context.principal, route: "")
        return Self.answer(
            try await api.approveAdjustment(id, agent: context.principal.keyID, at: context.receivedAt), status: .ok)
    }

    private func act(
        _ request: Request, _ context: AuthenticatedContext, _ what: String,
        _ perform: (UUID, RequestKey?) async throws(ServiceError) -> ActView
    ) async throws -> Response {
        let id = try context.memberID()
        let key = try RequestKey.of(
            request, principal: context.principal, route: "POST /v1/members/\(UUIDText.text(id))/\(what)")
        return Self.answer(try await perform(id, key))
    }

    private func merge(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        let id = try context.memberID()
        let key = try RequestKey.of(
            request, principal: context.principal, route: "POST /v1/members/\(UUIDText.text(id))/merge")
        let body = try await request.body(within: configuration, MergeBody.read)
        let kept = try await api.merge(id, body, idempotencyKey: key, at: context.receivedAt) { merged in
            var writer = JSONWriter(reserving: 1024)
            writer.member(merged.member)
            return KeptAnswer(status: 200, body: writer.bytes, isReplayed: merged.isReplayed)
        }
        return Answer.kept(kept)
    }

    private static func answer(_ act: ActView, status: HTTPResponse.Status = .created) -> Response {
        var writer = JSONWriter(reserving: 1024)
        writer.act(act)
        return Answer.json(writer, status: status, headers: replayed(act.isReplayed))
    }

    private static func replayed(_ isReplayed: Bool) -> HTTPFields { isReplayed ? [RequestKey.replayed: "true"] : [:] }
}

extension AuthenticatedContext {
    /// The member in the path; what is no UUID names nobody.
    func memberID() throws(Problem) -> UUID {
        guard let text = parameters.get("id"), let id = UUIDText.parse(text) else { throw .memberNotFound }
        return id
    }
}

extension Request {
    /// A JSON body within the bound of one event.
    func body<Body>(
        within configuration: HTTPConfiguration, _ read: ([UInt8]) throws(BodyError) -> Body
    ) async throws(Problem) -> Body {
        _ = try MediaType.of(self, accepting: [.json])
        let bytes = try await BodyReader.read(
            self, limit: BodyReader.Limit(bytes: configuration.eventLimit, what: "The body"))
        do throws(BodyError) { return try read(bytes) } catch { throw Problem(error) }
    }
}
