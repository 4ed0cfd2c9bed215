import EventLog
import Loyalty
import Postgres

/// A read model whose rows can be compared with the log.
protocol Compared: Sendable {
    /// Its name in the API and on the command line.
    var name: String { get }

    /// Compares a partition's rows, in the transaction that the lease is in: one that sees one instant.
    func comparer(of partition: Int, on lease: PostgresLease) async throws -> any PartitionComparer
}

/// Folds one partition afresh for one read model and compares its rows: the members of one share after those of
/// another, because all at once are too many for memory.
protocol PartitionComparer: Sendable {
    /// The last position that the rows know of.
    var last: Int64 { get }
    /// So far.
    var found: ProjectionComparison { get set }

    /// Whether the rows do not know of the event, or an administrator told the read model to go on without it.
    func passesOver(_ position: Int64) -> Bool

    /// Events of one share's members after those of another, in the order of their positions; of members' streams alone.
    mutating func fold(_ event: RecordedEvent, _ dated: DatedEvent) throws
    /// Compares the rows of the share's members, and lets go of them.
    mutating func compare(_ share: StreamShare, on lease: PostgresLease) async throws
    /// Compares what is no member's, once all shares have been folded.
    mutating func finish(on lease: PostgresLease) async throws
}
