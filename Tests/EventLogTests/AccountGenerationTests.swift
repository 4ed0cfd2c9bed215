import EventLog
import Foundation
import Postgres
import Testing

@Suite("appends and the account table they rest on")
struct AccountGenerationTests {
    @Test(
        "an append that rests on a replaced account is refused whole; one that rests on none is not", arguments: [1, 3])
    func replaced(streams: Int) async throws {
        try await LogFixture.with { fixture in
            let generation = try await fixture.log.accountGeneration(on: fixture.client)
            let appends = (0..<streams).map { _ in StreamAppend.some(1, to: UUID(), state: [1]) }
            try await fixture.client.withLease { try await $0.execute("SELECT treue.account_rebuild_begin(1)") }
            try await fixture.client.withLease { try await $0.execute("SELECT treue.account_rebuild_swap(1)") }
            let error = await #expect(throws: PostgresError.self) {
                _ = try await fixture.log.append(
                    appends, recordedAtMicros: 0, accountGeneration: generation, on: fixture.client)
            }
            #expect(error?.accountWasReplaced == true)
            #expect(try await fixture.number("SELECT count(*) FROM treue.event") == 0)
            let current = try await fixture.log.accountGeneration(on: fixture.client)
            #expect(current == generation + 1)
            for known in [current, nil] {
                let outcomes = try await fixture.log.append(
                    (0..<streams).map { _ in .some(1, to: UUID(), state: [1]) }, recordedAtMicros: 0,
                    accountGeneration: known, on: fixture.client)
                #expect(outcomes.allSatisfy { $0.isAppended })
            }
        }
    }
}
