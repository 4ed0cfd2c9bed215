import Foundation
import HTTPTypes
import Hummingbird
import LoyaltyService
import Wire

/// `/v1/households`: accounts that several members fill and spend together.
struct HouseholdRoutes<API: HouseholdAPI>: Sendable {
    let api: API
    let configuration: HTTPConfiguration

    func add(to routes: SecuredRoutes) {
        routes.on(.post, "households", for: [.support]) { try await create($0, $1) }
        routes.on(.get, "households/{id}", for: [.checkout, .support]) { request, context in
            Answer.json(try await api.household(try Self.id(context)).writer)
        }
        routes.on(.post, "households/{id}/join", for: [.support]) { request, context in
            let (id, key, body) = try await change(request, context, "join")
            return Answer.kept(
                try await api.join(id, body, idempotencyKey: key, at: context.receivedAt) { $0.kept })
        }
        routes.on(.post, "households/{id}/leave", for: [.support]) { request, context in
            let (id, key, body) = try await change(request, context, "leave")
            return Answer.kept(
                try await api.leave(id, body, idempotencyKey: key, at: context.receivedAt) { $0.kept })
        }
    }

    private func create(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        let key = try RequestKey.of(request, principal: context.principal, route: "POST /v1/households")
        let bytes = try await BodyReader.optionalJSON(request, configuration)
        let body = try Self.body(bytes)
        let household = try await api.createHousehold(body, idempotencyKey: key, at: context.receivedAt)
        var headers: HTTPFields = [.location: "/v1/households/\(UUIDText.text(household.id))"]
        if household.isReplayed { headers[RequestKey.replayed] = "true" }
        return Answer.json(household.writer, status: .created, headers: headers)
    }

    private func change(
        _ request: Request, _ context: AuthenticatedContext, _ what: String
    ) async throws -> (UUID, RequestKey?, HouseholdMemberBody) {
        let id = try Self.id(context)
        let key = try RequestKey.of(
            request, principal: context.principal, route: "POST /v1/households/\(UUIDText.text(id))/\(what)")
        return (id, key, try await request.body(within: configuration, HouseholdMemberBody.read))
    }

    private static func body(_ bytes: [UInt8]) throws(Problem) -> HouseholdBody {
        do throws(BodyError) { return try HouseholdBody.read(bytes) } catch { throw Problem(error) }
    }

    private static func id(_ context: AuthenticatedContext) throws(ServiceError) -> UUID {
        guard let text = context.parameters.get("id"), let id = UUIDText.parse(text) else {
            throw .householdNotFound
        }
        return id
    }
}

extension HouseholdView {
    fileprivate var writer: JSONWriter {
        var writer = JSONWriter(reserving: 128 + members.count * 40)
        writer.beginObject()
        writer.member("id", UUIDText.text(id))
        writer.key("members")
        writer.beginArray()
        for member in members { writer.string(UUIDText.text(member)) }
        writer.endArray()
        writer.endObject()
        return writer
    }

    fileprivate var kept: KeptAnswer { KeptAnswer(status: 200, body: writer.bytes) }
}
