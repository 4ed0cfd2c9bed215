import EventLog
import Foundation
import Loyalty
import Postgres
import Synchronization
import Testing
import Wire

@testable import Projections

@Suite("verifying the accounts")
struct VerifyTests {
    @Test("finds nothing in what the service wrote")
    func clean() async throws {
        try await Server.with { server async throws in
            let members = await server.history()
            let found = try await server.projection.verify()
            #expect(found.count == 0)
            #expect(found.rows == Int64(members.count))
            #expect(found.events == (try await server.projection.total()))
        }
    }

    @Test("names each kind of difference, and the member")
    func eachKind() async throws {
        try await Server.with { server async throws in
            let members = await server.history(members: 4)
            let ghost = UUID()
            try await server.tamper(
                """
                INSERT INTO treue.account SELECT partition, '\(ghost)', state, version, updated_at FROM treue.account
                 WHERE member_id = '\(members[0])';
                DELETE FROM treue.account WHERE member_id = '\(members[0])';
                UPDATE treue.account SET version = version + 1 WHERE member_id = '\(members[1])';
                UPDATE treue.account SET state = '\\xff' WHERE member_id = '\(members[3])';
                """)
            let found = try await server.projection.verify()
            let kinds = Dictionary(uniqueKeysWithValues: found.accounts.map { ($0.member, $0.kind) })
            #expect(kinds[members[0]] == .missing)
            #expect(kinds[ghost] == .unexpected)
            #expect(kinds[members[1]] == .version)
            #expect(kinds[members[2]] == nil)
            #expect(kinds[members[3]] == .state)
            #expect(found.accounts.first { $0.member == members[3] }?.fields == ["unreadable"])
            #expect(found.accounts.allSatisfy { $0.description.contains($0.member.uuidString.lowercased()) })
        }
    }

    @Test("tells by how many points a falsified balance is off")
    func offBy() async throws {
        try await Server.with { server async throws in
            let rich = try #require(await server.buys("rich", "1", dollars: 100))
            let poor = try #require(await server.buys("poor", "2", dollars: 30))
            try await server.tamper(
                """
                UPDATE treue.account SET state = (SELECT state FROM treue.account WHERE member_id = '\(rich)')
                 WHERE member_id = '\(poor)'
                """)
            let found = try await server.projection.verify()
            #expect(found.accounts.map(\.kind) == [.state])
            #expect(found.accounts.first?.expected == 30)
            #expect(found.accounts.first?.found == 100)
            #expect(found.accounts.first?.description.contains("off by +70") == true)
        }
    }

    @Test("an event that cannot be folded is named by partition and position")
    func foldFault() async throws {
        try await Server.with { server async throws in
            let member = try #require(await server.buys("m", "1"))
            try await server.tamper(
                "UPDATE treue.event SET data = '{}' WHERE stream_id = '\(member)' AND version = 2")
            let partition = server.log.partition(of: member)
            let fault = await #expect(throws: FoldFault.self) { _ = try await server.projection.verify() }
            #expect(fault?.partition == partition)
            #expect(fault?.member == member)
            #expect(fault?.version == 2)
            #expect(fault?.position == 2)
            await #expect(throws: FoldFault.self) { _ = try await server.projection.rebuild() }
            // The connection and the lock are free again.
            await #expect(throws: FoldFault.self) { _ = try await server.projection.rebuild() }
        }
    }

    @Test("all read models are compared by reading each event once, also where the members do not fit into memory")
    func once() async throws {
        try await Server.with { server async throws in
            _ = await server.history(members: 12)
            let catalogue = ProjectionCatalogue(
                client: server.client, log: server.log, zone: .utc, workers: 1, bounds: FoldBounds(members: 2))
            try await catalogue.rebuildReports()
            let told = Mutex<[FoldProgress]>([])
            let found = try await catalogue.compareAll { progress in told.withLock { $0.append(progress) } }
            let total = try await server.projection.total()
            #expect(found.count == 0)
            #expect(found.parts.map(\.name) == catalogue.names)
            #expect(found.parts.allSatisfy { $0.events == total })
            let progress = told.withLock { $0 }
            #expect(progress.last?.done == total && progress.allSatisfy { $0.total == total })
            #expect(zip(progress, progress.dropFirst()).allSatisfy { $0.done < $1.done })
        }
    }

    @Test("a report that is behind is compared as far as it has read")
    func behind() async throws {
        try await Server.with { server async throws in
            await server.buys("m", "1")
            let catalogue = ProjectionCatalogue(client: server.client, log: server.log, zone: .utc)
            try await catalogue.rebuildReports()
            let before = try await server.projection.total()
            await server.buys("m", "2")
            let found = try await catalogue.compareAll { _ in }
            #expect(found.count == 0)
            let total = try await server.projection.total()
            #expect(found.parts.map(\.events) == [total] + catalogue.reports.map { _ in before })
            #expect(total > before)
        }
    }

    @Test(
        "an event that one read model passes over is folded by the others, and one that all pass over is not even read")
    func passedOver() async throws {
        try await Server.with { server async throws in
            let member = try #require(await server.buys("m", "1"))
            await server.buys("m", "2")
            let catalogue = ProjectionCatalogue(client: server.client, log: server.log, zone: .utc)
            try await server.tamper(
                "UPDATE treue.event SET data = '{}' WHERE stream_id = '\(member)' AND version = 4")
            let partition = server.log.partition(of: member)
            for report in catalogue.reports { try await report.register() }
            try await server.tamper("UPDATE treue.checkpoint SET position = 5 WHERE partition = \(partition)")
            for name in catalogue.names {
                await #expect(throws: FoldFault.self) { _ = try await catalogue.compareAll { _ in } }
                try await server.tamper(
                    """
                    INSERT INTO treue.follower_fault (first_at, last_at, position, partition, attempts, stream_id,
                                                      projection, type, state, error)
                    VALUES (now(), now(), 4, \(partition), 1, '\(member)', '\(name)', 'purchase.completed', 'skipped', '')
                    """)
            }
            // Nothing was folded into rows here: only that it comes to comparing is of interest.
            #expect(try await catalogue.compareAll { _ in }.parts.count == catalogue.names.count)
        }
    }

    @Test("a difference in one read model takes the mark of having been verified from no other")
    func marks() async throws {
        try await Server.with { server async throws in
            await server.buys("m", "1")
            let catalogue = ProjectionCatalogue(client: server.client, log: server.log, zone: .utc)
            try await catalogue.rebuildReports()
            try await server.tamper("UPDATE treue.report_cell SET value = value + 1 WHERE projection = 'daily'")
            #expect(try await catalogue.compareAll { _ in }.count > 0)
            var verified: [String] = []
            for projection in catalogue.all where try await projection.status().verifiedAtMicros != nil {
                verified.append(projection.name)
            }
            #expect(verified == catalogue.names.filter { $0 != "daily" })
        }
    }
}
