public import Postgres

/// Checkpoints and faults of followers, as rows.
public struct FollowerStore: Sendable {
    let log: EventLog

    public init(log: EventLog) { self.log = log }

    private static let statusOf: PostgresStatement = """
        SELECT head.partition, checkpoint.position, head.position, unread.recorded_at
          FROM treue.checkpoint
          JOIN treue.head USING (partition)
          LEFT JOIN LATERAL (
               SELECT recorded_at FROM treue.event
                WHERE partition = checkpoint.partition AND position = checkpoint.position + 1) AS unread ON true
         WHERE checkpoint.projection = $1
         ORDER BY 1
        """

    /// Where a follower is.
    public func status(
        of name: String, on connection: some PostgresQuerying
    ) async throws(PostgresError) -> FollowerStatus {
        var partitions: [FollowerStatus.Partition] = []
        var oldest: Int64?
        for row in try await connection.query(Self.statusOf, [.text(name)]) {
            partitions.append(
                .init(partition: Int(try row.int4(0)), position: try row.int8(1), head: try row.int8(2)))
            if let unread = try row.optionalTimestamptz(3) { oldest = min(oldest ?? unread, unread) }
        }
        let stopped = try await faults(of: name, states: [.stopped], limit: log.partitions, on: connection).count
        let isFree = try await SessionLock(name: name).isFree(on: connection)
        let isBehind = partitions.contains { $0.position < $0.head }
        let state: FollowerStatus.State =
            stopped > 0 ? .faulty : isFree ? .idle : isBehind ? .behind : .live
        return FollowerStatus(
            name: name, state: state, partitions: partitions, oldestUnreadMicros: oldest, stopped: stopped)
    }

    /// The names of all followers that ever ran here. What a rebuild fills (`…_next`) or keeps to go back to (`…_previous`)
    /// has checkpoints, too, and follows nothing.
    public func names(on connection: some PostgresQuerying) async throws(PostgresError) -> [String] {
        var names: [String] = []
        for row in try await connection.query(
            """
            SELECT projection FROM treue.checkpoint
             WHERE partition = 0 AND projection !~ '_(next|previous)$' ORDER BY 1
            """, [])
        {
            names.append(try row.text(0))
        }
        return names
    }

    /// What a follower could not take, newest first.
    public func faults(
        of name: String, states: Set<FollowerFault.State> = Set(FollowerFault.State.allCases), limit: Int = 200,
        on connection: some PostgresQuerying
    ) async throws(PostgresError) -> [FollowerFault] {
        let statement = PostgresStatement(
            """
            SELECT \(FollowerFault.columns) FROM treue.follower_fault
             WHERE projection = $1 AND state = ANY ($2) ORDER BY last_at DESC, partition, position LIMIT $3
            """)
        let parameters: [PostgresValue] = [
            .text(name), .textArray(states.map(\.rawValue)), .int8(Int64(limit)),
        ]
        var faults: [FollowerFault] = []
        for row in try await connection.query(statement, parameters) { faults.append(try FollowerFault(row)) }
        return faults
    }

    /// Lets the follower try a partition again that stands still, for instance after a new version was deployed.
    ///
    /// - Returns: whether it stood still.
    public func retry(
        _ name: String, partition: Int, on connection: some PostgresQuerying
    ) async throws(PostgresError) -> Bool {
        let rows = try await connection.query(
            """
            UPDATE treue.follower_fault SET state = 'retry'
             WHERE projection = $1 AND partition = $2 AND state = 'stopped'
            """, [.text(name), .int4(Int32(truncatingIfNeeded: partition))])
        return rows.affected > 0
    }

    // One statement, so one transaction: the checkpoint moves if and only if the fault is closed.
    private static let skipOne: PostgresStatement = """
        WITH skipped AS (
            UPDATE treue.follower_fault SET state = 'skipped', reason = $4, last_at = $5
             WHERE projection = $1 AND partition = $2 AND position = $3 AND state IN ('stopped', 'retry')
            RETURNING partition, projection, position)
        UPDATE treue.checkpoint SET position = skipped.position
          FROM skipped
         WHERE checkpoint.projection = skipped.projection AND checkpoint.partition = skipped.partition
           AND checkpoint.partition = $2 AND checkpoint.position = skipped.position - 1
        RETURNING checkpoint.position
        """

    /// Goes on without an event that a partition stands still before. The event stays in the log, the reason in the row.
    ///
    /// - Returns: whether the partition stood still before that event.
    public func skip(
        _ name: String, partition: Int, position: Int64, reason: String, atMicros: Int64,
        on connection: some PostgresQuerying
    ) async throws(PostgresError) -> Bool {
        let rows = try await connection.query(
            Self.skipOne,
            [
                .text(name), .int4(Int32(truncatingIfNeeded: partition)), .int8(position), .text(reason),
                .timestamptz(atMicros),
            ])
        return !rows.isEmpty
    }
}
