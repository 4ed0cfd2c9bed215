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
        routes.on(.post, "projections/verify", for: []) { request, context in
            let key = try RequestKey.of(request, principal: context.principal, route: "POST /v1/projections/verify")
            return Answer.kept(
                try await api.verifyProjections(idempotencyKey: key, at: context.receivedAt) { $0.begun })
        }
        routes.on(.post, "projections/{name}/rebuild", for: []) { request, context in
            let (name, key) = try Self.named(request, context, "rebuild")
            return Answer.kept(
                try await api.rebuild(projection: name, idempotencyKey: key, at: context.receivedAt) { $0.begun })
        }
        routes.on(.post, "projections/{name}/rollback", for: []) { request, context in
            let (name, key) = try Self.named(request, context, "rollback")
            return Answer.kept(
                try await api.rollBack(projection: name, idempotencyKey: key, at: context.receivedAt) { $0.begun })
        }
        routes.on(.post, "projections/{name}/retry", for: []) { try await retry($0, $1) }
        routes.on(.post, "projections/{name}/skip", for: []) { try await skip($0, $1) }
    }

    private func retry(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        let (name, key) = try Self.named(request, context, "retry")
        let body = try await Self.body(of: request) { bytes throws(BodyError) in try RetryBody.read(bytes) }
        return Answer.kept(
            try await api.retry(
                projection: name, partition: body.partition, idempotencyKey: key, at: context.receivedAt
            ) { KeptAnswer(status: HTTPResponse.Status.ok.code, body: Self.written($0).bytes) })
    }

    private func skip(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        let (name, key) = try Self.named(request, context, "skip")
        let body = try await Self.body(of: request) { bytes throws(BodyError) in try SkipBody.read(bytes) }
        return Answer.kept(
            try await api.skip(projection: name, body, idempotencyKey: key, at: context.receivedAt) {
                KeptAnswer(status: HTTPResponse.Status.ok.code, body: Self.written($0).bytes)
            })
    }

    /// The projection in the path, and what names the request.
    private static func named(
        _ request: Request, _ context: AuthenticatedContext, _ what: String
    ) throws(Problem) -> (name: String, key: RequestKey?) {
        let name = context.parameters.get("name") ?? ""
        let route = "POST /v1/projections/{name}/\(what)"
        return (name, try RequestKey.of(request, principal: context.principal, route: route))
    }

    private static func body<Body>(
        of request: Request, _ read: ([UInt8]) throws(BodyError) -> Body
    ) async throws(Problem) -> Body {
        _ = try MediaType.of(request, accepting: [.json])
        let bytes = try await BodyReader.read(request, limit: BodyReader.Limit(bytes: 16_384, what: "The body"))
        do throws(BodyError) { return try read(bytes) } catch { throw Problem(error) }
    }

    private func list() async throws -> Response { Answer.json(Self.written(try await api.projections())) }

    private static func written(_ all: [ProjectionStatus]) -> JSONWriter {
        var writer = JSONWriter(reserving: 1024)
        writer.wholeList(all) { writer, status in
            writer.beginObject()
            status.write(to: &writer)
            writer.endObject()
        }
        return writer
    }
}

extension OperationView {
    /// 202: work has begun; `Location` says where to look.
    var begun: KeptAnswer {
        var writer = JSONWriter(reserving: 512)
        writer.operation(self)
        return KeptAnswer(
            status: HTTPResponse.Status.accepted.code, location: "/v1/operations/\(UUIDText.text(id))",
            body: writer.bytes)
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
