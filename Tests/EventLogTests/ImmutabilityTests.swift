import EventLog
import Foundation
import Postgres
import TestSupport
import Testing

@Suite("events are final")
struct ImmutabilityTests {
    private static let statements = [
        "UPDATE treue.event SET data = '{}'", "DELETE FROM treue.event", "TRUNCATE treue.event",
        "UPDATE treue.log SET partitions = 1", "DELETE FROM treue.log", "DELETE FROM treue.programme",
        "UPDATE treue.programme SET document = ''",
    ]

    /// What the database answers to each of the statements.
    private func refusals(at url: String) async throws -> [PostgresError] {
        var refusals: [PostgresError] = []
        try await LogFixture.withClient(url) { client in
            for sql in Self.statements {
                let error = await #expect(throws: PostgresError.self, "\(sql)") {
                    try await client.query(PostgresStatement(sql))
                }
                refusals += error.map { [$0] } ?? []
            }
        }
        return refusals
    }

    @Test("the owner may not change them")
    func byPrivilege() async throws {
        try await LogFixture.with { fixture in
            _ = try await fixture.append(.some(2, to: UUID()))
            #expect(try await refusals(at: fixture.url).allSatisfy { $0.sqlState == "42501" })
            #expect(try await fixture.number("SELECT count(*) FROM treue.event") == 2)
        }
    }

    @Test("an owner who grants himself the right, and a superuser, meet the trigger")
    func byTrigger() async throws {
        try await LogFixture.with { fixture in
            _ = try await fixture.append(.some(2, to: UUID()))
            _ = try await fixture.postgres.query("GRANT ALL ON ALL TABLES IN SCHEMA treue TO treue", at: fixture.url)
            for url in [fixture.url, fixture.postgres.superuserURL(for: fixture.url)] {
                for error in try await refusals(at: url) {
                    #expect(error.sqlState == "TR001")
                    #expect(error.message.contains("its rows are final"))
                }
            }
            #expect(try await fixture.number("SELECT count(*) FROM treue.event") == 2)
        }
    }
}
