import Foundation
import HTTPTypes
import Hummingbird
import LoyaltyService
import Wire

/// `/v1/operations`: how far long work is, once or as it goes.
struct OperationRoutes<API: LoyaltyAPI>: Sendable {
    let api: API
    private let seats = EventStream.Seats(limit: 64)

    init(api: API) { self.api = api }

    func add(to routes: SecuredRoutes) {
        routes.on(.get, "operations", for: []) { request, _ in try await list(request) }
        routes.on(.get, "operations/{id}", for: []) { try await show($0, $1) }
    }

    private func list(_ request: Request) async throws -> Response {
        var query = QueryReader(request.uri.query)
        let limit = query.integer("limit", in: 1...200) ?? 50
        try query.check()
        let newest = try await api.recentOperations(limit: limit)
        var writer = JSONWriter(reserving: 512)
        writer.wholeList(newest) { $0.operation($1) }
        return Answer.json(writer)
    }

    private func show(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        guard let text = context.parameters.get("id"), let id = UUIDText.parse(text) else {
            throw Problem.operationNotFound
        }
        let operation = try await api.operation(id)
        guard EventStream.isWanted(by: request) else {
            var writer = JSONWriter(reserving: 512)
            writer.operation(operation)
            return Answer.json(writer)
        }
        return try EventStream.response(seats) { [api] last in
            // The first look has been taken already.
            let now = last == nil ? operation : try await api.operation(id)
            var writer = JSONWriter(reserving: 512)
            writer.operation(now)
            return EventStream.Event(name: now.isOver ? "end" : "progress", data: writer.bytes, isLast: now.isOver)
        }
    }
}

extension Problem {
    static let operationNotFound = Problem(
        code: "operation_not_found", status: 404, title: "There is no such operation",
        detail: "No operation has this id. Ids are UUIDs, as the answer that began it gives them.")

    static let tooManyStreams = Problem(
        code: "overloaded", status: 503, title: "The server is busy",
        detail: "Too many streams are open. Ask without Accept: text/event-stream, or again later.", retryAfter: 5)
}
