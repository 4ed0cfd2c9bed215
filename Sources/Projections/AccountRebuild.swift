import EventLog
import Foundation
import Loyalty
import Postgres
import Wire

/// What a rebuild did.
public struct AccountRebuilt: Sendable {
    public var events: Int64
    public var members: Int64
}

/// A rebuild that could not be carried out.
public enum RebuildFault: Error, Sendable, CustomStringConvertible {
    /// Another process is rebuilding at this moment.
    case underway
    /// The new table is ready, but somebody reads the old one without end.
    case accountInUse

    public var description: String {
        switch self {
        case .underway: "another rebuild of account is under way; wait for it to end"
        case .accountInUse:
            "the table treue.account stayed in use by a long transaction (a dump or a report); end it and run the "
                + "rebuild again: it goes on where it was"
        }
    }
}

extension AccountProjection {
    /// Folds the log into a table beside `account`, catches up with what was appended meanwhile, and swaps the two in an
    /// instant in which no append goes on. Reads keep answering from the old one until then. Cut off, it goes on where
    /// it was; the table that was replaced stays as `account_previous` until the next rebuild.
    ///
    /// - Throws: ``RebuildFault``, ``FoldFault``, `PostgresError`.
    public func rebuild(progress: @escaping @Sendable (Progress) async -> Void = { _ in }) async throws
        -> AccountRebuilt
    {
        let total = try await total()
        return try await client.withLease { lease in
            guard try await lease.query("SELECT pg_try_advisory_lock($1)", [.int8(lockID)]).first?.bool(0) == true
            else {
                throw RebuildFault.underway
            }
            let result: Result<AccountRebuilt, any Error>
            do {
                result = .success(try await rebuild(on: lease, total: total, progress: progress))
            } catch {
                result = .failure(error)
            }
            // A task of its own: a cancelled one could not ask for it, and the connection lives on in the pool.
            await Task { _ = try? await lease.query("SELECT pg_advisory_unlock($1)", [.int8(lockID)]) }.value
            return try result.get()
        }
    }

    /// "treue" and a number: who holds this advisory lock is rebuilding `account`.
    private var lockID: Int64 { 0x7472_6575_6500_0002 }
    /// Under this name the checkpoints of the table being built are kept.
    private static let checkpoint = "account_next"
    /// Fewer events behind than this, and the rest is caught up under the lock.
    private static let nearlyThere: Int64 = 500

    private func rebuild(
        on lease: PostgresLease, total: Int64, progress: @escaping @Sendable (Progress) async -> Void
    ) async throws -> AccountRebuilt {
        _ = try await lease.query("SELECT treue.account_rebuild_begin()", [])
        var positions = try await checkpoints(on: lease)
        try await foldRest(positions, on: lease, total: total, progress: progress)
        positions = try await checkpoints(on: lease)
        // Each round is shorter than the one before, because it only has what came during that one.
        for _ in 0..<10 where try await behind(positions, on: lease) >= AccountProjection.nearlyThere {
            try await lease.transaction { try await catchUp(&positions, on: lease) }
        }
        for _ in 0..<AccountProjection.mostSwaps {
            do {
                return try await swap(from: positions, on: lease)
            } catch let error as PostgresError where error.sqlState == "55P03" {
                try await Task.sleep(for: AccountProjection.pause)
            }
        }
        throw RebuildFault.accountInUse
    }

    /// Folds the partitions that have no checkpoint yet; each is on disk with its own.
    private func foldRest(
        _ positions: [Int: Int64], on lease: PostgresLease, total: Int64,
        progress: @escaping @Sendable (Progress) async -> Void
    ) async throws {
        let counter = FoldCounter(done: positions.values.reduce(0, +), total: total)
        let missing = (0..<log.partitions).filter { positions[$0] == nil }
        // On the connection with the lock, too: when that is lost, so is the right to go on.
        try await PartitionWorkers(client: client).forEach(missing, using: lease) { partition, lease in
            try await lease.transaction {
                let fold = try await fold(partition, on: lease) { await progress(counter.add($0)) }
                try await write(fold, partition, on: lease)
            }
        }
    }

    /// How often the swap is tried while somebody reads the old table, and the pause between two tries.
    private static let mostSwaps = 60
    private static let pause = Duration.milliseconds(500)

    /// Catches up while no append goes on, and swaps. Nobody may write meanwhile, so it waits for the old table's
    /// readers no longer than a moment: SQLSTATE 55P03 says that it has to be tried again.
    private func swap(from checkpoints: [Int: Int64], on lease: PostgresLease) async throws -> AccountRebuilt {
        var positions = checkpoints
        return try await lease.transaction {
            try await lease.execute("SET LOCAL lock_timeout = '1s'")
            _ = try await lease.query("SELECT partition FROM treue.head ORDER BY partition FOR UPDATE", [])
            try await catchUp(&positions, on: lease)
            let members = try await lease.query("SELECT treue.account_rebuild_swap()", []).first?.int8(0) ?? 0
            return AccountRebuilt(events: positions.values.reduce(0, +), members: members)
        }
    }

    private func checkpoints(on lease: PostgresLease) async throws -> [Int: Int64] {
        var positions: [Int: Int64] = [:]
        let rows = try await lease.query(
            "SELECT partition, position FROM treue.checkpoint WHERE projection = $1",
            [.text(AccountProjection.checkpoint)])
        for row in rows { positions[Int(try row.int4(0))] = try row.int8(1) }
        return positions
    }

    private func behind(_ positions: [Int: Int64], on lease: PostgresLease) async throws -> Int64 {
        try await log.heads(on: lease).reduce(0) { $0 + $1.position - (positions[$1.partition] ?? 0) }
    }

    /// Folds what came since the checkpoints.
    private func catchUp(_ positions: inout [Int: Int64], on lease: PostgresLease) async throws {
        for head in try await log.heads(on: lease) {
            var position = positions[head.partition] ?? 0
            while position < head.position {
                let batch = try await log.read(partition: head.partition, after: position, limit: 1_000, on: lease)
                guard !batch.isEmpty else { break }
                var fold = AccountFold(from: try await folded(batch, on: lease), position: position)
                try fold.fold(batch)
                try await write(fold, head.partition, on: lease)
                position = fold.position
            }
            positions[head.partition] = position
        }
    }

    /// The members of these events as the new table has them.
    private func folded(_ batch: [RecordedEvent], on lease: PostgresLease) async throws -> [UUID: AccountFold.Folded] {
        var members: [UUID: AccountFold.Folded] = [:]
        let streams = Array(Set(batch.map(\.stream)))
        let rows = try await lease.query(
            """
            SELECT member_id, version, state, updated_at FROM treue.account_next
             WHERE partition = $1 AND member_id = ANY ($2)
            """, [.int4(Int32(truncatingIfNeeded: batch[0].partition)), .uuidArray(streams)])
        for row in rows {
            members[try row.uuid(0)] = AccountFold.Folded(
                version: try row.int8(1), state: try StateCodec.decode(try row.bytes(2)),
                recordedAtMicros: try row.timestamptz(3))
        }
        return members
    }

    /// Writes folded members and how far they are folded, in the transaction that the lease is in.
    private func write(_ fold: AccountFold, _ partition: Int, on lease: PostgresLease) async throws {
        let partitionValue = PostgresValue.int4(Int32(truncatingIfNeeded: partition))
        var rest = Array(fold.members)[...]
        while !rest.isEmpty {
            let chunk = rest.prefix(1_000)
            rest = rest.dropFirst(1_000)
            _ = try await lease.query(
                """
                INSERT INTO treue.account_next (partition, member_id, version, state, updated_at)
                SELECT $1, n.* FROM unnest($2::uuid[], $3::bigint[], $4::bytea[], $5::timestamptz[])
                       AS n (member_id, version, state, updated_at)
                    ON CONFLICT (partition, member_id) DO UPDATE
                   SET version = excluded.version, state = excluded.state, updated_at = excluded.updated_at
                """,
                [
                    partitionValue, .uuidArray(chunk.map(\.key)), .int8Array(chunk.map(\.value.version)),
                    .byteaArray(chunk.map { StateCodec.encode($0.value.state) }),
                    .timestamptzArray(chunk.map(\.value.recordedAtMicros)),
                ])
        }
        _ = try await lease.query(
            """
            INSERT INTO treue.checkpoint (projection, partition, position) VALUES ($1, $2, $3)
                ON CONFLICT (partition, projection) DO UPDATE SET position = excluded.position
            """, [.text(AccountProjection.checkpoint), partitionValue, .int8(fold.position)])
    }
}
