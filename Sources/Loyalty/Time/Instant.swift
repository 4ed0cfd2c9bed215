/// A point in time: microseconds since 1970-01-01T00:00:00Z, without leap seconds (as RFC 3339 and PostgreSQL count).
public struct Instant: Hashable, Comparable, Sendable {
    /// Microseconds since 1970-01-01T00:00:00Z.
    public var micros: Int64

    public init(micros: Int64) { self.micros = micros }

    public static func < (a: Instant, b: Instant) -> Bool { a.micros < b.micros }

    /// Earlier than every instant that a caller can name.
    public static let distantPast = Instant(micros: .min)
    /// Later than every instant that a caller can name.
    public static let distantFuture = Instant(micros: .max)

    /// Whole seconds since 1970, rounded towards the past.
    var seconds: Int64 {
        let (quotient, remainder) = micros.quotientAndRemainder(dividingBy: 1_000_000)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
