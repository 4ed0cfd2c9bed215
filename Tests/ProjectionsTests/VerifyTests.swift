import EventLog
import Foundation
import Postgres
import Projections
import Testing
import Wire

@Suite("verifying the accounts")
struct VerifyTests {
    @Test("finds nothing in what the service wrote")
    func clean() async throws {
        try await Server.with { server async throws in
            let members = await server.history()
            let found = try await server.projection.verify()
            #expect(found.count == 0)
            #expect(found.members == Int64(members.count))
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
            let kinds = Dictionary(uniqueKeysWithValues: found.differences.map { ($0.member, $0.kind) })
            #expect(kinds[members[0]] == .missing)
            #expect(kinds[ghost] == .unexpected)
            #expect(kinds[members[1]] == .version)
            #expect(kinds[members[2]] == nil)
            #expect(kinds[members[3]] == .state)
            #expect(found.differences.first { $0.member == members[3] }?.fields == ["unreadable"])
            #expect(found.differences.allSatisfy { $0.description.contains($0.member.uuidString.lowercased()) })
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
            #expect(found.differences.map(\.kind) == [.state])
            #expect(found.differences.first?.expected == 30)
            #expect(found.differences.first?.found == 100)
            #expect(found.differences.first?.description.contains("off by +70") == true)
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
}
