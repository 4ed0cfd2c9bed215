public import Foundation

/// What a list of projections shows.
public struct ProjectionStatus: Sendable, Equatable {
    /// An event that the projection waits before.
    public struct Poison: Sendable, Equatable {
        public var partition: Int
        public var position: Int64
        public var member: UUID
        public var type: String
        public var reason: String
        public var notedAtMicros: Int64
    }

    /// How far one partition is.
    public struct Partition: Sendable, Equatable {
        public var partition: Int
        public var position: Int64
        public var head: Int64

        public init(partition: Int, position: Int64, head: Int64) {
            (self.partition, self.position, self.head) = (partition, position, head)
        }
    }

    public var name: String
    /// Which version of the code wrote the rows.
    public var version: Int
    /// Which version this program has.
    public var codeVersion: Int
    /// `live`, `rebuilding`, or `stopped` where a partition waits before an event that cannot be folded.
    public var state: String
    /// Members of `account`; figures of a report.
    public var rows: Int64
    public var partitions: [Partition]
    /// nil where nothing is kept to go back to.
    public var previousVersion: Int?
    public var swappedAtMicros: Int64?
    public var verifiedAtMicros: Int64?
    public var faults: [Poison] = []
    /// Events passed over for ever, by an administrator's word.
    public var skipped: Int64 = 0

    /// Events folded, over all partitions.
    public var position: Int64 { partitions.reduce(0) { $0 + $1.position } }
    /// Events there are.
    public var head: Int64 { partitions.reduce(0) { $0 + $1.head } }
    /// Events that are not folded yet.
    public var lag: Int64 { max(0, head - position) }

    public init(
        name: String, version: Int, codeVersion: Int, state: String, rows: Int64, partitions: [Partition]
    ) {
        (self.name, self.version, self.codeVersion, self.state) = (name, version, codeVersion, state)
        (self.rows, self.partitions) = (rows, partitions)
    }
}
