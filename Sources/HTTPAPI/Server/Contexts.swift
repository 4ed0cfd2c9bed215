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
    /// Set by ``CallerAuthenticator`` alone.
    var caller: Caller?

    init(source: RequestSource) {
        coreContext = CoreRequestContextStorage(source: source)
        (requestID, receivedAt, trace) = (source.requestID, source.receivedAt, source.trace)
    }
}
