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
        routes.on(.post, "projections/{name}/retry", for: []) { try await retry($0, $1) }
        routes.on(.post, "projections/{name}/skip", for: []) { try await skip($0, $1) }
    }

    private func retry(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        let body = try await Self.body(of: request) { bytes throws(BodyError) in try RetryBody.read(bytes) }
        try await api.retry(projection: Self.name(context), partition: body.partition)
        return try await list()
    }

    private func skip(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        let body = try await Self.body(of: request) { bytes throws(BodyError) in try SkipBody.read(bytes) }
        try await api.skip(
            projection: Self.name(context), partition: body.partition, position: body.position, reason: body.reason,
            at: context.receivedAt)
        return try await list()
    }

    private static func body<Body>(
        of request: Request, _ read: ([UInt8]) throws(BodyError) -> Body
    ) async throws(Problem) -> Body {
        _ = try MediaType.of(request, accepting: [.json])
        let bytes = try await BodyReader.read(request, limit: BodyReader.Limit(bytes: 16_384, what: "The body"))
        do throws(BodyError) { return try read(bytes) } catch { throw Problem(error) }
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
