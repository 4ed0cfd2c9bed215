/// Points that end together. Single accruals stay in the log; here they are sums, so that a member's state is bounded.
public struct Lot: Hashable, Sendable {
    /// What ends a lot. Lots with the same end are one.
    public enum End: Hashable, Sendable {
        /// Gone at 00:00 of that day.
        case on(CivilDate)
        /// It lapses with the member's inactivity; the day moves with every purchase and redemption.
        case inactivity
        case never
    }

    public var end: End
    /// Greater than zero: an empty lot is none, and what is owed is the wallet's debt.
    public var points: Int64

    public init(_ end: End, _ points: Int64) { (self.end, self.points) = (end, points) }
}

/// Points that are earned and not available yet.
public struct PendingPoints: Hashable, Sendable {
    public enum Until: Hashable, Sendable {
        /// Available from 00:00 of that day.
        case on(CivilDate)
        /// Available when an activity of that name refers to that order.
        case activity(name: String, order: String)
    }

    public var until: Until
    /// How the lot ends that they will join.
    public var end: Lot.End
    /// Greater than zero.
    public var points: Int64

    public init(until: Until, end: Lot.End, points: Int64) {
        (self.until, self.end, self.points) = (until, end, points)
    }
}

extension Lot.End {
    /// As the API and the log name it: a day, `inactivity` or `never`.
    public var name: String {
        switch self {
        case .on(let day): day.description
        case .inactivity: "inactivity"
        case .never: "never"
        }
    }
}

extension Lot.End: Comparable {
    /// The order in which states list lots. (Spending has an order of its own: see ``Wallet/spendingOrder``.)
    public static func < (a: Lot.End, b: Lot.End) -> Bool {
        switch (a, b) {
        case (.on(let first), .on(let second)): first < second
        case (.on, _): true
        case (.inactivity, .never): true
        default: false
        }
    }
}

extension PendingPoints {
    /// The order in which states list pending points.
    static func inOrder(_ a: PendingPoints, _ b: PendingPoints) -> Bool {
        switch (a.until, b.until) {
        case (.on(let first), .on(let second)): first != second ? first < second : a.end < b.end
        case (.on, .activity): true
        case (.activity, .on): false
        case (.activity(let name, let order), .activity(let otherName, let otherOrder)):
            (name, order) != (otherName, otherOrder)
                ? (name, order) < (otherName, otherOrder) : a.end < b.end
        }
    }
}
