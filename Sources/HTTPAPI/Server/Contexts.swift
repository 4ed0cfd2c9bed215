import Hummingbird
import Logging
import Loyalty
import LoyaltyService

/// What is known of a request before it is routed.
struct RequestSource: RequestContextSource {
    let logger: Logger
    let requestID: String
    /// When the request came in. The only reading of the clock: all that the request does happens at this instant.
    let receivedAt: Instant
}

/// The context of a request whose sender is not known yet.
struct APIContext: RequestContext {
    typealias Source = RequestSource

    var coreContext: CoreRequestContextStorage
    let requestID: String
    let receivedAt: Instant
    /// Set by ``CallerAuthenticator`` alone.
    var caller: Caller?

    init(source: RequestSource) {
        coreContext = CoreRequestContextStorage(source: source)
        (requestID, receivedAt) = (source.requestID, source.receivedAt)
    }
}
