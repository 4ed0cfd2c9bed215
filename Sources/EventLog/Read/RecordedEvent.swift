public import Foundation
import Postgres

/// An event as it stands in the log.
public struct RecordedEvent: Sendable, Equatable {
    public var partition: Int
    /// Dense within the partition, from 1.
    public var position: Int64
    public var streamType: String
    public var stream: UUID
    /// Dense within the stream, from 1.
    public var version: Int64
    public var type: String
    /// Business time, microseconds since 1970-01-01 UTC.
    public var occurredAtMicros: Int64
    /// Record time, microseconds since 1970-01-01 UTC.
    public var recordedAtMicros: Int64
    public var key: [UInt8]?
    public var contentHash: [UInt8]?
    public var subject: [UInt8]?
    /// JSON, byte for byte as it was appended.
    public var data: [UInt8]
    /// JSON, byte for byte as it was appended.
    public var metadata: [UInt8]?
    /// The link of the partition's chain.
    public var hash: [UInt8]

    public init(
        partition: Int, position: Int64, streamType: String, stream: UUID, version: Int64, type: String,
        occurredAtMicros: Int64, recordedAtMicros: Int64, key: [UInt8]? = nil, contentHash: [UInt8]? = nil,
        subject: [UInt8]? = nil, data: [UInt8], metadata: [UInt8]? = nil, hash: [UInt8] = []
    ) {
        self.partition = partition
        self.position = position
        self.streamType = streamType
        self.stream = stream
        self.version = version
        self.type = type
        self.occurredAtMicros = occurredAtMicros
        self.recordedAtMicros = recordedAtMicros
        self.key = key
        self.contentHash = contentHash
        self.subject = subject
        self.data = data
        self.metadata = metadata
        self.hash = hash
    }

    /// In the order of ``init(_:)``.
    static let columns = """
        partition, position, stream_type, stream_id, version, type, occurred_at, recorded_at, \
        key, content_hash, subject, data, metadata, hash
        """

    init(_ row: PostgresRow) throws(PostgresError) {
        partition = Int(try row.int4(0))
        position = try row.int8(1)
        streamType = try row.text(2)
        stream = try row.uuid(3)
        version = try row.int8(4)
        type = try row.text(5)
        occurredAtMicros = try row.timestamptz(6)
        recordedAtMicros = try row.timestamptz(7)
        key = try row.optionalBytes(8)
        contentHash = try row.optionalBytes(9)
        subject = try row.optionalBytes(10)
        data = try row.bytes(11)
        metadata = try row.optionalBytes(12)
        hash = try row.bytes(13)
    }
}

extension PostgresRows {
    func events() throws(PostgresError) -> [RecordedEvent] {
        var events: [RecordedEvent] = []
        events.reserveCapacity(count)
        for row in self {
            events.append(try RecordedEvent(row))
        }
        return events
    }
}
