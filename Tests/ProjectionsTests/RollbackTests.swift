import EventLog
import Foundation
import Loyalty
import Postgres
import Testing

@testable import Projections

@Suite("going back behind a rebuild")
struct RollbackTests {
    @Test("brings back what was replaced, with what was bought since, and can itself be undone")
    func backAndForth() async throws {
        try await Server.with { server async throws in
            let rich = try #require(await server.buys("rich", "1", dollars: 500, daysAgo: 20))
            let poor = try #require(await server.buys("poor", "2", dollars: 20, daysAgo: 20))
            try await server.tamper(
                """
                UPDATE treue.account AS a SET state = r.state FROM treue.account AS r
                 WHERE a.member_id = '\(poor)' AND r.member_id = '\(rich)'
                """)
            _ = try await server.projection.rebuild()
            #expect(try await server.points(of: poor) == 20)
            await server.buys("poor", "3", dollars: 7, daysAgo: 10)
            let back = try await server.projection.rollback()
            #expect(back.rows == 2)
            #expect(try await server.points(of: poor) == 507)
            await server.buys("poor", "4", dollars: 1, daysAgo: 9)
            #expect(try await server.points(of: poor) == 508)
            _ = try await server.projection.rollback()
            #expect(try await server.points(of: poor) == 28)
            #expect(try await server.projection.verify().accounts == [])
        }
    }

    @Test("what is kept is no follower that falls behind")
    func noFollower() async throws {
        try await Server.with { server async throws in
            await server.buys("one", "1")
            let catalogue = ProjectionCatalogue(client: server.client, log: server.log, zone: .utc)
            for projection in catalogue.all { _ = try await projection.rebuild { _ in } }
            let kept = "SELECT count(DISTINCT projection) FROM treue.checkpoint WHERE projection LIKE '%\\_previous'"
            #expect(try await server.number(kept) > 0)
            let names = try await FollowerStore(log: server.log).names(on: server.client)
            #expect(Set(names) == Set(catalogue.reports.map(\.name)))
        }
    }

    @Test("a report follows every partition behind a rebuild and behind the way back, those too that had no event")
    func allPartitions() async throws {
        try await Server.with { server async throws in
            await server.buys("one", "1")
            let reports = ProjectionCatalogue(client: server.client, log: server.log, zone: .utc).reports
            for report in reports {
                let followed = "SELECT count(*) FROM treue.checkpoint WHERE projection = '\(report.name)'"
                _ = try await report.rebuild { _ in }
                #expect(try await server.number(followed) == Int64(server.log.partitions), "\(report.name)")
                _ = try await report.rebuild { _ in }
                _ = try await report.rollback { _ in }
                #expect(try await server.number(followed) == Int64(server.log.partitions), "\(report.name)")
            }
        }
    }

    @Test("an empty database is this version's from the beginning; one with events is rebuilt")
    func adopted() async throws {
        try await Server.with { server async throws in
            try await server.tamper("UPDATE treue.projection SET version = 1 WHERE name = 'account'")
            #expect(try await server.projection.adoptWhileEmpty())
            #expect(try await server.projection.needsRebuild() == false)
            await server.buys("one", "1")
            try await server.tamper("UPDATE treue.projection SET version = 1 WHERE name = 'account'")
            #expect(try await server.projection.adoptWhileEmpty() == false)
            #expect(try await server.projection.needsRebuild())
        }
    }

    @Test("is possible in a log without events, whichever version made it")
    func empty() async throws {
        try await Server.with { server async throws in
            try await server.tamper("UPDATE treue.projection SET version = 1 WHERE name = 'account'")
            _ = try await server.projection.rebuild()
            #expect(try await server.projection.rollback().rows == 0)
        }
    }

    @Test("is refused where nothing is kept, or another version of the code wrote it")
    func refused() async throws {
        try await Server.with { server async throws in
            _ = await server.history(members: 2)
            await #expect(throws: RebuildFault.nothingToGoBackTo("account")) {
                try await server.projection.rollback()
            }
            _ = try await server.projection.rebuild()
            try await server.tamper("UPDATE treue.projection SET previous_version = 99 WHERE name = 'account'")
            await #expect(
                throws: RebuildFault.previousIsOtherVersion("account", found: 99, known: AccountProjection.version)
            ) { try await server.projection.rollback() }
        }
    }

    @Test("what was replaced may be dropped once its successor has been verified, not before")
    func forget() async throws {
        try await Server.with { server async throws in
            _ = await server.history(members: 2)
            _ = try await server.projection.rebuild()
            #expect(try await server.projection.status().previousVersion == AccountProjection.version)
            await #expect(throws: RebuildFault.notVerified("account")) {
                try await server.projection.forgetPrevious(force: false)
            }
            #expect(try await server.projection.verify().count == 0)
            #expect(try await server.projection.status().verifiedAtMicros != nil)
            try await server.projection.forgetPrevious(force: false)
            #expect(try await server.projection.status().previousVersion == nil)
            await #expect(throws: RebuildFault.nothingToGoBackTo("account")) {
                try await server.projection.forgetPrevious(force: true)
            }
        }
    }

    @Test("rows that another version of the code began to build are thrown away")
    func otherVersion() async throws {
        try await Server.with { server async throws in
            let members = await server.history(members: 3)
            try await server.tamper(
                """
                CREATE TABLE treue.account_next (LIKE treue.account INCLUDING ALL);
                INSERT INTO treue.account_next SELECT partition, gen_random_uuid(), '\\xff', version, updated_at
                  FROM treue.account;
                INSERT INTO treue.checkpoint SELECT position, partition, 'account_next' FROM treue.head;
                UPDATE treue.projection SET building_version = 99 WHERE name = 'account';
                ALTER TABLE treue.account_next OWNER TO \(try await server.owner());
                """)
            #expect(try await server.projection.rebuild().rows == Int64(members.count))
            #expect(try await server.projection.verify().accounts == [])
        }
    }

    @Test("holding next to nothing in memory, a rebuild and a verification come to the same")
    func littleMemory() async throws {
        try await Server.with { server async throws in
            let members = await server.history(members: 12)
            let bounds = FoldBounds(chunk: 1, members: 2, events: 5)
            let careful = AccountProjection(client: server.client, log: server.log, workers: 2, bounds: bounds)
            try await server.tamper("UPDATE treue.account SET state = '\\xff' WHERE member_id = '\(members[5])'")
            let found = try await careful.verify()
            #expect(found.accounts.map(\.member) == [members[5]])
            #expect(found.rows == Int64(members.count))
            #expect(found.events == (try await server.projection.total()))
            #expect(try await careful.rebuild().rows == Int64(members.count))
            #expect(try await careful.verify().accounts == [])
            #expect(try await server.projection.verify().accounts == [])
        }
    }

    @Test("whoever finds the checkpoint moved by another writes nothing")
    func twoAtOnce() async throws {
        try await Server.with { server async throws in
            _ = await server.history(members: 3)
            let head = try #require(try await server.log.heads(on: server.client).first { $0.position > 0 })
            _ = try await server.client.query("SELECT treue.account_rebuild_begin(1)")
            var first = PartitionFolder(AccountTarget.next, log: server.log, partition: head.partition, from: 0)
            var second = first
            try await server.client.withLease { try await first.run(to: head.position, on: $0) }
            await #expect(throws: RebuildFault.underway("account")) {
                try await server.client.withLease { try await second.run(to: head.position, on: $0) }
            }
        }
    }
}

extension Server {
    /// The role that owns the tables.
    func owner() async throws -> String { try await client.query("SELECT current_user::text")[0].text(0) }
}
