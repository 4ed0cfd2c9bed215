public import Loyalty

/// Both times of a question about the past.
public struct Clocks: Hashable, Sendable {
    /// Business time: every event that happened by then. nil: all of them.
    public var asOf: Instant?
    /// Record time: every event that had been recorded by then. nil: all of them.
    public var knownAt: Instant?

    public init(asOf: Instant? = nil, knownAt: Instant? = nil) { (self.asOf, self.knownAt) = (asOf, knownAt) }

    /// Whether the present is asked for.
    public var isNow: Bool { asOf == nil && knownAt == nil }
}
