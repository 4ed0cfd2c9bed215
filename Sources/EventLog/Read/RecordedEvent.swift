public import Foundation
import Postgres
import Synchronization

/// An event as it stands in the log. A class, because it has many parts, never changes and goes through many hands.
public final class RecordedEvent: Sendable {
    public let partition: Int
    /// Dense within the partition, from 1.
    public let position: Int64
    public let streamType: String
    public let stream: UUID
    /// Dense within the stream, from 1.
    public let version: Int64
    public let type: String
    /// Business time, microseconds since 1970-01-01 UTC.
    public let occurredAtMicros: Int64
    /// Record time, microseconds since 1970-01-01 UTC.
    public let recordedAtMicros: Int64
    public let key: [UInt8]?
    public let contentHash: [UInt8]?
    public let subject: [UInt8]?
    /// JSON, byte for byte as it was appended.
    public let data: [UInt8]
    /// JSON, byte for byte as it was appended.
    public let metadata: [UInt8]?
    /// The link of the partition's chain; empty where the event was not read but handed on by whoever appended it.
    public let hash: [UInt8]
    /// What somebody has made of it: an object, because what is asked for so often is cheap to know again.
    private let note = Mutex<(any AnyObject & Sendable)?>(nil)

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

    /// What `make` makes of the event, made once for all who ask for it: followers read the same events one after the other.
    public func noted<Note: AnyObject & Sendable>(_ make: () throws -> Note) rethrows -> Note {
        if let known = note.withLock({ $0 }) as? Note { return known }
        let made = try make()
        note(made)
        return made
    }

    /// Says beforehand what ``noted(_:)`` answers.
    public func note(_ made: some AnyObject & Sendable) { note.withLock { $0 = made } }

    convenience init(_ row: PostgresRow) throws(PostgresError) {
        self.init(
            partition: Int(try row.int4(0)), position: try row.int8(1), streamType: try row.text(2),
            stream: try row.uuid(3), version: try row.int8(4), type: try row.text(5),
            occurredAtMicros: try row.timestamptz(6), recordedAtMicros: try row.timestamptz(7),
            key: try row.optionalBytes(8), contentHash: try row.optionalBytes(9), subject: try row.optionalBytes(10),
            data: try row.bytes(11), metadata: try row.optionalBytes(12), hash: try row.bytes(13))
    }

    /// From a COPY of ``columns``.
    convenience init(_ row: CopiedRow) throws(EventLogError) {
        self.init(
            partition: Int(try row.int4(0)), position: try row.int8(1), streamType: try row.text(2),
            stream: try row.uuid(3), version: try row.int8(4), type: try row.text(5),
            occurredAtMicros: try row.timestamptz(6), recordedAtMicros: try row.timestamptz(7),
            key: row.optionalBytes(8), contentHash: row.optionalBytes(9), subject: row.optionalBytes(10),
            data: try row.bytes(11), metadata: row.optionalBytes(12), hash: try row.bytes(13))
    }
}

extension RecordedEvent: Equatable {
    public static func == (one: RecordedEvent, other: RecordedEvent) -> Bool {
        (one.partition, one.position, one.version, one.stream)
            == (other.partition, other.position, other.version, other.stream)
            && (one.streamType, one.type, one.data, one.metadata)
                == (other.streamType, other.type, other.data, other.metadata)
            && (one.occurredAtMicros, one.recordedAtMicros) == (other.occurredAtMicros, other.recordedAtMicros)
            && (one.key, one.contentHash, one.subject, one.hash)
                == (other.key, other.contentHash, other.subject, other.hash)
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
