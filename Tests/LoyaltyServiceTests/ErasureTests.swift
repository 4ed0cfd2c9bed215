import EventLog
import Foundation
import Loyalty
import Postgres
import Testing
import Wire

@testable import LoyaltyService

@Suite("erasure")
struct ErasureTests {
    private static let ann = EnrolmentBody(email: "ann@example.org", externalID: "A-1", name: "Ann Example")

    private func code<Value>(_ body: () async throws -> Value) async -> String? {
        do {
            _ = try await body()
            return nil
        } catch {
            return (error as? ServiceError)?.code
        }
    }

    @Test("an erased member is nobody, by any name, in every process, and an event for them is refused")
    func gone() async throws {
        try await Shop.with(servers: 2, enrolment: .explicit) { shop async throws in
            let ann = try await shop.service.enrol(Self.ann, at: Shop.start)
            // Both processes have the member in memory, by id and by name.
            for (number, service) in shop.services.enumerated() {
                _ = await service.record(.purchase("a\(number)", by: .email("ann@example.org")))
                _ = await service.record(.purchase("b\(number)", by: .id(ann.id)))
            }
            try await shop.service.erase(ann.id, at: Shop.now)
            try await shop.other.erase(ann.id, at: Shop.now)
            let card = try #require(ann.profile.card.flatMap { MemberReference(.card, $0) })
            for (number, service) in shop.services.enumerated() {
                for reference in [.id(ann.id), .email("ann@example.org"), .external("A-1"), card] {
                    #expect(await code { try await service.member(reference, at: Shop.now) } == "member_not_found")
                    let id = "n\(number)\(reference.value)"
                    #expect(await service.record(.purchase(id, by: reference)).word == "member_not_found")
                }
                #expect(await code { try await service.balance(of: ann.id, at: Shop.now) } == "member_not_found")
                #expect(
                    await code { try await service.balance(of: ann.id, at: Shop.now, clocks: Clocks(asOf: Shop.start)) }
                        == "member_not_found")
                #expect(
                    await code { try await service.entries(of: ann.id, at: Shop.now, page: PageRequest()) }
                        == "member_not_found")
                #expect(
                    await code { try await service.events(of: ann.id, page: PageRequest()) } == "member_not_found")
                #expect(
                    await code {
                        try await service.changeProfile(
                            of: ann.id, by: ProfilePatch(), ifVersion: nil, at: Shop.now)
                    } == "member_not_found")
                // A repeat of what was recorded, too.
                #expect(await service.record(.purchase("b0", by: .id(ann.id))).word == "member_not_found")
            }
            #expect(await code { try await shop.service.erase(UUID(), at: Shop.now) } == "member_not_found")
        }
    }

    @Test("key, profile and identifiers are destroyed; the log verifies and holds what happened")
    func destroyed() async throws {
        try await Shop.with { shop async throws in
            let ann = try await shop.service.enrol(Self.ann, at: Shop.start)
            let bob = try await shop.somebody()
            for member in [ann.id, bob] { _ = await shop.service.record(.purchase("p\(member)", by: .id(member))) }
            let before = try await shop.number("SELECT count(*) FROM treue.event")
            try await shop.service.erase(ann.id, at: Shop.now)
            let ours = "WHERE member_id = '\(ann.id)'"
            #expect(try await shop.number("SELECT count(*) FROM treue.member \(ours)") == 0)
            #expect(try await shop.number("SELECT count(*) FROM treue.identifier \(ours)") == 0)
            #expect(try await shop.number("SELECT count(*) FROM treue.member") == 1)
            #expect(try await shop.number("SELECT count(*) FROM treue.event") == before + 1)
            // The points are still somebody's: totals are what they were.
            #expect(try await shop.number("SELECT count(*) FROM treue.account") == 2)
            let report = try await shop.client.withLease { try await LogVerifier(log: shop.log).verify(on: $0) }
            #expect(report.isClean, "\(report)")
        }
    }

    @Test("whoever joins again under the same name is somebody new")
    func again() async throws {
        try await Shop.with(servers: 2) { shop async throws in
            let ann = try await shop.service.enrol(Self.ann, at: Shop.start)
            for service in shop.services {
                _ = await service.record(.purchase("p\(UUID())", by: .email("ann@example.org")))
            }
            try await shop.service.erase(ann.id, at: Shop.now)
            // The programme enrols buyers.
            let answer = try #require(await shop.other.record(.purchase("q", by: .email("ann@example.org"))).answer)
            #expect(answer.memberID != ann.id)
            #expect(try await shop.points(of: answer.memberID) == 10)
            #expect(try await shop.service.member(.email("ann@example.org"), at: Shop.now).id == answer.memberID)
            let later = await shop.service.record(.purchase("r", by: .email("ann@example.org"))).answer
            #expect(later?.memberID == answer.memberID)
        }
    }

    @Test("purchases and an erasure at once end with nobody, and what was answered stands")
    func race() async throws {
        try await Shop.with(servers: 2, enrolment: .explicit) { shop async throws in
            for round in 0..<8 {
                let ann = try await shop.service.enrol(EnrolmentBody(externalID: "r\(round)"), at: Shop.start)
                let accepted = try await withThrowingTaskGroup(of: Int64.self) { group in
                    for number in 0..<8 {
                        group.addTask {
                            let event = IncomingEvent.purchase("\(round).\(number)", by: .external("r\(round)"))
                            return await shop.services[number % 2].record(event).word == "accepted" ? 1 : 0
                        }
                    }
                    group.addTask {
                        try await shop.other.erase(ann.id, at: Shop.now)
                        return 0
                    }
                    return try await group.reduce(0, +)
                }
                #expect(await code { try await shop.service.member(.id(ann.id), at: Shop.now) } == "member_not_found")
                let stored = try await shop.number(
                    "SELECT count(*) FROM treue.event WHERE stream_id = '\(ann.id)' AND type = 'purchase.completed'")
                #expect(stored == accepted)
                let last = try await shop.client.query(
                    PostgresStatement(
                        "SELECT type FROM treue.event WHERE stream_id = '\(ann.id)' ORDER BY version DESC LIMIT 1"))
                #expect(try last[0].text(0) == "member.erased")
            }
        }
    }
}
