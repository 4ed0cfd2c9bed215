/// An exact non-negative fraction, such as a rate of points for minor units of money.
public struct Ratio: Hashable, Sendable {
    public var numerator: Int64
    /// Greater than zero.
    public var denominator: Int64

    public init(_ numerator: Int64, _ denominator: Int64) {
        (self.numerator, self.denominator) = (numerator, denominator)
    }
}

extension Int64 {
    /// `self + other`, or the fault that stops the member's command instead of trapping.
    func adding(_ other: Int64) throws(LoyaltyFault) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        guard !overflow else { throw LoyaltyFault.overflow }
        return sum
    }
}

/// A fold that cannot go on: an event that contradicts the state or arithmetic beyond 64 bits.
public enum LoyaltyFault: Error, Hashable, Sendable {
    /// A sum left the range of 64 bits.
    case overflow
    /// The event contradicts the state it is folded into; the text says how.
    case contradiction(String)
}
