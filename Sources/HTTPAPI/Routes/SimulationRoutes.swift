import HTTPTypes
import Hummingbird
import Loyalty
import LoyaltyService
import Wire

/// `/v1/programmes/{id}/simulations`: history judged by a draft.
struct SimulationRoutes<API: LoyaltyAPI>: Sendable {
    let api: API

    func add(to routes: SecuredRoutes) {
        routes.on(.post, "programmes/{id}/simulations", for: []) { try await begin($0, $1) }
    }

    /// The draft inside a JSON body, or as the body itself, with the days in the query.
    private func begin(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        let key = try RequestKey.of(
            request, principal: context.principal, route: "POST /v1/programmes/{id}/simulations")
        let type = try MediaType.of(request, accepting: [.json, .yaml])
        // A document and the little around it.
        let limit = BodyReader.Limit(bytes: ProgrammeFile.maximumBytes + 1_024, what: "A draft")
        let bytes = try await BodyReader.read(request, limit: limit)
        let body = type == .json ? try Self.body(bytes) : try Self.body(bytes, request.uri.query)
        return Answer.kept(
            try await api.simulate(
                body, of: context.parameters.get("id") ?? "", idempotencyKey: key, at: context.receivedAt
            ) { $0.begun })
    }

    private static func body(_ bytes: [UInt8]) throws(Problem) -> SimulationBody {
        do throws(BodyError) { return try SimulationBody.read(bytes) } catch { throw Problem(error) }
    }

    private static func body(_ bytes: [UInt8], _ query: String?) throws(Problem) -> SimulationBody {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Problem.unreadableBody("The body is not UTF-8.")
        }
        var query = QueryReader(query)
        let (from, to) = (query.date("from"), query.date("to"))
        let top = query.integer("top", in: SimulationBody.topRange)
        try query.check()
        return SimulationBody(document: text, from: from, to: to, top: top ?? SimulationBody.standardTop)
    }
}
