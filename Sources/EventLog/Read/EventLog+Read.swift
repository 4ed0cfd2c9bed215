public import Foundation
public import Postgres

/// The end of one partition.
public struct LogHead: Sendable, Equatable {
    public let partition: Int
    /// Position of the last event; 0 when there is none.
    public let position: Int64
    /// The chain's last link.
    public let hash: [UInt8]

    public init(partition: Int, position: Int64, hash: [UInt8]) {
        self.partition = partition
        self.position = position
        self.hash = hash
    }
}

extension EventLog {
    private static let streamForward = PostgresStatement(
        """
        SELECT \(RecordedEvent.columns) FROM treue.event
         WHERE partition = $1 AND stream_id = $2 AND version > $3 ORDER BY version LIMIT $4
        """)
    private static let streamBackward = PostgresStatement(
        """
        SELECT \(RecordedEvent.columns) FROM treue.event
         WHERE partition = $1 AND stream_id = $2 AND version < $3 ORDER BY version DESC LIMIT $4
        """)
    private static let partitionForward = PostgresStatement(
        """
        SELECT \(RecordedEvent.columns) FROM treue.event
         WHERE partition = $1 AND position > $2 ORDER BY position LIMIT $3
        """)
    // LIMIT 1 keeps the lookup a loop of index probes, whatever the planner believes about the tables.
    private static let byKeys = PostgresStatement(
        """
        SELECT found.* FROM unnest($1::bytea[]) AS wanted (key)
         CROSS JOIN LATERAL (
               SELECT \(RecordedEvent.columns) FROM treue.event WHERE key = wanted.key LIMIT 1) AS found
        """)

    /// A stream's events, oldest first.
    public func events(
        of stream: UUID, after version: Int64 = 0, limit: Int, on connection: some PostgresQuerying
    ) async throws(PostgresError) -> [RecordedEvent] {
        let parameters = place(of: stream) + [.int8(version), .int8(Int64(limit))]
        return try await connection.query(Self.streamForward, parameters).events()
    }

    /// A stream's events, newest first.
    public func events(
        of stream: UUID, before version: Int64, limit: Int, on connection: some PostgresQuerying
    ) async throws(PostgresError) -> [RecordedEvent] {
        let parameters = place(of: stream) + [.int8(version), .int8(Int64(limit))]
        return try await connection.query(Self.streamBackward, parameters).events()
    }

    /// The events that bear these keys. A key that was never used is missing from the answer.
    public func events(
        byKeys keys: [[UInt8]], on connection: some PostgresQuerying
    ) async throws(PostgresError) -> [[UInt8]: RecordedEvent] {
        guard !keys.isEmpty else {
            return [:]
        }
        let found = try await connection.query(Self.byKeys, [.byteaArray(keys)]).events()
        var byKey: [[UInt8]: RecordedEvent] = [:]
        for event in found {
            if let key = event.key {
                byKey[key] = event
            }
        }
        return byKey
    }

    /// A partition's events in order: what a follower reads.
    public func read(
        partition: Int, after position: Int64, limit: Int, on connection: some PostgresQuerying
    ) async throws(PostgresError) -> [RecordedEvent] {
        let parameters: [PostgresValue] = [
            .int4(Int32(truncatingIfNeeded: partition)), .int8(position), .int8(Int64(limit)),
        ]
        return try await connection.query(Self.partitionForward, parameters).events()
    }

    /// The ends of all partitions, by partition.
    public func heads(on connection: some PostgresQuerying) async throws(PostgresError) -> [LogHead] {
        let rows = try await connection.query(
            "SELECT partition, position, hash FROM treue.head ORDER BY partition", [])
        var heads: [LogHead] = []
        for row in rows {
            heads.append(
                LogHead(partition: Int(try row.int4(0)), position: try row.int8(1), hash: try row.bytes(2)))
        }
        return heads
    }

    private func place(of stream: UUID) -> [PostgresValue] {
        [.int4(Int32(truncatingIfNeeded: partition(of: stream))), .uuid(stream)]
    }
}
