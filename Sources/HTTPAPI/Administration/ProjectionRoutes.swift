import HTTPTypes
import Hummingbird
import Loyalty
import LoyaltyService
import Projections
import Wire

/// `/v1/projections`: read models, folded afresh, compared and put back while everything else goes on.
struct ProjectionRoutes<API: LoyaltyAPI>: Sendable {
    let api: API

    func add(to routes: SecuredRoutes) {
        routes.on(.get, "projections", for: []) { _, _ in try await list() }
        routes.on(.post, "projections/verify", for: []) { _, _ in
            Answer.begun(try await api.verifyProjections())
        }
        routes.on(.post, "projections/{name}/rebuild", for: []) { _, context in
            Answer.begun(try await api.rebuild(projection: Self.name(context)))
        }
        routes.on(.post, "projections/{name}/rollback", for: []) { _, context in
            Answer.begun(try await api.rollBack(projection: Self.name(context)))
        }
    }

    private static func name(_ context: AuthenticatedContext) -> String { context.parameters.get("name") ?? "" }

    private func list() async throws -> Response {
        let all = try await api.projections()
        var writer = JSONWriter(reserving: 1024)
        writer.wholeList(all) { writer, status in
            writer.beginObject()
            status.write(to: &writer)
            writer.endObject()
        }
        return Answer.json(writer)
    }
}

extension Answer {
    /// 202: work has begun; `Location` says where to look.
    static func begun(_ operation: OperationView) -> Response {
        var writer = JSONWriter(reserving: 512)
        writer.operation(operation)
        return json(
            writer, status: .accepted, headers: [.location: "/v1/operations/\(UUIDText.text(operation.id))"])
    }
}

extension JSONWriter {
    /// A list that has no second page.
    mutating func wholeList<Item>(_ items: [Item], _ write: (inout JSONWriter, Item) -> Void) {
        beginObject()
        key("data")
        beginArray()
        for item in items { write(&self, item) }
        endArray()
        nullMember("next_cursor")
        endObject()
    }

    /// Long work and how far it is.
    mutating func operation(_ operation: OperationView) {
        beginObject()
        member("id", operation.id)
        member("kind", operation.kind)
        member("subject", operation.subject)
        member("state", operation.state.rawValue)
        member("done", operation.done)
        member("total", operation.total)
        member("rate", operation.rate)
        key("eta")
        time(operation.eta?.micros)
        member("started_at", timeMicros: operation.startedAt.micros)
        key("finished_at")
        time(operation.finishedAt?.micros)
        key("result")
        if let result = operation.result { raw(result) } else { null() }
        endObject()
    }

    private mutating func time(_ micros: Int64?) {
        if let micros { string(RFC3339.text(micros: micros)) } else { null() }
    }
}
