import EventLog
import Foundation
import Loyalty
import Postgres

/// One partition's rows of a report against the log, up to where the report has read it.
struct ReportComparer<Fold: ReportFold>: PartitionComparer {
    private let target: ReportTarget<Fold>
    private let partition: Int
    private let skips: Set<Int64>
    let last: Int64
    private var memos: [UUID: Fold.Memo] = [:]
    /// Of the share's members.
    private var sums = ReportSums()
    /// Of the shares before it.
    private var cells: [ReportSums.Cell: Int64] = [:]
    var found = ProjectionComparison(name: Fold.name)

    init(_ projection: ReportProjection<Fold>, _ partition: Int, on lease: PostgresLease) async throws {
        self.partition = partition
        skips = try await ProjectionFaults.skips(of: Fold.name, on: lease)[partition] ?? []
        let generation = try await projection.standing(on: lease).generation
        target = ReportTarget(report: projection.report, generation: generation, checkpoint: Fold.name)
        last = try await target.checkpoints(on: lease)[partition] ?? 0
        let heads = try await lease.query(
            "SELECT position FROM treue.head WHERE partition = $1", [.int4(Int32(truncatingIfNeeded: partition))])
        // A follower that takes itself for further than the log is passes over what comes next.
        if let head = try heads.first?.int8(0), head < last {
            note("checkpoint", expected: String(head), found: String(last))
        }
    }

    func passesOver(_ position: Int64) -> Bool { position > last || skips.contains(position) }

    mutating func fold(_ event: RecordedEvent, _ dated: DatedEvent) throws {
        guard Fold.remembers else {
            var nothing: Fold.Memo?
            return try target.report.fold(dated, of: event.stream, &nothing, &sums)
        }
        // Where it is: a memo is large.
        try target.report.fold(dated, of: event.stream, &memos[event.stream], &sums)
    }

    mutating func compare(_ share: StreamShare, on lease: PostgresLease) async throws {
        for (cell, value) in sums.cells { cells[cell] = try (cells[cell] ?? 0).plus(value) }
        if Fold.remembers { try await compareMemos(of: share, on: lease) }
        if Fold.name == ActivityFold.name { try await compareMonths(of: share, on: lease) }
        sums = ReportSums()
    }

    mutating func finish(on lease: PostgresLease) async throws { try await compareCells(on: lease) }

    private mutating func note(_ what: String, of member: UUID? = nil, expected: String?, found: String?) {
        self.found.note(
            .report(
                ReportDifference(
                    projection: Fold.name, partition: partition, what: what, member: member, expected: expected,
                    found: found, position: last)))
    }

    /// Which rows are the partition's and the generation's.
    private var place: String { "partition = \(partition) AND generation = \(target.generation)" }

    private mutating func compareMemos(of share: StreamShare, on lease: PostgresLease) async throws {
        let text = { (bytes: [UInt8]) in String(decoding: bytes, as: UTF8.self) }
        try await lease.rows(
            of: """
                SELECT member_id, memo FROM treue.report_member
                 WHERE \(place) AND projection = '\(Fold.name)' AND \(share.condition(on: "member_id"))
                """
        ) { row in
            let (member, found) = (try row.uuid(0), try row.bytes(1))
            let expected = memos.removeValue(forKey: member).map(target.report.encode)
            // By bytes: texts that look the same may have others.
            if expected != found { note("memo", of: member, expected: expected.map(text), found: text(found)) }
        }
        for (member, memo) in memos.sorted(by: { $0.key < $1.key }) {
            note("memo", of: member, expected: text(target.report.encode(memo)), found: nil)
        }
        memos = [:]
    }

    private mutating func compareMonths(of share: StreamShare, on lease: PostgresLease) async throws {
        var missing = sums.takeMonths()
        try await lease.rows(
            of: """
                SELECT member_id, month::text, currency, purchases, returns, amount, days FROM treue.report_month
                 WHERE \(place) AND \(share.condition(on: "member_id"))
                """
        ) { row in
            let (member, currency) = (try row.uuid(0), try row.text(2))
            let found = ReportSums.Activity(
                purchases: try row.int8(3), returns: try row.int8(4), amount: try row.int8(5), days: try row.int4(6))
            self.found.rows += 1
            guard let month = CivilDate(try row.text(1)) else {
                return note("month \(try row.text(1)) \(currency)", of: member, expected: nil, found: found.text)
            }
            let key = ReportSums.Month(member: member, month: month, currency: currency)
            let expected = missing.removeValue(forKey: key)
            if expected != found { note(key.text, of: key.member, expected: expected?.text, found: found.text) }
        }
        for (key, activity) in missing { note(key.text, of: key.member, expected: activity.text, found: nil) }
    }

    private mutating func compareCells(on lease: PostgresLease) async throws {
        var missing = cells.filter { $0.value != 0 }
        try await lease.rows(
            of: """
                SELECT measure, day::text, key_a, key_b, value FROM treue.report_cell
                 WHERE \(place) AND projection = '\(Fold.name)' AND value <> 0
                """
        ) { row in
            let (measure, value) = (try row.text(0), try row.int8(4))
            found.rows += 1
            guard let day = CivilDate(try row.text(1)) else {
                return note("\(measure) \(try row.text(1))", expected: nil, found: String(value))
            }
            let cell = ReportSums.Cell(measure: measure, day: day, a: try row.text(2), b: try row.text(3))
            let expected = missing.removeValue(forKey: cell)
            if expected != value { note(cell.text, expected: expected.map(String.init), found: String(value)) }
        }
        for (cell, value) in missing { note(cell.text, expected: String(value), found: nil) }
    }
}

extension ReportSums.Month {
    fileprivate var text: String { "month \(month) \(currency)" }
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
