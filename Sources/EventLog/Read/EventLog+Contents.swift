public import Foundation
public import Postgres

/// A stream and how long it is.
public struct StreamLength: Hashable, Sendable {
    public var stream: UUID
    /// Version of its last event.
    public var version: Int64

    public init(stream: UUID, version: Int64) { (self.stream, self.version) = (stream, version) }
}

extension EventLog {
    private static let lengths = PostgresStatement(
        """
        SELECT member_id, version FROM treue.account
         WHERE partition = $1 AND member_id > $2 ORDER BY member_id LIMIT $3
        """)

    /// Members of a partition in the order of their ids, and how long their streams are.
    public func members(
        of partition: Int, after member: UUID, limit: Int, on connection: some PostgresQuerying
    ) async throws(PostgresError) -> [StreamLength] {
        let rows = try await connection.query(
            Self.lengths,
            [.int4(Int32(truncatingIfNeeded: partition)), .uuid(member), .int8(Int64(limit))])
        var lengths: [StreamLength] = []
        for row in rows { lengths.append(StreamLength(stream: try row.uuid(0), version: try row.int8(1))) }
        return lengths
    }

    private static let contents = PostgresStatement(
        """
        SELECT found.* FROM unnest($2::uuid[]) AS wanted (stream_id)
         CROSS JOIN LATERAL (
               SELECT \(CopiedColumns.content.sql) FROM treue.event
                WHERE partition = $1 AND stream_id = wanted.stream_id AND version > $3 AND position <= $4
                ORDER BY version LIMIT $5) AS found
        """)

    /// What folds need of some streams of one partition: each stream's events oldest first.
    ///
    /// - Parameters:
    ///   - version: events behind this version of each stream.
    ///   - position: no event behind this position of the partition.
    ///   - limit: of each stream.
    public func contents(
        of streams: [UUID], in partition: Int, after version: Int64 = 0, upTo position: Int64, limit: Int,
        on connection: some PostgresQuerying
    ) async throws(PostgresError) -> [UUID: [RecordedEvent]] {
        let rows = try await connection.query(
            Self.contents,
            [
                .int4(Int32(truncatingIfNeeded: partition)), .uuidArray(streams), .int8(version), .int8(position),
                .int8(Int64(limit)),
            ])
        var found: [UUID: [RecordedEvent]] = [:]
        for event in try rows.events() { found[event.stream, default: []].append(event) }
        return found
    }
}
