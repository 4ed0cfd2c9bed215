import Foundation
import Postgres

/// The parameters of one call of `treue.append`: arrays, filled group by group. The groups come sorted by partition.
struct AppendCall {
    static let statement = PostgresStatement(
        """
        SELECT ordinal, status, first_position, found_partition, found_position, found_stream, found_version, \
        found_content_hash, found_key \
        FROM treue.append($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
        """, locksRows: true)

    private let recordedAtMicros: Int64
    private let accountGeneration: Int64?
    private var partitions: [Int32] = []
    private var streams: [UUID] = []
    private var streamTypes: [String?] = []
    private var expected: [Int64] = []
    private var states: [[UInt8]?] = []
    private var groups: [Int32] = []
    private var types: [String?] = []
    private var occurredAt: [Int64] = []
    private var keys: [[UInt8]?] = []
    private var contentHashes: [[UInt8]?] = []
    private var subjects: [[UInt8]?] = []
    private var subjectsNew: [Bool] = []
    private var data: [[UInt8]?] = []
    private var metadata: [[UInt8]?] = []
    private var digests: [[UInt8]?] = []
    private var memberGroups: [Int32] = []
    private var memberKeys: [[UInt8]?] = []
    private var memberProfiles: [[UInt8]?] = []
    private var digest = EventDigest()

    init(recordedAtMicros: Int64, accountGeneration: Int64? = nil) {
        self.recordedAtMicros = recordedAtMicros
        self.accountGeneration = accountGeneration
    }

    mutating func add(_ append: StreamAppend, partition: Int) {
        partitions.append(Int32(truncatingIfNeeded: partition))
        streams.append(append.stream)
        streamTypes.append(append.streamType)
        expected.append(append.expectedVersion)
        states.append(append.accountState)
        let ordinal = Int32(truncatingIfNeeded: partitions.count)
        if let member = append.member {
            memberGroups.append(ordinal)
            memberKeys.append(member.dataKey)
            memberProfiles.append(member.profile)
        }
        let place = EventDigest.Place(
            partition: partition, streamType: append.streamType, stream: append.stream,
            recordedAtMicros: recordedAtMicros)
        for (offset, event) in append.events.enumerated() {
            groups.append(ordinal)
            add(event)
            digests.append(digest.digest(event, version: append.expectedVersion + Int64(offset) + 1, in: place))
        }
    }

    private mutating func add(_ event: NewEvent) {
        types.append(event.type)
        occurredAt.append(event.occurredAtMicros)
        keys.append(event.key)
        contentHashes.append(event.contentHash)
        subjects.append(event.subject)
        subjectsNew.append(event.subjectMustBeNew)
        data.append(event.data)
        metadata.append(event.metadata)
    }

    /// `treue.append_one`: NULL when the append has to be refused.
    static let statementForOne = PostgresStatement(
        """
        SELECT treue.append_one($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, \
        $18)
        """, locksRows: true)

    /// For ``statementForOne``; nil when this call is for more than one stream.
    var parametersForOne: [PostgresValue]? {
        guard partitions.count == 1 else {
            return nil
        }
        return [
            .timestamptz(recordedAtMicros), .int4(partitions[0]), .uuid(streams[0]),
            streamTypes[0].map { .text($0) } ?? .null, .int8(expected[0]), states[0].map { .bytea($0) } ?? .null,
            .textArray(types), .timestamptzArray(occurredAt), .byteaArray(keys), .byteaArray(contentHashes),
            .byteaArray(subjects), .boolArray(subjectsNew), .jsonArray(data), .jsonArray(metadata),
            .byteaArray(digests), value(memberKeys.first), value(memberProfiles.first), generation,
        ]
    }

    private func value(_ bytes: [UInt8]??) -> PostgresValue {
        bytes.flatMap { $0 }.map { .bytea($0) } ?? .null
    }

    /// For ``statement``.
    var parameters: [PostgresValue] {
        [
            .timestamptz(recordedAtMicros), .int4Array(partitions), .uuidArray(streams), .textArray(streamTypes),
            .int8Array(expected), .byteaArray(states), .int4Array(groups), .textArray(types),
            .timestamptzArray(occurredAt), .byteaArray(keys), .byteaArray(contentHashes), .byteaArray(subjects),
            .boolArray(subjectsNew), .jsonArray(data), .jsonArray(metadata), .byteaArray(digests),
            .int4Array(memberGroups), .byteaArray(memberKeys), .byteaArray(memberProfiles), generation,
        ]
    }

    private var generation: PostgresValue { accountGeneration.map { .int8($0) } ?? .null }
}
