/// Points that end together. Everything a member earns into one lot is spent, and lapses, as one; the sales themselves
/// stay in the log.
public struct Lot: Hashable, Sendable {
    /// The day on which the first points came into it, in the programme's time zone.
    public typealias ID = CivilDate

    /// What ends a lot.
    public enum End: Hashable, Sendable {
        case never
        /// It lapses with the member's inactivity; the day moves with every purchase.
        case inactivity
    }

    public var id: ID
    public var end: End
    /// Never negative: what is owed beyond it is the wallet's debt.
    public var available: Int64
    /// What lapsed when the lot ended, less what returns have since taken of it.
    public var expired: Int64

    public init(id: ID, end: End, available: Int64, expired: Int64 = 0) {
        (self.id, self.end, self.available, self.expired) = (id, end, available, expired)
    }
}
