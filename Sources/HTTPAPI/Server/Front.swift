import HTTPTypes
import Hummingbird
import Logging
import Loyalty
import LoyaltyService
import Wire

/// Stands before the router: gives every request its id and its instant, and turns every refusal and failure into a
/// problem document.
struct Front<Inner: HTTPResponder>: HTTPResponder where Inner.Context == APIContext {
    let inner: Inner
    let methods: MethodTable
    let notes: RequestNotes
    let clock: @Sendable () -> Instant
    var crossOrigin: CrossOrigin?
    /// Whether the server speaks TLS.
    var isSecure = false

    func respond(to request: Request, context outer: BasicRequestContext) async throws -> Response {
        let started = ContinuousClock.now
        let trace = request.headers[TraceParent.header].flatMap { TraceParent($0) }
        let source = RequestSource(
            logger: outer.logger, requestID: RequestID.of(request.headers[RequestID.header]), receivedAt: clock(),
            trace: trace)
        let context = APIContext(source: source)
        notes.begin()
        var response: Response
        if let answer = crossOrigin?.preflight(request, methods: methods) {
            response = answer
        } else {
            response =
                request.isQuick
                ? await answer(to: request, context: context)
                : await offEventLoop { await answer(to: request, context: context) }
        }
        // A problem too: bytes behind a head that announces none would be read as the next answer.
        if request.method == .head { response = response.createHeadResponse() }
        let route = context.endpointPath.flatMap { $0 == Self.nowhere ? nil : $0 }
        let note = RequestNotes.Request(
            method: request.method, route: route, requestID: context.requestID, trace: trace, started: started)
        notes.end(note, status: response.status)
        response.headers[RequestID.header] = context.requestID
        if let trace { response.headers[TraceParent.header] = trace.text }
        secure(&response, to: request)
        crossOrigin?.open(&response, to: request)
        return response
    }

    private func secure(_ response: inout Response, to request: Request) {
        if isSecure { response.headers[.strictTransportSecurity] = "max-age=31536000" }
        let fields = request.uri.path.hasPrefix("/v1") ? SafetyFields.api : SafetyFields.everywhere
        for field in fields { response.headers[field.name] = field.value }
    }

    /// What Hummingbird's router calls the route of a request that has none.
    private static var nowhere: String { "NotFound" }

    private func answer(to request: Request, context: APIContext) async -> Response {
        do {
            let response = try await inner.respond(to: request, context: context)
            guard response.status == .notFound, context.endpointPath == Self.nowhere else { return response }
            return unrouted(request)
        } catch {
            return problem(of: error, context: context).response
        }
    }

    private func unrouted(_ request: Request) -> Response {
        let allowed = methods.methods(of: request.uri.path)
        if allowed.isEmpty { return Problem.notFound.response }
        return Problem.methodNotAllowed(request.method.rawValue, allowed: allowed).response
    }

    private func problem(of error: any Error, context: APIContext) -> Problem {
        switch error {
        case let problem as Problem: return problem
        case let error as ServiceError: return Problem(error)
        case is CancellationError: return .shuttingDown
        default:
            // Only the type: a description may hold what the caller sent.
            context.logger.error(
                "Unexpected error",
                metadata: [
                    "request_id": "\(context.requestID)", "route": "\(context.endpointPath ?? "none")",
                    "error": "\(String(reflecting: type(of: error)))",
                ].merging(context.trace.metadata) { own, _ in own })
            return .unexpected
        }
    }
}

extension TraceParent {
    static let header = HTTPField.Name("traceparent")!
}

/// Tell browsers to make nothing of an answer but what it is.
enum SafetyFields {
    static let everywhere: HTTPFields = [.xContentTypeOptions: "nosniff"]
    /// Of the API's own answers.
    static let api: HTTPFields = [
        .xContentTypeOptions: "nosniff", .cacheControl: "no-store",
        .contentSecurityPolicy: "default-src 'none'; frame-ancestors 'none'",
    ]
}
