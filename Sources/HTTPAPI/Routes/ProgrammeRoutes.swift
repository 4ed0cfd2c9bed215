import HTTPTypes
import Hummingbird
import Loyalty
import LoyaltyService
import Wire

/// `/v1/programmes`: the rules, and what they were.
struct ProgrammeRoutes<API: LoyaltyAPI>: Sendable {
    let api: API
    let configuration: HTTPConfiguration

    func add(to routes: SecuredRoutes) {
        routes.on(.get, "programmes", for: []) { _, context in
            let all = try await api.allProgrammes(at: context.receivedAt)
            var writer = JSONWriter(reserving: 4096)
            writer.page(Page(items: all, nextCursor: nil)) { $0.programme($1) }
            return Answer.json(writer)
        }
        routes.on(.get, "programmes/{id}", for: []) { _, context in
            let view = try await api.programme(context.parameters.get("id") ?? "", at: context.receivedAt)
            return Self.answer(view)
        }
        routes.on(.put, "programmes/{id}/versions/{n}", for: []) { try await publish($0, $1) }
    }

    private func publish(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        guard let number = context.parameters.get("n").flatMap(Int.init), (1...10_000).contains(number) else {
            throw Problem.notFound
        }
        _ = try MediaType.of(request, accepting: [.json, .yaml])
        let limit = BodyReader.Limit(bytes: ProgrammeFile.maximumBytes, what: "A programme")
        let body = try await BodyReader.read(request, limit: limit)
        guard let text = String(validating: body, as: UTF8.self) else {
            throw Problem.unreadableBody("The body is not UTF-8.")
        }
        let view = try await api.publish(
            text, as: number, of: context.parameters.get("id") ?? "", at: context.receivedAt)
        return Self.answer(view, status: view.isNew ? .created : .ok)
    }

    private static func answer(_ view: ProgrammeView, status: HTTPResponse.Status = .ok) -> Response {
        var writer = JSONWriter(reserving: 4096)
        writer.programme(view)
        return Answer.json(writer, status: status)
    }
}

extension JSONWriter {
    /// A programme with its versions and its document.
    fileprivate mutating func programme(_ view: ProgrammeView) {
        let programme = view.programme
        beginObject()
        member("id", programme.id)
        member("name", programme.name)
        member("time_zone", programme.zone.name)
        key("currencies")
        beginArray()
        for currency in programme.currencies { string(currency.code) }
        endArray()
        member("enrolment", programme.enrolment.rawValue)
        member("version_in_force", Int64(view.inForce))
        key("versions")
        beginArray()
        for version in programme.versions {
            beginObject()
            member("number", Int64(version.number))
            if version.number == 1 { nullMember("from") } else { member("from", timeMicros: version.from.micros) }
            endObject()
        }
        endArray()
        member("document", view.document)
        endObject()
    }
}
