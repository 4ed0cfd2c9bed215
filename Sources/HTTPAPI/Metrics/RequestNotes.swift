import HTTPTypes
import Logging
import Wire

/// What is noted of every request: counts for `/metrics`, and a line of the log.
struct RequestNotes: Sendable {
    struct Request: Sendable {
        var method: HTTPRequest.Method
        /// The pattern of the route; nil where the request has none.
        var route: String?
        var requestID: String
        var trace: TraceParent?
        var started: ContinuousClock.Instant
    }

    let metrics: HTTPMetrics
    let logger: Logger

    /// ``end(_:status:)`` or ``withdraw()`` must follow.
    func begin() { metrics.begin() }

    /// The request begins anew elsewhere.
    func withdraw() { metrics.withdraw() }

    func end(_ request: Request, status: HTTPResponse.Status) {
        let elapsed = ContinuousClock.now - request.started
        metrics.end(method: request.method, route: request.route, status: status, elapsed: elapsed)
        // Never the query: it may hold an e-mail address.
        logger.debug(
            "Request",
            metadata: [
                "request_id": "\(request.requestID)", "method": "\(request.method)",
                "route": "\(request.route ?? "none")", "status": "\(status.code)", "elapsed": "\(elapsed)",
            ].merging(request.trace.metadata) { own, _ in own })
    }
}

extension TraceParent? {
    /// What a log line tells of the request's trace.
    var metadata: Logger.Metadata { map { ["trace_id": "\($0.traceID)"] } ?? [:] }
}
