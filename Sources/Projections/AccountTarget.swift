import EventLog
import Foundation
import Loyalty
import Postgres
import Wire

/// A table of account rows that is not `account`: the one being built, or the one that was replaced.
struct AccountTarget: FoldTarget {
    struct NoSums: Sendable {}

    /// `account_next` or `account_previous`; also the name of its checkpoints.
    let checkpoint: String
    let projection = AccountProjection.name
    let noSums = NoSums()

    static let next = AccountTarget(checkpoint: "account_next")
    static let previous = AccountTarget(checkpoint: "account_previous")

    func load(
        _ members: [UUID], in partition: Int, on lease: PostgresLease
    ) async throws -> [UUID: AccountFold.Folded] {
        var found: [UUID: AccountFold.Folded] = [:]
        let statement = PostgresStatement(
            """
            SELECT member_id, version, state, updated_at FROM treue.\(checkpoint)
             WHERE partition = $1 AND member_id = ANY ($2)
            """)
        let rows = try await lease.query(
            statement, [.int4(Int32(truncatingIfNeeded: partition)), .uuidArray(members)])
        for row in rows {
            found[try row.uuid(0)] = AccountFold.Folded(
                version: try row.int8(1), state: try StateCodec.decode(try row.bytes(2)),
                recordedAtMicros: try row.timestamptz(3))
        }
        return found
    }

    func fold(_ event: RecordedEvent, _ memo: inout AccountFold.Folded?, _ sums: inout NoSums) throws {
        try AccountFold.Folded.fold(event, try DatedEvent(event), &memo)
    }

    func write(
        _ memos: [UUID: AccountFold.Folded], new: Set<UUID>, _ sums: NoSums, in partition: Int, on lease: PostgresLease
    ) async throws {
        // In the order of the key: whoever comes next is near.
        let rows = memos.sorted { $0.key < $1.key }
        let partition = PostgresValue.int4(Int32(truncatingIfNeeded: partition))
        if !new.isEmpty {
            try await lease.copyRows(
                into: "treue.\(checkpoint) (partition, member_id, version, state, updated_at)",
                rows.lazy.filter { new.contains($0.key) }.map { member, account in
                    [
                        partition, .uuid(member), .int8(account.version), .bytea(StateCodec.encode(account.state)),
                        .timestamptz(account.recordedAtMicros),
                    ]
                })
        }
        var rest = rows.filter { !new.contains($0.key) }[...]
        while !rest.isEmpty {
            try await replace(rest.prefix(1_000), in: partition, on: lease)
            rest = rest.dropFirst(1_000)
        }
    }

    private func replace(
        _ rows: ArraySlice<(key: UUID, value: AccountFold.Folded)>, in partition: PostgresValue, on lease: PostgresLease
    ) async throws {
        let statement = PostgresStatement(
            """
            INSERT INTO treue.\(checkpoint) (partition, member_id, version, state, updated_at)
            SELECT $1, n.* FROM unnest($2::uuid[], $3::bigint[], $4::bytea[], $5::timestamptz[])
                   AS n (member_id, version, state, updated_at)
                ON CONFLICT (partition, member_id) DO UPDATE
               SET version = excluded.version, state = excluded.state, updated_at = excluded.updated_at
            """)
        _ = try await lease.query(
            statement,
            [
                partition, .uuidArray(rows.map(\.key)), .int8Array(rows.map(\.value.version)),
                .byteaArray(rows.map { StateCodec.encode($0.value.state) }),
                .timestamptzArray(rows.map(\.value.recordedAtMicros)),
            ])
    }
}
