import Crypto
import Foundation

/// The digest of an event: SHA-256 over every column but position and hash, in a fixed order, each with its length
/// before it (four bytes, big-endian; `ffffffff` for NULL), after a word that names the encoding. Numbers are
/// big-endian, times microseconds since 1970-01-01 UTC. `schema/postgres/functions/event_digest.sql` says the same.
///
/// A value to reuse: it keeps its buffer from one event to the next.
struct EventDigest {
    private static let name = Array("treue.event.1".utf8)
    private var bytes: [UInt8] = []

    init() {
        bytes.reserveCapacity(2048)
    }

    /// The columns that all events of an append share.
    struct Place {
        var partition: Int
        var streamType: String
        var stream: UUID
        var recordedAtMicros: Int64
    }

    mutating func digest(_ event: NewEvent, version: Int64, in place: Place) -> [UInt8] {
        bytes.removeAll(keepingCapacity: true)
        bytes.append(contentsOf: Self.name)
        add(UInt32(truncatingIfNeeded: place.partition))
        add(place.streamType)
        withUnsafeBytes(of: place.stream.uuid) { add($0) }
        add(UInt64(bitPattern: version))
        add(event.type)
        add(UInt64(bitPattern: event.occurredAtMicros))
        add(UInt64(bitPattern: place.recordedAtMicros))
        add(event.key)
        add(event.contentHash)
        add(event.subject)
        add(event.data)
        add(event.metadata)
        return Array(SHA256.hash(data: bytes))
    }

    mutating func digest(_ event: RecordedEvent) -> [UInt8] {
        let place = Place(
            partition: event.partition, streamType: event.streamType, stream: event.stream,
            recordedAtMicros: event.recordedAtMicros)
        let content = NewEvent(
            type: event.type, occurredAtMicros: event.occurredAtMicros, key: event.key,
            contentHash: event.contentHash, subject: event.subject, data: event.data, metadata: event.metadata)
        return digest(content, version: event.version, in: place)
    }

    private mutating func add(_ number: some FixedWidthInteger) {
        withUnsafeBytes(of: number.bigEndian) { add($0) }
    }

    private mutating func add(_ text: String) {
        var text = text
        text.withUTF8 { add(UnsafeRawBufferPointer($0)) }
    }

    private mutating func add(_ field: [UInt8]?) {
        guard let field else {
            length(.max)
            return
        }
        field.withUnsafeBytes { add($0) }
    }

    private mutating func add(_ field: UnsafeRawBufferPointer) {
        length(UInt32(truncatingIfNeeded: field.count))
        bytes.append(contentsOf: field)
    }

    private mutating func length(_ count: UInt32) {
        withUnsafeBytes(of: count.bigEndian) { bytes.append(contentsOf: $0) }
    }
}

/// One partition's hash chain.
enum HashChain {
    /// What the first event of a partition is chained to.
    static func beginning(of partition: Int, in log: UUID) -> [UInt8] {
        var hash = SHA256()
        withUnsafeBytes(of: log.uuid) { hash.update(bufferPointer: $0) }
        withUnsafeBytes(of: UInt32(truncatingIfNeeded: partition).bigEndian) { hash.update(bufferPointer: $0) }
        return Array(hash.finalize())
    }

    /// The hash of the event at `position`.
    static func link(after previous: [UInt8], position: Int64, digest: [UInt8]) -> [UInt8] {
        var hash = SHA256()
        hash.update(data: previous)
        withUnsafeBytes(of: position.bigEndian) { hash.update(bufferPointer: $0) }
        hash.update(data: digest)
        return Array(hash.finalize())
    }
}
