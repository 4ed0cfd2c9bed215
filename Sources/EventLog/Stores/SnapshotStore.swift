public import Foundation
public import Postgres

/// What a snapshot says of the events up to it. Times are microseconds since 1970-01-01 UTC.
public struct SnapshotMark: Hashable, Sendable {
    /// The last event of the stream that is folded into it.
    public var version: Int64
    /// `occurred_at` of the latest event up to it.
    public var latest: Int64
    /// `occurred_at` of the earliest event since the snapshot before.
    public var earliest: Int64
    /// The latest `recorded_at` up to it.
    public var recordedAt: Int64

    /// Before a stream's first event.
    public init() { (version, latest, earliest, recordedAt) = (0, .min, .max, .min) }

    /// Moves it on by the next event of the stream.
    public mutating func move(to event: RecordedEvent) {
        version = event.version
        latest = max(latest, event.occurredAtMicros)
        earliest = min(earliest, event.occurredAtMicros)
        recordedAt = max(recordedAt, event.recordedAtMicros)
    }

    /// Where the next snapshot begins to count.
    public var onward: SnapshotMark {
        var mark = self
        mark.earliest = .max
        return mark
    }

    init(_ row: PostgresRow) throws(PostgresError) {
        version = try row.int8(0)
        latest = try row.timestamptz(1)
        earliest = try row.timestamptz(2)
        recordedAt = try row.timestamptz(3)
    }

    static let columns = "version, latest, earliest, recorded_at"
}

/// States that streams had after some of their events. Every question can do without: it then folds more of the log.
public struct SnapshotStore: Sendable {
    private let log: EventLog

    /// The follower that writes them.
    public static let follower = "snapshots"

    public init(log: EventLog) { self.log = log }

    private static let marksOf = PostgresStatement(
        """
        SELECT \(SnapshotMark.columns) FROM treue.snapshot
         WHERE partition = $1 AND member_id = $2 AND version <= $3 ORDER BY version
        """)
    private static let stateAt: PostgresStatement = """
        SELECT state FROM treue.snapshot WHERE partition = $1 AND member_id = $2 AND version = $3
        """
    private static let earliestAfter: PostgresStatement = """
        SELECT min(occurred_at) FROM treue.event
         WHERE partition = $1 AND stream_id = $2 AND version > $3 AND version <= $4
        """
    private static let allIn = PostgresStatement(
        """
        SELECT \(SnapshotMark.columns), member_id, sha256(state) FROM treue.snapshot
         WHERE partition = $1 ORDER BY member_id, version
        """)
    private static let insert: PostgresStatement = """
        INSERT INTO treue.snapshot (partition, member_id, version, latest, earliest, recorded_at, state)
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING
        """

    /// A stream's snapshots up to a version, in order.
    public func marks(
        of stream: UUID, upTo version: Int64, on connection: some PostgresQuerying
    ) async throws(PostgresError) -> [SnapshotMark] {
        var marks: [SnapshotMark] = []
        for row in try await connection.query(Self.marksOf, place(of: stream) + [.int8(version)]) {
            marks.append(try SnapshotMark(row))
        }
        return marks
    }

    /// The state that was kept at a version; nil where none was.
    public func state(
        of stream: UUID, at version: Int64, on connection: some PostgresQuerying
    ) async throws(PostgresError) -> [UInt8]? {
        try await connection.query(Self.stateAt, place(of: stream) + [.int8(version)]).first?.bytes(0)
    }

    /// `occurred_at` of the earliest event behind one version and up to another; nil where there is none.
    public func earliest(
        of stream: UUID, after version: Int64, upTo last: Int64, on connection: some PostgresQuerying
    ) async throws(PostgresError) -> Int64? {
        try await connection.query(Self.earliestAfter, place(of: stream) + [.int8(version), .int8(last)])
            .first?.optionalTimestamptz(0)
    }

    /// Keeps a state, unless one is kept there already.
    public func keep(
        _ state: [UInt8], of stream: UUID, at mark: SnapshotMark, on lease: PostgresLease
    ) async throws(PostgresError) {
        _ = try await lease.query(
            Self.insert,
            place(of: stream) + [
                .int8(mark.version), .timestamptz(mark.latest), .timestamptz(mark.earliest),
                .timestamptz(mark.recordedAt), .bytea(state),
            ])
    }

    /// All of a partition, by stream and in order, each with a digest of its state.
    public func all(
        in partition: Int, on connection: some PostgresQuerying
    ) async throws(PostgresError) -> [UUID: [(mark: SnapshotMark, digest: [UInt8])]] {
        let rows = try await connection.query(
            Self.allIn, [.int4(Int32(truncatingIfNeeded: partition))])
        var found: [UUID: [(mark: SnapshotMark, digest: [UInt8])]] = [:]
        for row in rows { found[try row.uuid(4), default: []].append((try SnapshotMark(row), try row.bytes(5))) }
        return found
    }

    /// Forgets all of them; the follower writes them again, from the first event on.
    public func forgetAll(on lease: PostgresLease) async throws {
        try await lease.transaction {
            // The follower's order: first the checkpoints.
            _ = try await lease.query(
                "UPDATE treue.checkpoint SET position = 0 WHERE projection = $1", [.text(Self.follower)])
            _ = try await lease.query("DELETE FROM treue.snapshot", [])
        }
    }

    private func place(of stream: UUID) -> [PostgresValue] {
        [.int4(Int32(truncatingIfNeeded: log.partition(of: stream))), .uuid(stream)]
    }
}
