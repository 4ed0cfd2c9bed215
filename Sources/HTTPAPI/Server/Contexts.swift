import Hummingbird
import Logging
import Loyalty
import LoyaltyService
import Wire

/// What is known of a request before it is routed.
struct RequestSource: RequestContextSource {
    let logger: Logger
    let requestID: String
    /// When the request came in. The only reading of the clock: all that the request does happens at this instant.
    let receivedAt: Instant
    /// The trace that the request belongs to, where it says so.
    let trace: TraceParent?
}

/// The context of a request whose sender is not known yet.
struct APIContext: RequestContext {
    typealias Source = RequestSource

    var coreContext: CoreRequestContextStorage
    let requestID: String
    let receivedAt: Instant
    let trace: TraceParent?
    /// Set by ``Authenticator`` alone.
    var principal: Principal?

    init(source: RequestSource) {
        coreContext = CoreRequestContextStorage(source: source)
        (requestID, receivedAt, trace) = (source.requestID, source.receivedAt, source.trace)
    }
}

/// The context of a request whose sender is known. Routes that take it cannot be reached without a valid key.
struct AuthenticatedContext: ChildRequestContext {
    var coreContext: CoreRequestContextStorage
    let receivedAt: Instant
    let trace: TraceParent?
    let principal: Principal

    init(context: APIContext) throws {
        guard let principal = context.principal else { throw Authenticator.missingKey }
        (coreContext, receivedAt, self.principal) = (context.coreContext, context.receivedAt, principal)
        trace = context.trace
    }
}
