import EventLog
import Foundation
import Logging
import Loyalty
import Postgres
import Testing

@testable import Projections

@Suite("reports that follow the log")
struct ReportTests {
    private func catalogue(_ server: Server, bounds: FoldBounds = FoldBounds()) -> ProjectionCatalogue {
        ProjectionCatalogue(
            client: server.client, log: server.log, zone: .utc, workers: 2, bounds: bounds)
    }

    /// Lets every report follow until it has read all that it can.
    private func follow(_ catalogue: ProjectionCatalogue, _ server: Server) async throws {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        for report in catalogue.reports {
            try await report.register()
            // Small pages, so that several are taken in before they are written.
            var configuration = FollowerConfiguration()
            configuration.pageLimit = 48
            let follower = LogFollower(
                report, client: server.client, log: server.log, configuration: configuration, logger: logger,
                clock: { 0 })
            async let run: Void = follower.run()
            while true {
                let status = try await report.status()
                if status.lag == 0 || status.state == "stopped" { break }
                follower.wake()
            }
            follower.shutdown()
            await run
        }
    }

    private func expectRight(_ catalogue: ProjectionCatalogue) async throws {
        let found = try await catalogue.compareAll { _ in }
        #expect(found.parts.flatMap(\.differences).map(\.description) == [])
        #expect(found.count == 0)
    }

    private var period: ReportPeriod {
        ReportPeriod(
            unit: .month, from: CivilDate(year: 2025, month: 1, day: 1), to: CivilDate(year: 2026, month: 3, day: 31))
    }

    private func reader(_ server: Server) -> ReportReader { ReportReader(client: server.client, currency: "USD") }

    @Test("following, rebuilding in little memory and going back come to the same figures")
    func same() async throws {
        try await Server.with { server async throws in
            _ = await server.history(members: 12)
            let catalogue = catalogue(server, bounds: FoldBounds(chunk: 1, members: 2, events: 5))
            try await follow(catalogue, server)
            try await expectRight(catalogue)
            let before = try await reader(server).kpis(period)
            for report in catalogue.reports { _ = try await report.rebuild { _ in } }
            try await expectRight(catalogue)
            #expect(try await reader(server).kpis(period) == before)
            await server.buys("m3", "since", dollars: 70, daysAgo: 1)
            for report in catalogue.reports { _ = try await report.rollback { _ in } }
            try await expectRight(catalogue)
            try await follow(catalogue, server)
            let after = try await reader(server).kpis(period)
            #expect(after != before)
            for report in catalogue.reports {
                try await report.forgetPrevious(force: true)
                #expect(try await report.status().previousVersion == nil)
            }
            try await expectRight(catalogue)
            #expect(try await server.number("SELECT count(DISTINCT generation) FROM treue.report_month") == 1)
        }
    }

    @Test("figures are what SQL counts in the log and in the accounts")
    func oracle() async throws {
        try await Server.with { server async throws in
            let members = await server.history(members: 15)
            await server.buys("m1", "rich", dollars: 2_000, daysAgo: 40)
            try await follow(catalogue(server), server)
            let reader = reader(server)
            let kpis = try await reader.kpis(period)
            let sum = { (column: String) in
                kpis.rows.indices.reduce(Int64(0)) { sum, row in
                    guard case .integer(let value)? = kpis.value(column, in: row) else { return sum }
                    return sum + value
                }
            }
            let purchases = "FROM treue.event WHERE type = 'purchase.completed'"
            #expect(sum("purchases") == (try await server.number("SELECT count(*) \(purchases)")))
            let revenue = try await server.number(
                """
                SELECT sum((line->>'quantity')::bigint * (line->>'unit_price')::bigint)::bigint
                  FROM treue.event, json_array_elements(data->'lines') AS line WHERE type = 'purchase.completed'
                """)
            #expect(sum("revenue") == revenue)
            #expect(sum("new_members") == Int64(members.count))
            #expect(sum("events") == (try await server.projection.total()))
            let march = try #require(kpis.rows.indices.last)
            #expect(kpis.value("members", in: march) == .integer(Int64(members.count)))
            let available = try await server.number(
                """
                SELECT coalesce(sum((SELECT coalesce(sum((lot->>'points')::bigint), 0)
                                       FROM json_array_elements(wallet->'lots') AS lot)
                                    - coalesce((wallet->>'debt')::bigint, 0)), 0)::bigint
                  FROM treue.account, json_array_elements(convert_from(state, 'UTF8')::json->'wallets') AS wallet
                """)
            let liability = try await reader.liability(period)
            #expect(liability.value("closing", in: liability.rows.count - 1) == .integer(available))
            let open = try await reader.openPoints(today: CivilDate(year: 2026, month: 3, day: 1))
            #expect(
                open.rows.indices.reduce(Int64(0)) { sum, row in
                    guard case .integer(let points)? = open.value("points", in: row) else { return sum }
                    return sum + points
                } == available)
            let tiers = try await reader.tiers(period, today: CivilDate(year: 2026, month: 3, day: 1))
            let closing = tiers.rows.indices.reduce(Int64(0)) { sum, row in
                guard tiers.value("period", in: row) == .text("2026-03"),
                    case .integer(let count)? = tiers.value("closing", in: row)
                else { return sum }
                return sum + count
            }
            #expect(closing == Int64(members.count))
            #expect(try await reader.tierMoves(period).rows.isEmpty == false)
            // Late events reach back: nobody is ever in a tier, or active, before they joined.
            for row in tiers.rows.indices {
                guard case .integer(let count)? = tiers.value("closing", in: row) else { continue }
                #expect(count >= 0)
            }
            for row in kpis.rows.indices {
                guard case .integer(let rate)? = kpis.value("active_rate_bp", in: row) else { continue }
                #expect(rate <= 10_000)
            }
            let segments = try await reader.segments(
                ReportPeriod(unit: .month, from: period.to, to: period.to))
            let all = segments.rows.indices.reduce(Int64(0)) { sum, row in
                guard case .integer(let count)? = segments.value("members", in: row) else { return sum }
                return sum + count
            }
            #expect(all == Int64(members.count))
        }
    }

    @Test("a figure, a memo and a month that somebody changed are named")
    func changed() async throws {
        try await Server.with { server async throws in
            let members = await server.history(members: 4)
            let catalogue = catalogue(server)
            try await follow(catalogue, server)
            try await server.tamper(
                """
                UPDATE treue.report_cell SET value = value + 1 WHERE projection = 'daily' AND measure = 'purchases'
                   AND (partition, day) = (SELECT partition, max(day) FROM treue.report_cell
                     WHERE projection = 'daily' AND measure = 'purchases' GROUP BY 1 ORDER BY 1 LIMIT 1);
                UPDATE treue.report_member SET memo = convert_to(E'2030-01-01\\nvip\\nvip\\n', 'UTF8')
                 WHERE projection = 'tiers' AND member_id = '\(members[0])';
                DELETE FROM treue.report_month WHERE member_id = '\(members[1])';
                """)
            let found = try await catalogue.compareAll { _ in }
            let daily = found.parts.first { $0.name == "daily" }?.differences ?? []
            #expect(daily.count == 1)
            #expect(daily.first?.description.contains("purchases 20") == true)
            let tiers = found.parts.first { $0.name == "tiers" }?.differences.map(\.description) ?? []
            #expect(tiers.count == 1)
            #expect(tiers.first?.contains(members[0].uuidString.lowercased()) == true)
            let activity = found.parts.first { $0.name == "activity" }?.differences.map(\.description) ?? []
            #expect(!activity.isEmpty)
            #expect(activity.allSatisfy { $0.contains(members[1].uuidString.lowercased()) })
            #expect(found.parts.first { $0.name == "liability" }?.count == 0)
            for report in catalogue.reports { _ = try await report.rebuild { _ in } }
            try await expectRight(catalogue)
        }
    }

    @Test(
        "an event that one report cannot fold stops that partition of that report alone, until it is skipped for a reason"
    )
    func poison() async throws {
        try await Server.with { server async throws in
            let members = await server.history(members: 6)
            // Sums of money are no business of the reports on tiers and on liability.
            try await server.tamper(
                """
                UPDATE treue.event
                   SET data = replace(data::text, '"unit_price":4000', '"unit_price":9223372036854775807,"discount":0')::json
                 WHERE stream_id = '\(members[0])' AND type = 'purchase.completed'
                   AND position = (SELECT min(position) FROM treue.event
                                    WHERE stream_id = '\(members[0])' AND type = 'purchase.completed');
                UPDATE treue.event SET data = replace(data::text, '"quantity":1', '"quantity":3')::json
                 WHERE stream_id = '\(members[0])' AND data::text LIKE '%9223372036854775807%';
                """)
            let catalogue = catalogue(server)
            try await follow(catalogue, server)
            let daily = try #require(catalogue.named("daily"))
            let status = try await daily.status()
            #expect(status.state == "stopped")
            let fault = try #require(status.faults.first)
            #expect(status.faults.count == 1)
            #expect(fault.member == members[0])
            #expect(fault.type == "purchase.completed")
            #expect(fault.reason == "a figure would exceed 64 bits")
            #expect(try await catalogue.named("tiers")?.status().lag == 0)
            #expect(try await catalogue.named("liability")?.status().lag == 0)
            // A rebuild meets it, too, and says so.
            await #expect(throws: FoldFault.self) { try await daily.rebuild { _ in } }
            for name in ["daily", "activity"] {
                #expect(
                    try await ProjectionFaults.skip(
                        name, partition: fault.partition, position: fault.position, reason: "a till gone mad",
                        atMicros: 0, in: server.log, on: server.client))
            }
            try await follow(catalogue, server)
            #expect(try await daily.status().state != "stopped")
            #expect(try await daily.status().lag == 0)
            #expect(try await daily.status().skipped == 1)
            _ = try await daily.rebuild { _ in }
            try await expectRight(catalogue)
            let kept = try await server.client.query(
                "SELECT reason FROM treue.follower_fault WHERE projection = 'daily' AND state = 'skipped'")
            #expect(try kept[0].text(0) == "a till gone mad")
        }
    }

    @Test("rows of another version of the code stand still until a rebuild has replaced them")
    func otherVersion() async throws {
        try await Server.with { server async throws in
            _ = await server.history(members: 3)
            let catalogue = catalogue(server)
            try await follow(catalogue, server)
            try await server.tamper("UPDATE treue.projection SET version = 99 WHERE name = 'tiers'")
            let tiers = try #require(catalogue.reports.first { $0.name == "tiers" })
            #expect(try await tiers.needsRebuild())
            await server.buys("m1", "later")
            let event = try #require(
                try await server.log.read(
                    partition: server.log.heads(on: server.client).first { $0.position > 0 }?.partition ?? 0, after: 0,
                    limit: 1, on: server.client
                ).first)
            await #expect(throws: PostgresError.self) {
                try await server.client.withLease { lease in
                    try await lease.transaction { try await tiers.handle([event], on: lease) }
                }
            }
            _ = try await tiers.rebuild { _ in }
            #expect(try await tiers.needsRebuild() == false)
            try await expectRight(catalogue)
        }
    }
}
