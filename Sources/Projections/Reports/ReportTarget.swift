import EventLog
import Foundation
import Loyalty
import Postgres

/// Where one generation of a report's rows is kept.
struct ReportTarget<Fold: ReportFold>: FoldTarget {
    let report: Fold
    let generation: Int64
    /// Under this name the generation's checkpoints are kept.
    let checkpoint: String

    var projection: String { Fold.name }
    var noSums: ReportSums { ReportSums() }
    private var names: [PostgresValue] { [.text(Fold.name), .int8(generation)] }

    func load(_ members: [UUID], in partition: Int, on lease: PostgresLease) async throws -> [UUID: Fold.Memo] {
        let partitions = Dictionary(members.map { ($0, partition) }) { first, _ in first }
        return try await load(partitions, on: lease).mapValues { try report.decode($0) }
    }

    /// What is remembered of members of any partitions, encoded.
    ///
    /// - Parameter members: each with the partition.
    func load(_ members: [UUID: Int], on lease: PostgresLease) async throws -> [UUID: [UInt8]] {
        guard Fold.remembers, !members.isEmpty else { return [:] }
        var memos: [UUID: [UInt8]] = [:]
        let rows = try await lease.query(
            """
            SELECT found.* FROM unnest($3::int[], $4::uuid[]) AS wanted (partition, member_id)
             CROSS JOIN LATERAL (
                   SELECT member_id, memo FROM treue.report_member
                    WHERE partition = wanted.partition AND projection = $1 AND generation = $2
                      AND member_id = wanted.member_id LIMIT 1) AS found
            """,
            names + [
                .int4Array(members.values.map { Int32(truncatingIfNeeded: $0) }), .uuidArray(Array(members.keys)),
            ])
        for row in rows { memos[try row.uuid(0)] = try row.bytes(1) }
        return memos
    }

    func fold(_ event: RecordedEvent, _ memo: inout Fold.Memo?, _ sums: inout ReportSums) throws {
        try report.fold(try DatedEvent(event), of: event.stream, &memo, &sums)
    }

    func write(
        _ memos: [UUID: Fold.Memo], new: Set<UUID>, _ sums: ReportSums, in partition: Int, on lease: PostgresLease
    ) async throws {
        try await write([partition: ReportShare(memos: memos.mapValues { report.encode($0) }, sums: sums)], on: lease)
    }

    /// Writes the shares of any partitions, each kind of row with one statement a thousand. Rows that are there are updated,
    /// which writes less to the WAL than an upsert that always meets its row: that one locks it first. They are found by a
    /// probe each, as in `treue.append`; the connection must plan by indexes, too, or the join by place reads the table.
    func write(_ shares: [Int: ReportShare], on lease: PostgresLease) async throws {
        func rows<Row>(_ of: (ReportShare) -> [Row]) -> [(partition: Int32, row: Row)] {
            shares.flatMap { partition, share in of(share).map { (Int32(truncatingIfNeeded: partition), $0) } }
        }
        try await writeMemos(rows { Array($0.memos) }, on: lease)
        try await writeCells(rows { Array($0.sums.cells) }, on: lease)
        try await writeMonths(rows { Array($0.sums.months) }, on: lease)
    }

    private func writeMemos(
        _ memos: [(partition: Int32, row: (key: UUID, value: [UInt8]))], on lease: PostgresLease
    ) async throws {
        guard Fold.remembers else { return }
        for chunk in memos.chunks {
            _ = try await lease.query(
                """
                WITH given AS MATERIALIZED (
                    SELECT n.*, (SELECT ctid FROM treue.report_member AS row
                                  WHERE row.partition = n.partition AND row.projection = $1 AND row.generation = $2
                                    AND row.member_id = n.member_id) AS place
                      FROM unnest($3::int[], $4::uuid[], $5::bytea[]) AS n (partition, member_id, memo)
                ), moved AS (
                    UPDATE treue.report_member AS row SET memo = given.memo FROM given WHERE row.ctid = given.place)
                INSERT INTO treue.report_member (projection, generation, partition, member_id, memo)
                SELECT $1, $2, partition, member_id, memo FROM given WHERE place IS NULL
                    ON CONFLICT (partition, projection, generation, member_id) DO UPDATE SET memo = excluded.memo
                """,
                names + [
                    .int4Array(chunk.map(\.partition)), .uuidArray(chunk.map(\.row.key)),
                    .byteaArray(chunk.map(\.row.value)),
                ])
        }
    }

    private func writeCells(
        _ cells: [(partition: Int32, row: (key: ReportSums.Cell, value: Int64))], on lease: PostgresLease
    ) async throws {
        for chunk in cells.chunks {
            _ = try await lease.query(
                """
                WITH given AS MATERIALIZED (
                    SELECT n.*, (SELECT ctid FROM treue.report_cell AS row
                                  WHERE row.partition = n.partition AND row.projection = $1 AND row.generation = $2
                                    AND row.measure = n.measure AND row.day = n.day::date AND row.key_a = n.a
                                    AND row.key_b = n.b) AS place
                      FROM unnest($3::int[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[])
                           AS n (partition, measure, day, a, b, value)
                ), moved AS (
                    UPDATE treue.report_cell AS row SET value = row.value + given.value FROM given
                     WHERE row.ctid = given.place)
                INSERT INTO treue.report_cell (projection, generation, partition, measure, day, key_a, key_b, value)
                SELECT $1, $2, partition, measure, day::date, a, b, value FROM given WHERE place IS NULL
                    ON CONFLICT (partition, projection, generation, measure, day, key_a, key_b)
                    DO UPDATE SET value = report_cell.value + excluded.value
                """,
                names + [
                    .int4Array(chunk.map(\.partition)), .textArray(chunk.map(\.row.key.measure)),
                    .textArray(chunk.map(\.row.key.day.description)), .textArray(chunk.map(\.row.key.a)),
                    .textArray(chunk.map(\.row.key.b)), .int8Array(chunk.map(\.row.value)),
                ])
        }
    }

    /// The order makes the probe use the one index that has it, and not the one by months.
    private func writeMonths(
        _ months: [(partition: Int32, row: (key: ReportSums.Month, value: ReportSums.Activity))],
        on lease: PostgresLease
    ) async throws {
        for chunk in months.chunks {
            _ = try await lease.query(
                """
                WITH given AS MATERIALIZED (
                    SELECT n.*, (SELECT CASE WHEN month = n.month::date AND currency = n.currency THEN place END
                                   FROM (SELECT ctid AS place, month, currency FROM treue.report_month AS row
                                          WHERE row.partition = n.partition AND row.generation = $1
                                            AND row.member_id = n.member
                                            AND (row.month, row.currency) >= (n.month::date, n.currency)
                                          ORDER BY row.month, row.currency LIMIT 1) AS next) AS place
                      FROM unnest($2::int[], $3::uuid[], $4::text[], $5::text[], $6::bigint[], $7::bigint[], $8::bigint[],
                                  $9::int[])
                           AS n (partition, member, month, currency, purchases, returns, amount, days)
                ), moved AS (
                    UPDATE treue.report_month AS row
                       SET purchases = row.purchases + given.purchases, returns = row.returns + given.returns,
                           amount = row.amount + given.amount, days = row.days | given.days
                      FROM given WHERE row.ctid = given.place)
                INSERT INTO treue.report_month (generation, partition, member_id, month, currency, purchases, returns,
                                                amount, days)
                SELECT $1, partition, member, month::date, currency, purchases, returns, amount, days FROM given
                 WHERE place IS NULL
                    ON CONFLICT (partition, generation, member_id, month, currency) DO UPDATE
                   SET purchases = report_month.purchases + excluded.purchases,
                       returns = report_month.returns + excluded.returns,
                       amount = report_month.amount + excluded.amount, days = report_month.days | excluded.days
                """,
                [
                    .int8(generation), .int4Array(chunk.map(\.partition)), .uuidArray(chunk.map(\.row.key.member)),
                    .textArray(chunk.map(\.row.key.month.description)), .textArray(chunk.map(\.row.key.currency)),
                    .int8Array(chunk.map(\.row.value.purchases)), .int8Array(chunk.map(\.row.value.returns)),
                    .int8Array(chunk.map(\.row.value.amount)), .int4Array(chunk.map(\.row.value.days)),
                ])
        }
    }
}

extension Array {
    /// Rows of one statement at most.
    fileprivate var chunks: [ArraySlice<Element>] {
        stride(from: 0, to: count, by: 1_000).map { self[$0..<Swift.min($0 + 1_000, count)] }
    }
}
