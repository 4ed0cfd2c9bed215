public import Foundation
import Postgres

/// An event that a follower cannot take. Its partition of that follower stands still until somebody retries or skips it;
/// all other partitions, and all other followers, go on.
public struct FollowerFault: Sendable, Equatable {
    public enum State: String, Sendable, CaseIterable {
        /// The partition stands still before this event.
        case stopped
        /// Somebody asked for another attempt; the follower has not made it yet.
        case retry
        /// A later attempt took it.
        case resolved
        /// Somebody decided to go on without it; ``reason`` says why.
        case skipped
    }

    public let follower: String
    public let partition: Int
    public let position: Int64
    public let stream: UUID
    public let type: String
    public let state: State
    /// What the last attempt failed with.
    public let error: String
    public let attempts: Int
    /// Microseconds since 1970-01-01 UTC.
    public let firstAtMicros: Int64
    public let lastAtMicros: Int64
    public let reason: String?

    /// The longest error text that is kept, in characters.
    private static let longestText = 1_000

    static func text(of error: any Error) -> String { String("\(error)".prefix(longestText)) }

    /// In the order of ``init(_:)``.
    static let columns = """
        projection, partition, position, stream_id, type, state, error, attempts, first_at, last_at, reason
        """

    init(_ row: PostgresRow) throws(PostgresError) {
        follower = try row.text(0)
        partition = Int(try row.int4(1))
        position = try row.int8(2)
        stream = try row.uuid(3)
        type = try row.text(4)
        state = State(rawValue: try row.text(5)) ?? .stopped
        error = try row.text(6)
        attempts = Int(try row.int4(7))
        firstAtMicros = try row.timestamptz(8)
        lastAtMicros = try row.timestamptz(9)
        reason = try row.optionalText(10)
    }
}

/// Where a follower is, as the database knows it: the same in every process.
public struct FollowerStatus: Sendable, Equatable {
    public enum State: String, Sendable, CaseIterable {
        /// Everything is read.
        case live
        /// Somebody reads, and is not through.
        case behind
        /// A partition stands still before an event that cannot be taken.
        case faulty
        /// Nobody follows.
        case idle
    }

    public struct Partition: Sendable, Equatable {
        public let partition: Int
        /// The last event that was taken; 0 for none.
        public let position: Int64
        /// The last event there is.
        public let head: Int64
    }

    public let name: String
    public let state: State
    /// By partition; empty for a follower that never ran.
    public let partitions: [Partition]
    /// Record time of the oldest event that was not taken yet, microseconds since 1970-01-01 UTC.
    public let oldestUnreadMicros: Int64?
    /// Partitions that stand still.
    public let stopped: Int

    /// Events that were not taken yet.
    public var lagEvents: Int64 { partitions.reduce(0) { $0 + max(0, $1.head - $1.position) } }

    /// How long the oldest of them has waited.
    public func lagMicros(at now: Int64) -> Int64 { oldestUnreadMicros.map { max(0, now - $0) } ?? 0 }
}
