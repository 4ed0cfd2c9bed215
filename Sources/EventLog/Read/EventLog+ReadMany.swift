public import Foundation
public import Postgres

/// Some events of one stream that follow each other.
public struct StreamSpan: Hashable, Sendable {
    public var stream: UUID
    /// Events behind this version.
    public var after: Int64
    /// At most so many.
    public var count: Int

    public init(stream: UUID, after: Int64, count: Int) {
        (self.stream, self.after, self.count) = (stream, after, count)
    }
}

/// The events of one stream about one subject.
public struct StreamSubject: Hashable, Sendable {
    public var stream: UUID
    public var subject: [UInt8]

    public init(stream: UUID, subject: [UInt8]) { (self.stream, self.subject) = (stream, subject) }
}

extension EventLog {
    // The limit keeps it a loop of index probes, whatever the planner believes about the tables.
    private static let bySpans = PostgresStatement(
        """
        SELECT found.* FROM unnest($1::int[], $2::uuid[], $3::bigint[], $4::bigint[])
               AS wanted (partition, stream_id, after, count)
         CROSS JOIN LATERAL (
               SELECT \(RecordedEvent.columns) FROM treue.event
                WHERE partition = wanted.partition AND stream_id = wanted.stream_id AND version > wanted.after
                ORDER BY version LIMIT wanted.count) AS found
        """)
    // OFFSET 0 leaves the index of subjects as the only one: that of streams and versions could look as good.
    private static let bySubjects = PostgresStatement(
        """
        SELECT found.* FROM unnest($1::uuid[], $2::bytea[]) AS wanted (stream_id, subject)
         CROSS JOIN LATERAL (
               SELECT * FROM (
                      SELECT \(RecordedEvent.columns) FROM treue.event
                       WHERE treue.subject_hash(stream_id, subject)
                             = treue.subject_hash(wanted.stream_id, wanted.subject)
                         AND subject IS NOT NULL OFFSET 0) AS near
                WHERE stream_id = wanted.stream_id AND subject = wanted.subject
                ORDER BY version LIMIT 10000) AS found
        """)

    /// Parts of many streams by one query; each stream's events oldest first.
    public func events(
        in spans: some Collection<StreamSpan>, on connection: some PostgresQuerying
    ) async throws(PostgresError) -> [UUID: [RecordedEvent]] {
        guard !spans.isEmpty else { return [:] }
        let parameters: [PostgresValue] = [
            .int4Array(spans.map { partitionNumber(of: $0.stream) }), .uuidArray(spans.map(\.stream)),
            .int8Array(spans.map(\.after)), .int8Array(spans.map { Int64($0.count) }),
        ]
        return byStream(try await connection.query(Self.bySpans, parameters).events())
    }

    /// Everything about many subjects by one query; each stream's events oldest first.
    public func events(
        about subjects: some Collection<StreamSubject>, on connection: some PostgresQuerying
    ) async throws(PostgresError) -> [UUID: [RecordedEvent]] {
        guard !subjects.isEmpty else { return [:] }
        let parameters: [PostgresValue] = [
            .uuidArray(subjects.map(\.stream)), .byteaArray(subjects.map(\.subject)),
        ]
        return byStream(try await connection.query(Self.bySubjects, parameters).events())
    }

    private func partitionNumber(of stream: UUID) -> Int32 { Int32(truncatingIfNeeded: partition(of: stream)) }

    private func byStream(_ events: [RecordedEvent]) -> [UUID: [RecordedEvent]] {
        Dictionary(grouping: events, by: \.stream).mapValues { $0.sorted { $0.version < $1.version } }
    }
}
