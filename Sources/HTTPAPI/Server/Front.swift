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
    let metrics: HTTPMetrics
    let clock: @Sendable () -> Instant
    var crossOrigin: CrossOrigin?
    /// Whether the server speaks TLS.
    var isSecure = false

    func respond(to request: Request, context outer: BasicRequestContext) async throws -> Response {
        let started = ContinuousClock.now
        let trace = request.headers[TraceParent.header].flatMap { TraceParent($0) }
        let source = RequestSource(
            logger: outer.logger, requestID: RequestID.of(request), receivedAt: clock(), trace: trace)
        let context = APIContext(source: source)
        metrics.begin()
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
        let elapsed = ContinuousClock.now - started
        metrics.end(method: request.method, route: route, status: response.status, elapsed: elapsed)
        response.headers[RequestID.header] = context.requestID
        if let trace { response.headers[TraceParent.header] = trace.text }
        secure(&response, to: request)
        crossOrigin?.open(&response, to: request)
        // Never the query: it may hold an e-mail address.
        context.logger.debug(
            "Request",
            metadata: [
                "request_id": "\(context.requestID)", "method": "\(request.method)", "route": "\(route ?? "none")",
                "status": "\(response.status.code)", "elapsed": "\(elapsed)",
            ].merging(context.traceMetadata) { own, _ in own })
        return response
    }

    /// Tells browsers to make nothing of an answer but what it is.
    private func secure(_ response: inout Response, to request: Request) {
        response.headers[.xContentTypeOptions] = "nosniff"
        if isSecure { response.headers[.strictTransportSecurity] = "max-age=31536000" }
        guard request.uri.path.hasPrefix("/v1") else { return }
        response.headers[.cacheControl] = "no-store"
        response.headers[.contentSecurityPolicy] = "default-src 'none'; frame-ancestors 'none'"
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
                ].merging(context.traceMetadata) { own, _ in own })
            return .unexpected
        }
    }
}

extension TraceParent {
    static let header = HTTPField.Name("traceparent")!
}

extension APIContext {
    /// What a log line tells of the request's trace.
    fileprivate var traceMetadata: Logger.Metadata { trace.map { ["trace_id": "\($0.traceID)"] } ?? [:] }
}
