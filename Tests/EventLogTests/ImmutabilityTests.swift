import EventLog
import Foundation
import Postgres
import TestSupport
import Testing

@Suite("events are final", .serialized)
struct ImmutabilityTests {
    private static let statements = [
        "UPDATE treue.event SET data = '{}'", "DELETE FROM treue.event", "TRUNCATE treue.event",
        "UPDATE treue.log SET partitions = 1", "DELETE FROM treue.log", "DELETE FROM treue.programme",
        "UPDATE treue.programme SET document = ''",
    ]

    @Test("the owner may not change them", arguments: statements)
    func byPrivilege(_ sql: String) async throws {
        try await LogFixture.with { fixture in
            _ = try await fixture.append(.some(2, to: UUID()))
            let error = await #expect(throws: PostgresError.self) {
                try await fixture.client.query(PostgresStatement(sql))
            }
            #expect(error?.sqlState == "42501")
            #expect(try await fixture.number("SELECT count(*) FROM treue.event") == 2)
        }
    }

    @Test("an owner who grants himself the right, and a superuser, meet the trigger", arguments: statements)
    func byTrigger(_ sql: String) async throws {
        try await LogFixture.with { fixture in
            _ = try await fixture.append(.some(2, to: UUID()))
            _ = try await fixture.postgres.query(
                "GRANT ALL ON ALL TABLES IN SCHEMA treue TO treue", at: fixture.url)
            for url in [fixture.url, fixture.postgres.superuserURL(for: fixture.url)] {
                try await LogFixture.withClient(url) { client in
                    let error = await #expect(throws: PostgresError.self) {
                        try await client.query(PostgresStatement(sql))
                    }
                    #expect(error?.sqlState == "TR001")
                    #expect(error?.message.contains("its rows are final") == true)
                }
            }
            #expect(try await fixture.number("SELECT count(*) FROM treue.event") == 2)
        }
    }
}
