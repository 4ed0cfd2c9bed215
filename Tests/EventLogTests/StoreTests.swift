import EventLog
import Foundation
import Postgres
import Testing

@Suite("stores beside the log")
struct StoreTests {
    @Test("the first claim of an identifier wins")
    func identifiers() async throws {
        try await LogFixture.with { fixture in
            let store = IdentifierStore(log: fixture.log)
            let (first, second) = (UUID(), UUID())
            let card = Identifier(kind: "card", valueHash: [UInt8](repeating: 1, count: 32))
            let mail = Identifier(kind: "email", valueHash: [UInt8](repeating: 1, count: 32))
            let claims: [IdentifierStore.Claim] = [.init(card, by: first), .init(card, by: second)]
            #expect(try await store.claim(claims, atMicros: 0, on: fixture.client) == [first, first])
            let more: [IdentifierStore.Claim] = [.init(mail, by: second), .init(card, by: second)]
            #expect(try await store.claim(more, atMicros: 0, on: fixture.client) == [second, first])
            let unknown = Identifier(kind: "card", valueHash: [2])
            #expect(try await store.owners(of: [unknown, mail], on: fixture.client) == [nil, second])
            #expect(try await store.identifiers(of: first, on: fixture.client) == [card])
            try await store.release([card, mail], of: first, on: fixture.client)
            #expect(try await store.owners(of: [card, mail], on: fixture.client) == [nil, second])
            try await store.releaseAll(of: second, on: fixture.client)
            #expect(try await store.owners(of: [card, mail], on: fixture.client) == [nil, nil])
        }
    }

    @Test("of many that claim the same identifiers at once one gets each")
    func claimRace() async throws {
        try await LogFixture.with(leases: 8) { fixture in
            let store = IdentifierStore(log: fixture.log)
            let identifiers = (UInt8(0)..<50).map {
                Identifier(kind: "card", valueHash: [UInt8](repeating: $0, count: 16))
            }
            let answers = try await withThrowingTaskGroup(of: [UUID?].self) { group in
                for number in 0..<8 {
                    group.addTask {
                        let member = UUID()
                        let wanted = number % 2 == 0 ? identifiers : identifiers.reversed()
                        let owners = try await fixture.client.withLease { lease in
                            try await store.claim(
                                wanted.map { .init($0, by: member) }, atMicros: 0, on: lease)
                        }
                        return number % 2 == 0 ? owners : owners.reversed()
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(Set(answers).count == 1)
            #expect(answers.first?.contains(nil) == false)
        }
    }

    @Test("a member's sealed row is put, replaced and erased")
    func vault() async throws {
        try await LogFixture.with { fixture in
            let vault = MemberVault(log: fixture.log)
            let member = UUID()
            try await vault.put(SealedMember(dataKey: [1], profile: [2]), of: member, atMicros: 5, on: fixture.client)
            try await vault.put(SealedMember(dataKey: [1], profile: [3]), of: member, atMicros: 9, on: fixture.client)
            let row = try #require(try await vault.rows(of: [member, UUID()], on: fixture.client).first)
            #expect(row.sealed == SealedMember(dataKey: [1], profile: [3]))
            #expect(row.createdAtMicros == 5 && row.updatedAtMicros == 9)
            #expect(try await vault.erase(member, on: fixture.client))
            let again = try await vault.erase(member, on: fixture.client)
            #expect(!again)
        }
    }

    @Test("a programme's version is published once")
    func programmes() async throws {
        try await LogFixture.with { fixture in
            let store = ProgrammeStore()
            func row(_ version: Int, _ hash: [UInt8], from: Int64?, at: Int64) -> ProgrammeRow {
                ProgrammeRow(
                    id: "sephora", version: version, validFromMicros: from, document: "id: é", contentHash: hash,
                    publishedAtMicros: at)
            }
            #expect(try await store.publish(row(2, [2], from: 7, at: 1), on: fixture.client) == .published)
            #expect(try await store.publish(row(1, [1], from: nil, at: 2), on: fixture.client) == .published)
            #expect(try await store.publish(row(1, [1], from: nil, at: 3), on: fixture.client) == .unchanged)
            #expect(try await store.publish(row(1, [9], from: nil, at: 4), on: fixture.client) == .conflict)
            let versions = try await store.versions(of: "sephora", on: fixture.client)
            #expect(versions == [row(1, [1], from: nil, at: 2), row(2, [2], from: 7, at: 1)])
            let all = try await store.all(on: fixture.client)
            #expect(all.map(\.version) == [2, 1])
        }
    }
}
