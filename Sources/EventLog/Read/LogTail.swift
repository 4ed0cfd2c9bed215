public import Postgres

/// Reads what is appended from some moment on, without checkpoints: for looking, not for building upon.
public struct LogTail: Sendable {
    private let log: EventLog
    /// The last position read, by partition.
    private var positions: [Int: Int64]

    /// Begins behind these heads.
    public init(log: EventLog, after heads: [LogHead]) {
        self.log = log
        positions = Dictionary(heads.map { ($0.partition, $0.position) }) { first, _ in first }
    }

    private static let eventsAfter = PostgresStatement(
        """
        SELECT next.* FROM unnest($1::int[], $2::bigint[]) AS page (partition, position)
         CROSS JOIN LATERAL (
               SELECT \(RecordedEvent.columns) FROM treue.event
                WHERE partition = page.partition AND position > page.position
                ORDER BY position LIMIT $3) AS next
        """)

    /// The next events, in the order recorded; empty when there are none.
    ///
    /// - Parameter limit: of one partition.
    public mutating func next(
        limit: Int = 100, on connection: some PostgresQuerying
    ) async throws(PostgresError) -> [RecordedEvent] {
        let behind = try await log.heads(on: connection).filter { $0.position > positions[$0.partition] ?? 0 }
        guard !behind.isEmpty else { return [] }
        let events = try await connection.query(
            Self.eventsAfter,
            [
                .int4Array(behind.map { Int32(truncatingIfNeeded: $0.partition) }),
                .int8Array(behind.map { positions[$0.partition] ?? 0 }), .int8(Int64(limit)),
            ]
        ).events()
        for event in events { positions[event.partition] = max(positions[event.partition] ?? 0, event.position) }
        return events.inOrderRecorded
    }

    private static let lastOfEach = PostgresStatement(
        """
        SELECT last.* FROM unnest($1::int[], $2::bigint[]) AS head (partition, position)
         CROSS JOIN LATERAL (
               SELECT \(RecordedEvent.columns) FROM treue.event
                WHERE partition = head.partition AND position <= head.position
                ORDER BY position DESC LIMIT $3) AS last
        """)

    /// The last events before the heads, in the order recorded.
    public static func last(
        _ count: Int, of log: EventLog, before heads: [LogHead], on connection: some PostgresQuerying
    ) async throws(PostgresError) -> [RecordedEvent] {
        let events = try await connection.query(
            lastOfEach,
            [
                .int4Array(heads.map { Int32(truncatingIfNeeded: $0.partition) }), .int8Array(heads.map(\.position)),
                .int8(Int64(count)),
            ]
        ).events()
        return events.inOrderRecorded.suffix(count)
    }
}

extension [RecordedEvent] {
    fileprivate var inOrderRecorded: [RecordedEvent] {
        sorted { ($0.recordedAtMicros, $0.partition, $0.position) < ($1.recordedAtMicros, $1.partition, $1.position) }
    }
}
