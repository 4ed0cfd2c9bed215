import EventLog
import HTTPTypes
import Hummingbird
import LoyaltyService
import Wire

/// `/v1/log`: whether the log is what was written.
struct LogRoutes<API: LoyaltyAPI>: Sendable {
    let api: API
    /// A verification reads the whole log: one at a time.
    private let seats = EventStream.Seats(limit: 1)

    init(api: API) { self.api = api }

    func add(to routes: SecuredRoutes) {
        routes.on(.get, "log/verify", for: []) { _, _ in try await verify() }
        routes.on(.get, "log/checkpoint", for: []) { _, context in
            let signed = try await api.checkpoint(at: context.receivedAt)
            var writer = JSONWriter(reserving: 8_192)
            writer.beginObject()
            CheckpointFile.write(signed, to: &writer)
            writer.endObject()
            return Answer.json(writer)
        }
        routes.on(.post, "log/verify", for: []) { request, context in
            let key = try RequestKey.of(request, principal: context.principal, route: "POST /v1/log/verify")
            return Answer.kept(
                try await api.beginLogVerification(idempotencyKey: key, at: context.receivedAt) { $0.begun })
        }
    }

    private func verify() async throws -> Response {
        guard seats.take() else { throw Problem.verificationUnderway }
        defer { seats.leave() }
        let found = try await api.verifyLog()
        var writer = JSONWriter(reserving: 512)
        writer.beginObject()
        found.write(to: &writer)
        writer.endObject()
        return Answer.json(writer)
    }
}

extension Problem {
    static let verificationUnderway = Problem(
        code: "overloaded", status: 503, title: "The server is busy",
        detail: "The log is being verified already. Ask again when that has ended.", retryAfter: 10)
}
