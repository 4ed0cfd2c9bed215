import EventLog
import Foundation
import Loyalty
import Postgres
import Testing
import Wire

@testable import LoyaltyService

@Suite("enrolment")
struct EnrolmentTests {
    private static let ann = EnrolmentBody(email: "ann@example.org", externalID: "A-1", name: "Ann Example")

    /// Identifiers claimed for somebody whose enrolment never came.
    private func unfinishedClaim(of references: [MemberReference], in shop: Shop) async throws -> UUID {
        let keys = KeyRing(master: Shop.master)
        let id = UUID()
        let claims = references.map { reference in
            let kind = reference.kind.rawValue
            let hash = keys.hash(identifier: reference.value, kind: kind)
            return IdentifierStore.Claim(Identifier(kind: kind, valueHash: hash), by: id)
        }
        _ = try await IdentifierStore(log: shop.log).claim(claims, atMicros: Shop.start.micros, on: shop.client)
        return id
    }

    private func code(_ body: () async throws -> Void) async -> String? {
        do {
            try await body()
            return nil
        } catch {
            return (error as? ServiceError)?.code
        }
    }

    @Test("a claim left unfinished is completed by the next event")
    func completedByEvent() async throws {
        try await Shop.with { shop async throws in
            let id = try await unfinishedClaim(of: [.external("A-1")], in: shop)
            #expect(await shop.service.record(.purchase("1", by: .external("A-1"))).answer?.memberID == id)
            #expect(try await shop.service.member(.external("A-1"), at: Shop.now).profile.externalID == "A-1")
        }
    }

    @Test("a claim left unfinished is completed by an enrolment")
    func completedByEnrolment() async throws {
        try await Shop.with { shop async throws in
            let id = try await unfinishedClaim(of: [.external("A-1")], in: shop)
            #expect(
                await code { _ = try await shop.service.member(.external("A-1"), at: Shop.now) } == "member_not_found")
            #expect(try await shop.service.enrol(Self.ann, at: Shop.now).id == id)
            #expect(try await shop.service.member(.email("ann@example.org"), at: Shop.now).id == id)
        }
    }

    @Test("an identifier that is taken is refused, and what was claimed beside it is free again")
    func taken() async throws {
        try await Shop.with { shop async throws in
            _ = try await shop.service.enrol(EnrolmentBody(externalID: "A-1"), at: Shop.now)
            let before = try await shop.number("SELECT count(*) FROM treue.identifier")
            #expect(await code { _ = try await shop.service.enrol(Self.ann, at: Shop.now) } == "identifier_taken")
            #expect(try await shop.number("SELECT count(*) FROM treue.identifier") == before)
            _ = try await shop.service.enrol(EnrolmentBody(email: "ann@example.org"), at: Shop.now)
        }
    }

    @Test("two identifiers of two different members are refused")
    func twoOwners() async throws {
        try await Shop.with { shop async throws in
            _ = try await shop.service.enrol(EnrolmentBody(externalID: "A-1"), at: Shop.now)
            _ = try await shop.service.enrol(EnrolmentBody(email: "ann@example.org"), at: Shop.now)
            #expect(await code { _ = try await shop.service.enrol(Self.ann, at: Shop.now) } == "identifier_taken")
            #expect(try await shop.number("SELECT count(*) FROM treue.account") == 2)
        }
    }

    @Test("enrolments of one person at once make one member, who keeps every identifier")
    func race() async throws {
        try await Shop.with(servers: 2) { shop async throws in
            for round in 0..<12 {
                let email = "r\(round)@example.org"
                let body = EnrolmentBody(email: email, name: "R")
                let ids = await withTaskGroup(of: UUID?.self) { group in
                    for number in 0..<8 {
                        group.addTask { try? await shop.services[number % 2].enrol(body, at: Shop.now).id }
                    }
                    return await group.reduce(into: [UUID]()) { if let id = $1 { $0.append(id) } }
                }
                #expect(ids.count == 1)
                let found = try await shop.service.member(.email(email), at: Shop.now)
                #expect(found.id == ids.first)
                let card = try #require(found.profile.card.flatMap { MemberReference(.card, $0) })
                #expect(try await shop.service.member(card, at: Shop.now).id == found.id)
            }
            // A card and an e-mail each, and nothing that belongs to nobody.
            #expect(try await shop.number("SELECT count(*) FROM treue.identifier") == 24)
            #expect(try await shop.number("SELECT count(*) FROM treue.account") == 12)
        }
    }

    @Test("the same key and content gives the member again; other content is refused", arguments: [true, false])
    func idempotency(withEmail: Bool) async throws {
        try await Shop.with { shop async throws in
            let key = RequestKey(apiKey: UUID(), route: "POST /v1/members", text: "k")
            let body = EnrolmentBody(email: withEmail ? "ann@example.org" : nil, name: "Ann")
            let first = try await shop.service.enrol(body, idempotencyKey: key, at: Shop.now)
            let again = try await shop.service.enrol(body, idempotencyKey: key, at: Shop.now)
            #expect((first.isReplayed, again.isReplayed) == (false, true))
            #expect(first.member.id == again.member.id)
            var other = body
            other.name = "Anna"
            #expect(
                await code { _ = try await shop.service.enrol(other, idempotencyKey: key, at: Shop.now) }
                    == "idempotency_key_reused")
            var elsewhere = key
            elsewhere.apiKey = UUID()
            let second = await code {
                _ = try await shop.service.enrol(EnrolmentBody(name: "Ann"), idempotencyKey: elsewhere, at: Shop.now)
            }
            #expect(second == nil)
            #expect(try await shop.number("SELECT count(*) FROM treue.account") == 2)
        }
    }

    @Test("simultaneous requests with one key make one member", arguments: [true, false])
    func idempotencyRace(withEmail: Bool) async throws {
        try await Shop.with(servers: 2) { shop async throws in
            for round in 0..<10 {
                let key = RequestKey(apiKey: UUID(), route: "POST /v1/members", text: "\(round)")
                let body = EnrolmentBody(email: withEmail ? "r\(round)@example.org" : nil)
                let all = try await withThrowingTaskGroup(of: Enrolment.self) { group in
                    for number in 0..<6 {
                        group.addTask {
                            try await shop.services[number % 2].enrol(body, idempotencyKey: key, at: Shop.now)
                        }
                    }
                    return try await group.reduce(into: [Enrolment]()) { $0.append($1) }
                }
                #expect(Set(all.map(\.member.id)).count == 1)
                #expect(all.count { !$0.isReplayed } == 1)
            }
            #expect(try await shop.number("SELECT count(*) FROM treue.account") == 10)
            #expect(try await shop.number("SELECT count(*) FROM treue.identifier") == (withEmail ? 20 : 10))
        }
    }

    @Test("nothing of a profile stands in any table in the clear")
    func sealed() async throws {
        try await Shop.with { shop async throws in
            let key = RequestKey(apiKey: UUID(), route: "POST /v1/members", text: "ann@example.org")
            _ = try await shop.service.enrol(Self.ann, idempotencyKey: key, at: Shop.now)
            _ = await shop.service.record(.purchase("1", by: .email("bob@example.org")))
            let tables = try await shop.client.query(
                "SELECT table_name FROM information_schema.tables WHERE table_schema = 'treue'")
            for table in tables {
                let name = try table.text(0)
                // A row as text shows bytea in hexadecimal: both spellings are looked for.
                for word in ["ann@example", "Ann Example", "A-1", "bob@example"] {
                    let hex = Array(word.utf8).map { String($0, radix: 16) }.joined()
                    let found = try await shop.number(
                        """
                        SELECT count(*) FROM treue.\(name) AS r
                         WHERE r::text ILIKE '%\(word)%' OR r::text LIKE '%\(hex)%'
                        """)
                    #expect(found == 0, "\(word) in \(name)")
                }
            }
        }
    }

    @Test("another master key is told as what it is")
    func wrongMasterKey() async throws {
        try await Shop.with { shop async throws in
            let id = try await shop.somebody()
            let wrong = KeyRing(master: [UInt8](repeating: 8, count: 32))
            await #expect(throws: MasterKeyFile.Fault.self) {
                try await wrong.check(against: shop.log, on: shop.client)
            }
            try await KeyRing(master: Shop.master).check(against: shop.log, on: shop.client)
            let service = LoyaltyService(
                client: shop.client, log: shop.log, programmes: ProgrammeBook([try Shop.programme(.automatic)]),
                keys: wrong,
                logger: Shop.logger, clock: { Shop.now })
            #expect(await code { _ = try await service.member(.id(id), at: Shop.now) } == "master_key_wrong")
        }
    }
}
