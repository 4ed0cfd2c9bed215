import EventLog
import Foundation
import Loyalty
import Postgres
import Testing

@testable import Projections

@Suite("plans of reports")
struct ReportPlanTests {
    private static let day = CivilDate(year: 2026, month: 3, day: 1)

    private static func shares(of members: [UUID]) throws -> [Int: ReportShare] {
        var share = ReportShare()
        for member in members {
            share.memos[member] = [1]
            try share.sums.add(1, to: "m", on: day, UUID().uuidString)
            try share.sums.add(to: member, on: day, currency: "USD") { $0.purchases += 1 }
        }
        return [0: share]
    }

    @Test("made when the tables were empty, they read no more rows than they must when there are many")
    func smallTables() async throws {
        try await Server.with { server in
            let tables = ["report_member", "report_cell", "report_month"]
            let members = (0..<30).map { _ in UUID() }
            let target = ReportTarget(report: TiersFold(zone: .utc), generation: 1, checkpoint: "tiers")
            try await server.client.withConnection { lease in
                for table in tables {
                    try await lease.execute("ALTER TABLE treue.\(table) SET (autovacuum_enabled = off)")
                    try await lease.execute("ANALYZE treue.\(table)")
                }
                try await lease.planByIndexes(untilCommit: false)
                for _ in 0..<8 { try await target.write(Self.shares(of: members), on: lease) }
                try await lease.execute(
                    """
                    INSERT INTO treue.report_member SELECT 1, 0, gen_random_uuid(), 'tiers', '' FROM generate_series(1, 9000);
                    INSERT INTO treue.report_cell
                    SELECT 1, 1, 0, '2026-03-01', 'tiers', 'm', n::text, '' FROM generate_series(1, 9000) n;
                    INSERT INTO treue.report_month
                    SELECT 1, 1, 1, 0, '2026-03-01', 0, 1, gen_random_uuid(), 'USD' FROM generate_series(1, 9000)
                    """)
                func read() async throws -> [Int64] {
                    _ = try await lease.query("SELECT pg_stat_force_next_flush()")
                    let rows = try await lease.query(
                        """
                        SELECT (seq_tup_read + idx_tup_fetch)::bigint FROM pg_stat_user_tables
                         WHERE relname = ANY ($1) ORDER BY relname
                        """, [.textArray(tables)])
                    return try rows.map { try $0.int8(0) }
                }
                let before = try await read()
                try await target.write(Self.shares(of: members), on: lease)
                for (before, after) in zip(before, try await read()) { #expect(after - before < 300) }
                let counted = try await lease.query("SELECT sum(purchases)::bigint FROM treue.report_month")
                #expect(try counted[0].int8(0) == 9_270)
            }
        }
    }
}
