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
        // Also where the body says it: what is wrong is not passed over.
        let query = try Self.query(request.uri.query)
        let body = type == .json ? try Self.body(bytes) : try Self.body(bytes, query)
        return Answer.kept(
            try await api.simulate(
                body, of: context.parameters.get("id") ?? "", idempotencyKey: key, at: context.receivedAt
            ) { $0.begun })
    }

    private static func body(_ bytes: [UInt8]) throws(Problem) -> SimulationBody {
        do throws(BodyError) { return try SimulationBody.read(bytes) } catch { throw Problem(error) }
    }

    private static func query(_ text: String?) throws(Problem) -> (from: CivilDate?, to: CivilDate?, top: Int?) {
        var query = QueryReader(text)
        let asked = (
            from: query.date("from"), to: query.date("to"), top: query.integer("top", in: SimulationBody.topRange)
        )
        try query.check()
        return asked
    }

    private static func body(
        _ bytes: [UInt8], _ query: (from: CivilDate?, to: CivilDate?, top: Int?)
    ) throws(Problem) -> SimulationBody {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Problem.unreadableBody("The body is not UTF-8.")
        }
        return SimulationBody(
            document: text, from: query.from, to: query.to, top: query.top ?? SimulationBody.standardTop)
    }
}
