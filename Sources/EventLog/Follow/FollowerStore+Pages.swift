import Postgres

/// What the follower itself asks of the database.
extension FollowerStore {
    private static let beginAtZero: PostgresStatement = """
        INSERT INTO treue.checkpoint (position, partition, projection)
        SELECT 0, partition, $1 FROM treue.head ON CONFLICT DO NOTHING
        """
    private static let beginAtEnd: PostgresStatement = """
        INSERT INTO treue.checkpoint (position, partition, projection)
        SELECT position, partition, $1 FROM treue.head ON CONFLICT DO NOTHING
        """

    /// Gives a new follower its checkpoints; those of an old one stay.
    func begin(
        _ name: String, at start: FollowStart, on connection: some PostgresQuerying
    ) async throws(PostgresError) {
        let statement = start == .beginning ? Self.beginAtZero : Self.beginAtEnd
        _ = try await connection.query(statement, [.text(name)])
    }

    private static let passTo: PostgresStatement = """
        UPDATE treue.checkpoint SET position = head.position
          FROM unnest($2::int[], $3::bigint[]) AS head (partition, position)
         WHERE checkpoint.projection = $1 AND checkpoint.partition = head.partition
           AND checkpoint.partition = ANY ($2) AND checkpoint.position < head.position
           AND NOT EXISTS (SELECT FROM treue.follower_fault AS fault
                            WHERE fault.projection = $1 AND fault.partition = head.partition
                              AND fault.state = 'stopped')
        """

    /// Moves checkpoints on without reading, except those of partitions that stand still.
    func pass(_ name: String, to heads: [LogHead], on lease: PostgresLease) async throws(PostgresError) {
        _ = try await lease.query(
            Self.passTo,
            [
                .text(name), .int4Array(heads.map { Int32(truncatingIfNeeded: $0.partition) }),
                .int8Array(heads.map(\.position)),
            ])
    }

    private static let waiting: PostgresStatement = """
        SELECT head.partition, checkpoint.position, head.position
          FROM treue.checkpoint
          JOIN treue.head USING (partition)
         WHERE checkpoint.projection = $1 AND checkpoint.position < head.position
           AND NOT EXISTS (SELECT FROM treue.follower_fault AS fault
                            WHERE fault.projection = $1 AND fault.partition = head.partition
                              AND fault.state = 'stopped')
         ORDER BY 1
        """
    private static let eventsAfter = PostgresStatement(
        """
        SELECT next.* FROM unnest($1::int[], $2::bigint[]) AS page (partition, position)
         CROSS JOIN LATERAL (
               SELECT \(RecordedEvent.columns) FROM treue.event
                WHERE partition = page.partition AND position > page.position
                ORDER BY position LIMIT $3) AS next
         ORDER BY 1, 2
        """)

    /// The next events of all partitions that have some and do not stand still, `limit` of them at most: each partition
    /// has its share, so that a busy one makes no other wait. `isBehind` says whether a share was too small for all that
    /// there is, `behind` how much there is beyond the pages.
    ///
    /// - Parameter taken: what the follower has taken already, beyond its checkpoints.
    func nextPages(
        of name: String, beyond taken: UnwrittenPages, limit: Int, window: EventWindow,
        on connection: some PostgresQuerying
    ) async throws -> (pages: [FollowedPage], isBehind: Bool, behind: Int64) {
        var after: [(partition: Int32, position: Int64)] = []
        var behind: Int64 = 0
        for row in try await connection.query(Self.waiting, [.text(name)]) {
            let (partition, head) = (try row.int4(0), try row.int8(2))
            let position = max(try row.int8(1), taken.end(of: Int(partition)))
            guard position < head else { continue }
            after.append((partition, position))
            behind += head - position
        }
        let count = after.count
        after = Array(after.prefix(max(1, limit)))
        guard !after.isEmpty else { return ([], false, 0) }
        let share = max(1, limit / after.count)
        var events: [Int: [RecordedEvent]] = [:]
        for (partition, position) in after {
            events[Int(partition)] = window.events(of: Int(partition), after: position, limit: share)
        }
        let unread = after.filter { events[Int($0.partition)]?.isEmpty ?? true }
        if !unread.isEmpty {
            let rows = try await connection.query(
                Self.eventsAfter,
                [.int4Array(unread.map(\.partition)), .int8Array(unread.map(\.position)), .int8(Int64(share))])
            for event in try rows.events() { events[event.partition, default: []].append(event) }
            for page in unread { window.keep(events[Int(page.partition)] ?? [], of: Int(page.partition)) }
        }
        let pages = try after.map { partition, position in
            let page = FollowedPage(
                partition: Int(partition), after: position, events: events[Int(partition)] ?? [])
            // The head is beyond the checkpoint, so the next event is there: else the log is damaged, and whoever went
            // on would miss something.
            guard page.events.first?.position == position + 1, page.events.last?.position == page.last else {
                throw EventLogError.unreadable(
                    "the events of partition \(partition) do not go on at position \(position + 1)")
            }
            return page
        }
        behind -= pages.reduce(0) { $0 + Int64($1.events.count) }
        return (pages, after.count < count || pages.contains { $0.events.count == share }, behind)
    }

    private static let moveTo: PostgresStatement = """
        UPDATE treue.checkpoint SET position = page.last
          FROM unnest($2::int[], $3::bigint[], $4::bigint[]) AS page (partition, after, last)
         WHERE checkpoint.projection = $1 AND checkpoint.partition = page.partition
           AND checkpoint.partition = ANY ($2) AND checkpoint.position = page.after
        """
    private static let resolve: PostgresStatement = """
        UPDATE treue.follower_fault SET state = 'resolved', last_at = $4
          FROM unnest($2::int[], $3::bigint[]) AS page (partition, position)
         WHERE follower_fault.projection = $1 AND follower_fault.partition = page.partition
           AND follower_fault.partition = ANY ($2) AND follower_fault.position <= page.position
           AND follower_fault.state = 'retry'
        """

    /// Moves the checkpoints behind pages, and closes what an attempt has mended. Until the transaction ends nobody else can
    /// move them.
    ///
    /// - Throws: ``CheckpointMoved`` when they are not where the pages begin.
    func move(
        _ spans: [FollowedSpan], of name: String, atMicros: Int64, on lease: PostgresLease
    ) async throws {
        let partitions = PostgresValue.int4Array(spans.map { Int32(truncatingIfNeeded: $0.partition) })
        let ends = PostgresValue.int8Array(spans.map(\.last))
        let moved = try await lease.query(
            Self.moveTo, [.text(name), partitions, .int8Array(spans.map(\.after)), ends])
        guard moved.affected == spans.count else { throw CheckpointMoved() }
        _ = try await lease.query(Self.resolve, [.text(name), partitions, ends, .timestamptz(atMicros)])
    }

    /// Stops a partition before an event.
    func stop(
        _ name: String, at event: RecordedEvent, error: String, atMicros: Int64, on connection: some PostgresQuerying
    ) async throws(PostgresError) {
        _ = try await connection.query(
            """
            INSERT INTO treue.follower_fault (first_at, last_at, position, partition, attempts, stream_id, projection,
                                              type, state, error)
            VALUES ($1, $1, $2, $3, 1, $4, $5, $6, 'stopped', $7)
                ON CONFLICT (partition, projection, position) DO UPDATE
               SET last_at = excluded.last_at, attempts = follower_fault.attempts + 1, state = 'stopped',
                   error = excluded.error
            """,
            [
                .timestamptz(atMicros), .int8(event.position), .int4(Int32(truncatingIfNeeded: event.partition)),
                .uuid(event.stream), .text(name), .text(event.type), .text(error),
            ])
    }

    func isStopped(
        _ name: String, partition: Int, on connection: some PostgresQuerying
    ) async throws(PostgresError) -> Bool {
        let rows = try await connection.query(
            """
            SELECT FROM treue.follower_fault WHERE projection = $1 AND partition = $2 AND state = 'stopped' LIMIT 1
            """, [.text(name), .int4(Int32(truncatingIfNeeded: partition))])
        return !rows.isEmpty
    }
}
