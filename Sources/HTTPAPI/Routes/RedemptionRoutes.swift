import Foundation
import HTTPTypes
import Hummingbird
import Loyalty
import LoyaltyService
import Wire

/// Points spent: quotes before a sale, rewards, redemptions in two phases, vouchers.
struct RedemptionRoutes<API: LoyaltyAPI>: Sendable {
    private static var tills: Set<Scope> { [.checkout, .support] }

    let api: API
    let configuration: HTTPConfiguration

    func add(to routes: SecuredRoutes) {
        routes.on(.post, "quotes", for: [.checkout]) { try await quote($0, $1) }
        routes.onNamed(.get, "rewards", by: "member", for: [.checkout, .memberRead, .support]) { _, context, member in
            try await rewards(for: member, at: context.receivedAt)
        }
        routes.on(.post, "rewards/{id}/codes", for: [.admin]) { try await bringCodes($0, $1) }
        routes.on(.post, "members/{id}/redemptions", for: Self.tills) { try await redeem($0, $1) }
        routes.on(.get, "redemptions/{id}", for: Self.tills) { try await show($0, $1) }
        routes.on(.post, "redemptions/{id}/confirm", for: Self.tills) { request, context in
            try await change(request, context, "confirm") { id, key, answer throws(ServiceError) in
                try await api.confirmRedemption(id, idempotencyKey: key, at: context.receivedAt, answer: answer)
            }
        }
        routes.on(.post, "redemptions/{id}/cancel", for: Self.tills) { request, context in
            try await change(request, context, "cancel") { id, key, answer throws(ServiceError) in
                try await api.cancelRedemption(id, idempotencyKey: key, at: context.receivedAt, answer: answer)
            }
        }
        routes.on(.post, "vouchers/{code}/redeem", for: [.checkout]) { try await redeemVoucher($0, $1) }
    }

    private func quote(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        let key = try RequestKey.of(request, principal: context.principal, route: "POST /v1/quotes")
        let body = try await request.body(within: configuration, QuoteBody.read)
        let kept = try await api.quote(body, idempotencyKey: key, at: context.receivedAt) { quote in
            var writer = JSONWriter(reserving: 1024)
            writer.quote(quote)
            return KeptAnswer(status: HTTPResponse.Status.ok.code, body: writer.bytes)
        }
        return Answer.kept(kept)
    }

    private func rewards(for member: MemberReference?, at now: Instant) async throws -> Response {
        let rewards = try await api.rewards(for: member, at: now)
        var writer = JSONWriter(reserving: 64 + rewards.count * 300)
        writer.page(Page(items: rewards, nextCursor: nil)) { $0.reward($1) }
        return Answer.json(writer)
    }

    private func bringCodes(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        guard let reward = context.parameters.get("id"), reward.utf8.count <= 100 else { throw Problem.notFound }
        let key = try RequestKey.of(
            request, principal: context.principal, route: "POST /v1/rewards/\(reward)/codes")
        let body = try await request.body(within: configuration, CodesBody.read)
        let kept = try await api.bringCodes(
            body, for: reward, by: context.principal.keyID, idempotencyKey: key, at: context.receivedAt
        ) { $0.answer }
        return Answer.kept(kept)
    }

    private func redeem(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        let id = try context.memberID()
        let key = try RequestKey.of(
            request, principal: context.principal, route: "POST /v1/members/\(UUIDText.text(id))/redemptions")
        let body = try await request.body(within: configuration, RedemptionBody.read)
        let view = try await api.redeem(body, member: id, idempotencyKey: key, at: context.receivedAt)
        var headers: HTTPFields = [.location: "/v1/redemptions/\(view.redemption.id)"]
        if view.isReplayed { headers[RequestKey.replayed] = "true" }
        return Answer.json(Self.written(view), status: .created, headers: headers)
    }

    private func show(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        let view = try await api.redemption(try Self.redemptionID(context), at: context.receivedAt)
        return Answer.json(Self.written(view))
    }

    private func change(
        _ request: Request, _ context: AuthenticatedContext, _ what: String,
        _ change: (UUID, RequestKey?, @Sendable (RedemptionView) -> KeptAnswer) async throws(ServiceError) -> KeptAnswer
    ) async throws -> Response {
        let id = try Self.redemptionID(context)
        let key = try RequestKey.of(
            request, principal: context.principal, route: "POST /v1/redemptions/\(UUIDText.text(id))/\(what)")
        let kept = try await change(id, key) { view in
            KeptAnswer(status: 200, body: Self.written(view).bytes, isReplayed: view.isReplayed)
        }
        return Answer.kept(kept)
    }

    private static func replayed(_ isReplayed: Bool) -> HTTPFields {
        isReplayed ? [RequestKey.replayed: "true"] : [:]
    }

    private func redeemVoucher(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        guard let code = context.parameters.get("code"), code.utf8.count <= 100 else { throw Problem.notFound }
        let key = try RequestKey.of(
            request, principal: context.principal, route: "POST /v1/vouchers/\(code)/redeem")
        let voucher = try await api.redeemVoucher(code, idempotencyKey: key, at: context.receivedAt)
        var writer = JSONWriter(reserving: 256)
        writer.voucher(voucher)
        return Answer.json(writer, headers: Self.replayed(voucher.isReplayed))
    }

    private static func written(_ view: RedemptionView) -> JSONWriter {
        var writer = JSONWriter(reserving: 512)
        writer.redemption(view)
        return writer
    }

    private static func redemptionID(_ context: AuthenticatedContext) throws(ServiceError) -> UUID {
        guard let text = context.parameters.get("id"), let id = UUIDText.parse(text) else {
            throw .redemptionNotFound
        }
        return id
    }
}

extension CodeDelivery {
    fileprivate var answer: KeptAnswer {
        var writer = JSONWriter(reserving: 128)
        writer.beginObject()
        writer.member("programme", programme)
        writer.member("reward", reward)
        writer.member("added", Int64(added))
        writer.member("known", Int64(known))
        writer.member("left", left)
        writer.endObject()
        return KeptAnswer(status: 200, body: writer.bytes)
    }
}
