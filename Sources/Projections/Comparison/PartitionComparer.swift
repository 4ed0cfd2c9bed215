public import EventLog
public import Loyalty
public import Postgres

/// Folds one partition afresh for one read model and compares its rows: the members of one share after those of another,
/// because all at once are too many for memory.
public protocol PartitionComparer: Sendable {
    /// The last position that the rows know of.
    var last: Int64 { get }
    /// So far.
    var found: ProjectionComparison { get set }

    /// Whether the rows do not know of the event, or an administrator told the read model to go on without it.
    func passesOver(_ position: Int64) -> Bool

    /// Lets go of the members of another share.
    mutating func begin(_ share: StreamShare)
    /// Events of the share's members, in the order of their positions; of members' streams alone.
    mutating func fold(_ event: RecordedEvent, _ dated: DatedEvent) throws
    /// Compares the rows of the share's members.
    mutating func compare(_ share: StreamShare, on lease: PostgresLease) async throws
    /// Compares what is no member's, once all shares have been folded.
    mutating func finish(on lease: PostgresLease) async throws
}

/// What a comparison of one read model with the log found.
public struct ProjectionComparison: Sendable {
    public var name: String
    public var events: Int64 = 0
    /// Members of `account`; figures of a report.
    public var rows: Int64 = 0
    public var count: Int64 = 0
    /// The first ones of ``count``, at most ``mostKept``.
    public var differences: [Difference] = []

    public static let mostKept = 1_000

    /// Nothing yet.
    public init(name: String) { self.name = name }

    /// One difference.
    public enum Difference: Sendable, CustomStringConvertible {
        case account(AccountDifference)
        case report(ReportDifference)

        public var description: String {
            switch self {
            case .account(let difference): difference.description
            case .report(let difference): difference.description
            }
        }
    }

    mutating func note(_ difference: Difference) {
        count += 1
        if differences.count < Self.mostKept { differences.append(difference) }
    }

    /// Takes in what was found in another partition.
    mutating func add(_ other: ProjectionComparison) {
        (events, rows, count) = (events + other.events, rows + other.rows, count + other.count)
        differences += other.differences.prefix(Self.mostKept - differences.count)
    }
}
