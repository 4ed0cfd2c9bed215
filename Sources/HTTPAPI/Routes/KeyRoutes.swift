import Foundation
import HTTPTypes
import Hummingbird
import LoyaltyService
import Wire

/// `/v1/api_keys`: who may ask for what.
struct KeyRoutes<API: LoyaltyAPI>: Sendable {
    let api: API
    let configuration: HTTPConfiguration

    func add(to routes: SecuredRoutes) {
        routes.on(.post, "api_keys", for: [.admin]) { try await create($0, $1) }
        routes.on(.get, "api_keys", for: [.admin]) { try await list($0, $1) }
        routes.on(.delete, "api_keys/{id}", for: [.admin]) { try await revoke($0, $1) }
        routes.on(.post, "api_keys/{id}/rotate", for: [.admin]) { try await rotate($0, $1) }
    }

    private func create(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        let idempotency = try RequestKey.of(request, principal: context.principal, route: "POST /v1/api_keys")
        let bytes = try await BodyReader.json(request, configuration)
        let body: APIKeyBody
        do throws(BodyError) {
            body = try APIKeyBody.read(bytes, scopes: Scope.allCases.map(\.rawValue))
        } catch {
            throw Problem(error)
        }
        let kept = try await api.createAPIKey(
            body, by: context.principal.keyID, idempotencyKey: idempotency, at: context.receivedAt
        ) { $0.answer(status: .created) }
        return Answer.kept(kept)
    }

    private func rotate(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        let id = try Self.keyID(context)
        let idempotency = try RequestKey.of(
            request, principal: context.principal, route: "POST /v1/api_keys/{id}/rotate")
        let bytes = try await BodyReader.optionalJSON(request, configuration)
        let body: RotationBody
        do throws(BodyError) {
            body = try RotationBody.read(bytes)
        } catch {
            throw Problem(error)
        }
        let kept = try await api.rotateAPIKey(
            id, body, by: context.principal.keyID, idempotencyKey: idempotency, at: context.receivedAt
        ) { $0.answer(status: .ok) }
        return Answer.kept(kept)
    }

    private func revoke(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        try await api.revokeAPIKey(Self.keyID(context), by: context.principal.keyID, at: context.receivedAt)
        return Answer.nothing()
    }

    private func list(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        var query = QueryReader(request.uri.query)
        let part = query.page()
        try query.check()
        let page = try await api.apiKeys(at: context.receivedAt, page: part)
        var writer = JSONWriter(reserving: 64 + page.items.count * 300)
        writer.page(page) { $0.apiKey($1) }
        return Answer.json(writer)
    }

    /// What is no UUID names no key.
    private static func keyID(_ context: AuthenticatedContext) throws(Problem) -> UUID {
        guard let text = context.parameters.get("id"), let id = UUIDText.parse(text) else { throw .apiKeyNotFound }
        return id
    }
}

extension Problem {
    fileprivate static let apiKeyNotFound = Problem(
        code: "api_key_not_found", status: 404, title: "There is no such API key",
        detail: "No API key has this id. Ids are UUIDs, as GET /v1/api_keys gives them.")
}
