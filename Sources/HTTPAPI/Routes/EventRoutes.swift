import HTTPTypes
import Hummingbird
import Loyalty
import LoyaltyService
import Wire

/// `POST /v1/events`: what checkouts say has happened.
struct EventRoutes<API: LoyaltyAPI>: Sendable {
    let api: API
    let configuration: HTTPConfiguration
    private let largeBodies: LargeBodies

    init(api: API, configuration: HTTPConfiguration) {
        (self.api, self.configuration) = (api, configuration)
        largeBodies = LargeBodies(
            threshold: configuration.eventLimit, limit: configuration.largeBodyCountLimit)
    }

    /// The whole path, version and all.
    static var path: String { "/v1/events" }
    static var scopes: Set<Scope> { [.checkout] }

    func add(to routes: SecuredRoutes) {
        routes.on(.post, "events", for: Self.scopes) { request, context in
            try await post(request, at: context.receivedAt, trace: context.trace)
        }
    }

    private func post(_ request: Request, at now: Instant, trace: TraceParent?) async throws -> Response {
        let ticket = largeBodies.ticket()
        defer { ticket.leave() }
        return switch try await content(of: request, ticket) {
        case .event(let event): try await one(event.traced(by: trace), at: now)
        case .batch(let items): try await batch(items, at: now, trace: trace)
        }
    }

    private func content(
        of request: Request, _ ticket: LargeBodies.Ticket
    ) async throws(Problem) -> CloudEventReader.Content {
        let one = BodyReader.Limit(bytes: configuration.eventLimit, what: "One event")
        let many = BodyReader.Limit(bytes: configuration.batchLimit, what: "A batch")
        let type = try MediaType.of(request, accepting: [.cloudEvent, .cloudEventBatch, .json])
        do {
            switch type {
            case .cloudEvent:
                return .event(try CloudEventReader.read(await BodyReader.read(request, limit: one)))
            case .cloudEventBatch:
                let body = try await BodyReader.read(request, limit: many, ticket: ticket)
                return .batch(try CloudEventReader.readBatch(body))
            case .json, .mergePatch, .yaml:
                // A merge patch or YAML is not among those accepted.
                let body = try await BodyReader.read(request, limit: one, arrayLimit: many, ticket: ticket)
                return try CloudEventReader.readAny(body)
            }
        } catch let error as BodyError {
            throw Problem(error)
        } catch let problem as Problem {
            throw problem
        } catch {
            throw .unexpected
        }
    }

    private func one(_ event: IncomingEvent, at now: Instant) async throws -> Response {
        let answer = try await api.record(event, receivedAt: now).get()
        var writer = JSONWriter(reserving: 1024)
        writer.event(answer)
        return Answer.json(writer, status: answer.status == .accepted ? .created : .ok)
    }

    private func batch(
        _ items: [CloudEventReader.Item], at now: Instant, trace: TraceParent?
    ) async throws -> Response {
        let events = items.compactMap { try? $0.result.get().traced(by: trace) }
        var answers = await api.record(events, receivedAt: now)[...]
        if let overload = Self.overload(in: answers) { throw overload }
        var writer = JSONWriter(reserving: 32 + items.count * 400)
        writer.beginObject()
        writer.key("results")
        writer.beginArray()
        for item in items { writer.result(of: item, &answers) }
        writer.endArray()
        writer.endObject()
        return Answer.json(writer)
    }

    /// The refusal, where the service could take none of the events now: then the batch as a whole is to be sent again.
    private static func overload(in answers: ArraySlice<Result<EventAnswer, ServiceError>>) -> ServiceError? {
        var overload: ServiceError?
        for answer in answers {
            guard case .failure(let error) = answer, error.status == 503 else { return nil }
            overload = error
        }
        return overload
    }
}

extension JSONWriter {
    /// What became of one item of a batch; the answer of a readable one is taken from `answers`.
    fileprivate mutating func result(
        of item: CloudEventReader.Item, _ answers: inout ArraySlice<Result<EventAnswer, ServiceError>>
    ) {
        switch item.result {
        case .failure(let error):
            rejected(id: item.id, Problem(error))
        case .success(let event):
            switch answers.popFirst() {
            case .success(let answer)?: self.event(answer)
            case .failure(let error)?: rejected(id: event.id, Problem(error))
            case nil: rejected(id: event.id, .unexpected)
            }
        }
    }
}
