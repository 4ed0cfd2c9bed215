/// Who is let in, whichever way they come: so many requests at a time, and so many a second for each caller.
struct Admission: Sendable {
    let gate: RequestGate
    /// nil where each may ask as often as they like.
    let limiter: RateLimiter?

    init(_ configuration: HTTPConfiguration) {
        gate = RequestGate(limit: configuration.requestLimit)
        limiter = configuration.ratePerSecond.map {
            RateLimiter(perSecond: $0, burst: configuration.rateBurst ?? $0)
        }
    }
}
