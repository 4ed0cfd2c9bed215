import EventLog
public import Foundation
import Loyalty
import Postgres
import Wire

/// A figure, or what is remembered of a member, that is not what the events fold to.
public struct ReportDifference: Hashable, Sendable, CustomStringConvertible {
    public var projection: String
    public var partition: Int
    /// What differs, such as `purchases 2026-03-01 EUR`.
    public var what: String
    /// Whose, where it is one member's.
    public var member: UUID?
    /// As the events have it; nil where they have none.
    public var expected: String?
    /// As it is stored; nil where it is not.
    public var found: String?
    /// The figure is folded from the events of the partition from 1 up to this position.
    public var position: Int64

    public var description: String {
        let whose = member.map { " of member \($0.uuidString.lowercased())" } ?? ""
        return "\(projection), partition \(partition): \(what)\(whose): the log says \(expected ?? "nothing"), "
            + "the report says \(found ?? "nothing"); events 1 to \(position) of the partition"
    }
}

extension ReportProjection {
    func comparison(progress: @escaping @Sendable (FoldProgress) async -> Void) async throws -> ProjectionComparison {
        let total = try await log.heads(on: client).reduce(0) { $0 + $1.position }
        let skips = try await ProjectionFaults.skips(of: name, on: client)
        let generation = try await standing(on: client).generation
        return try await client.withLease { lease in
            var result = ProjectionComparison(name: name, events: 0, rows: 0, count: 0, differences: [])
            for partition in 0..<log.partitions {
                let before = result.events
                try await lease.transaction {
                    try await lease.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                    var comparer = try await PartitionComparer(
                        self, partition, skipping: skips[partition] ?? [], on: lease)
                    try await comparer.compare(on: lease, into: &result) { events in
                        await progress(FoldProgress(done: before + events, total: max(total, before + events)))
                    }
                }
            }
            if result.count == 0 {
                _ = try await lease.query(
                    "UPDATE treue.projection SET verified_at = now() WHERE name = $1 AND generation = $2",
                    [.text(name), .int8(generation)])
            }
            return result
        }
    }
}

/// Folds one partition afresh up to where the report has read it, and compares, some members at a time.
private struct PartitionComparer<Fold: ReportFold> {
    private let projection: ReportProjection<Fold>
    private let target: ReportTarget<Fold>
    private let partition: Int
    private let skips: Set<Int64>
    private let position: Int64
    private let rounds: Int
    private var cells: [ReportSums.Cell: Int64] = [:]

    init(
        _ projection: ReportProjection<Fold>, _ partition: Int, skipping skips: Set<Int64>, on lease: PostgresLease
    ) async throws {
        (self.projection, self.partition, self.skips) = (projection, partition, skips)
        let generation = try await projection.standing(on: lease).generation
        target = ReportTarget(report: projection.report, generation: generation, checkpoint: Fold.name)
        let row = try await lease.query(
            """
            SELECT coalesce((SELECT position FROM treue.checkpoint WHERE partition = $1 AND projection = $2), 0),
                   (SELECT count(*) FROM treue.account WHERE partition = $1)
            """, [.int4(Int32(truncatingIfNeeded: partition)), .text(Fold.name)])[0]
        position = try row.int8(0)
        rounds = Int(try row.int8(1)) / projection.bounds.members + 1
    }

    mutating func compare(
        on lease: PostgresLease, into result: inout ProjectionComparison, _ progress: (Int64) async -> Void
    ) async throws {
        try await compareCheckpoint(on: lease, into: &result)
        var seen: Int64 = 0
        for share in StreamShare.all(rounds) {
            var memos: [UUID: Fold.Memo] = [:]
            var sums = target.noSums
            try await projection.log.copyOut(
                partitions: [partition], upTo: position, columns: .content, of: share, on: lease
            ) { batch in
                for event in batch where event.streamType == AccountProjection.streamType {
                    if skips.contains(event.position) { continue }
                    var memo = memos.removeValue(forKey: event.stream)
                    do { try target.fold(event, &memo, &sums) } catch { throw FoldFault(event, error) }
                    memos[event.stream] = memo
                }
                seen += Int64(batch.count)
                await progress(seen)
            }
            for (cell, value) in sums.cells { cells[cell, default: 0] += value }
            try await compare(memos, on: lease, where: share.holds, into: &result)
            try await compare(sums.months, on: lease, where: share.holds, into: &result)
        }
        result.events += seen
        try await compareCells(on: lease, into: &result)
    }

    /// A follower that takes itself for further than the log is passes over what comes next.
    private func compareCheckpoint(on lease: PostgresLease, into result: inout ProjectionComparison) async throws {
        let head = try await lease.query(
            "SELECT position FROM treue.head WHERE partition = $1", [.int4(Int32(truncatingIfNeeded: partition))]
        ).first?.int8(0)
        note(
            "checkpoint", expected: head.map { String(min($0, position)) }, found: head.map { _ in String(position) },
            in: &result)
    }

    private var place: [PostgresValue] { [.int4(Int32(truncatingIfNeeded: partition)), .int8(target.generation)] }

    private func note(
        _ what: String, of member: UUID? = nil, expected: String?, found: String?,
        in result: inout ProjectionComparison
    ) {
        guard expected != found else { return }
        result.count += 1
        guard result.differences.count < AccountVerification.mostKept else { return }
        result.differences.append(
            .report(
                ReportDifference(
                    projection: Fold.name, partition: partition, what: what, member: member, expected: expected,
                    found: found, position: position)))
    }

    private func compare(
        _ memos: [UUID: Fold.Memo], on lease: PostgresLease, where isWanted: (UUID) -> Bool,
        into result: inout ProjectionComparison
    ) async throws {
        guard Fold.remembers else { return }
        var missing = memos
        var after = UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
        while true {
            let rows = try await lease.query(
                """
                SELECT member_id, memo FROM treue.report_member
                 WHERE partition = $1 AND generation = $2 AND projection = $3 AND member_id > $4
                 ORDER BY member_id LIMIT 2000
                """, place + [.text(Fold.name), .uuid(after)])
            for row in rows {
                after = try row.uuid(0)
                guard isWanted(after) else { continue }
                let expected = missing.removeValue(forKey: after).map { Self.text(target.report.encode($0)) }
                note("memo", of: after, expected: expected, found: Self.text(try row.bytes(1)), in: &result)
            }
            if rows.count < 2_000 { break }
        }
        for (member, memo) in missing {
            note("memo", of: member, expected: Self.text(target.report.encode(memo)), found: nil, in: &result)
        }
    }

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    private func compare(
        _ months: [ReportSums.Month: ReportSums.Activity], on lease: PostgresLease, where isWanted: (UUID) -> Bool,
        into result: inout ProjectionComparison
    ) async throws {
        guard Fold.name == ActivityFold.name else { return }
        var missing = months
        let rows = try await lease.query(
            """
            SELECT member_id, month::text, currency, purchases, returns, amount, days
              FROM treue.report_month WHERE partition = $1 AND generation = $2
            """, place)
        for row in rows {
            let member = try row.uuid(0)
            guard isWanted(member) else { continue }
            guard let month = CivilDate(try row.text(1)) else { continue }
            let key = ReportSums.Month(member: member, month: month, currency: try row.text(2))
            let found = ReportSums.Activity(
                purchases: try row.int8(3), returns: try row.int8(4), amount: try row.int8(5), days: try row.int4(6))
            result.rows += 1
            note(
                "month \(month) \(key.currency)", of: member, expected: missing.removeValue(forKey: key)?.text,
                found: found.text, in: &result)
        }
        for (key, activity) in missing {
            note(
                "month \(key.month) \(key.currency)", of: key.member, expected: activity.text, found: nil, in: &result)
        }
    }

    private func compareCells(on lease: PostgresLease, into result: inout ProjectionComparison) async throws {
        var missing = cells.filter { $0.value != 0 }
        let rows = try await lease.query(
            """
            SELECT measure, day::text, key_a, key_b, value FROM treue.report_cell
             WHERE partition = $1 AND generation = $2 AND projection = $3 AND value <> 0
            """, place + [.text(Fold.name)])
        for row in rows {
            guard let day = CivilDate(try row.text(1)) else { continue }
            let cell = ReportSums.Cell(
                measure: try row.text(0), day: day, a: try row.text(2), b: try row.text(3))
            result.rows += 1
            let expected = missing.removeValue(forKey: cell).map(String.init)
            note(cell.text, expected: expected, found: String(try row.int8(4)), in: &result)
        }
        for (cell, value) in missing { note(cell.text, expected: String(value), found: nil, in: &result) }
    }
}

extension ReportSums.Cell {
    fileprivate var text: String {
        ([measure] + (day == ReportSums.noDay ? [] : [day.description]) + [a, b]).filter { !$0.isEmpty }
            .joined(separator: " ")
    }
}

extension ReportSums.Activity {
    fileprivate var text: String {
        "\(purchases) purchases, \(returns) returns, \(amount) minor units, days \(days)"
    }
}
