import EventLog
import Foundation
import Loyalty
import Postgres
import Wire

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
        guard Fold.remembers else { return [:] }
        var memos: [UUID: Fold.Memo] = [:]
        let rows = try await lease.query(
            """
            SELECT member_id, memo FROM treue.report_member
             WHERE partition = $3 AND projection = $1 AND generation = $2 AND member_id = ANY ($4)
            """, names + [.int4(Int32(truncatingIfNeeded: partition)), .uuidArray(members)])
        for row in rows { memos[try row.uuid(0)] = try report.decode(try row.bytes(1)) }
        return memos
    }

    func fold(_ event: RecordedEvent, _ memo: inout Fold.Memo?, _ sums: inout ReportSums) throws {
        let decoded = try EventCodec.decode(type: event.type, data: event.data)
        let dated = DatedEvent(at: Instant(micros: event.occurredAtMicros), decoded)
        try report.fold(dated, of: event.stream, &memo, &sums)
    }

    func write(
        _ memos: [UUID: Fold.Memo], _ sums: ReportSums, in partition: Int, on lease: PostgresLease
    ) async throws {
        let place = names + [.int4(Int32(truncatingIfNeeded: partition))]
        try await write(memos, place, on: lease)
        try await write(sums.cells, place, on: lease)
        try await write(sums.months, .int4(Int32(truncatingIfNeeded: partition)), on: lease)
    }

    private func write(_ memos: [UUID: Fold.Memo], _ place: [PostgresValue], on lease: PostgresLease) async throws {
        guard Fold.remembers else { return }
        for chunk in Array(memos).chunks {
            _ = try await lease.query(
                """
                INSERT INTO treue.report_member (projection, generation, partition, member_id, memo)
                SELECT $1, $2, $3, n.* FROM unnest($4::uuid[], $5::bytea[]) AS n (member_id, memo)
                    ON CONFLICT (partition, projection, generation, member_id) DO UPDATE SET memo = excluded.memo
                """,
                place + [.uuidArray(chunk.map(\.key)), .byteaArray(chunk.map { report.encode($0.value) })])
        }
    }

    private func write(
        _ cells: [ReportSums.Cell: Int64], _ place: [PostgresValue], on lease: PostgresLease
    ) async throws {
        for chunk in Array(cells).chunks {
            _ = try await lease.query(
                """
                INSERT INTO treue.report_cell (projection, generation, partition, measure, day, key_a, key_b, value)
                SELECT $1, $2, $3, n.measure, n.day::date, n.a, n.b, n.value
                  FROM unnest($4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[])
                       AS n (measure, day, a, b, value)
                    ON CONFLICT (partition, projection, generation, measure, day, key_a, key_b)
                    DO UPDATE SET value = report_cell.value + excluded.value
                """,
                place + [
                    .textArray(chunk.map(\.key.measure)), .textArray(chunk.map(\.key.day.description)),
                    .textArray(chunk.map(\.key.a)), .textArray(chunk.map(\.key.b)), .int8Array(chunk.map(\.value)),
                ])
        }
    }

    private func write(
        _ months: [ReportSums.Month: ReportSums.Activity], _ partition: PostgresValue, on lease: PostgresLease
    ) async throws {
        for chunk in Array(months).chunks {
            _ = try await lease.query(
                """
                INSERT INTO treue.report_month (generation, partition, member_id, month, currency, purchases, returns,
                                                amount, days)
                SELECT $1, $2, n.member, n.month::date, n.currency, n.purchases, n.returns, n.amount, n.days
                  FROM unnest($3::uuid[], $4::text[], $5::text[], $6::bigint[], $7::bigint[], $8::bigint[], $9::int[])
                       AS n (member, month, currency, purchases, returns, amount, days)
                    ON CONFLICT (partition, generation, member_id, month, currency) DO UPDATE
                   SET purchases = report_month.purchases + excluded.purchases,
                       returns = report_month.returns + excluded.returns,
                       amount = report_month.amount + excluded.amount, days = report_month.days | excluded.days
                """,
                [
                    .int8(generation), partition, .uuidArray(chunk.map(\.key.member)),
                    .textArray(chunk.map(\.key.month.description)), .textArray(chunk.map(\.key.currency)),
                    .int8Array(chunk.map(\.value.purchases)), .int8Array(chunk.map(\.value.returns)),
                    .int8Array(chunk.map(\.value.amount)), .int4Array(chunk.map(\.value.days)),
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
