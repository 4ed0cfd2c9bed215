import EventLog
import Foundation
import Loyalty
import Postgres
import Testing
import Wire

@testable import LoyaltyService

@Suite("changing who a member is")
struct ProfileTests {
    private static let ann = EnrolmentBody(
        email: "ann@example.org", externalID: "A-1", name: "Ann Example", locale: "en-GB", marketing: false)

    private static func patch(_ body: (inout ProfilePatch) -> Void) -> ProfilePatch {
        var patch = ProfilePatch()
        body(&patch)
        return patch
    }

    @Test("what is absent stays, null is taken away, and the log names parts, not values")
    func merge() async throws {
        try await Shop.with { shop async throws in
            let ann = try await shop.service.enrol(Self.ann, at: Shop.now)
            let patch = Self.patch {
                ($0.email, $0.name, $0.locale, $0.marketing) = (
                    .set("new@example.org"), .remove, .set("de-AT"), .set(true)
                )
            }
            let changed = try await shop.service.changeProfile(of: ann.id, by: patch, ifVersion: nil, at: Shop.now)
            #expect(changed.version == ann.version + 1)
            #expect(changed.profile.email == "new@example.org" && changed.profile.name == nil)
            #expect(changed.profile.card == ann.profile.card && changed.profile.externalID == "A-1")
            #expect(changed.profile.marketingConsent == true)
            let event = try #require(try await shop.service.events(of: ann.id, page: PageRequest()).items.last)
            #expect(event.type == "member.updated")
            #expect(
                String(decoding: event.data, as: UTF8.self)
                    == #"{"v":2,"fields":["consents.marketing","email","locale","name"],"marketing":"given","#
                    + #""language":"de","releases_identifier":true}"#)
            let answer = await shop.service.record(.purchase("1", by: .id(ann.id))).answer
            #expect(answer?.entries.first?.explanation.hasPrefix("1 Punkt") == true)
        }
    }

    @Test("nothing is recorded where nothing changes")
    func noChange() async throws {
        try await Shop.with { shop async throws in
            let ann = try await shop.service.enrol(Self.ann, at: Shop.now)
            let same = Self.patch { ($0.name, $0.birthday) = (.set("Ann Example"), .remove) }
            let after = try await shop.service.changeProfile(of: ann.id, by: same, ifVersion: nil, at: Shop.now)
            #expect(after.version == ann.version)
        }
    }

    @Test("an identifier that is another's is refused, and nothing of the patch is done")
    func taken() async throws {
        try await Shop.with { shop async throws in
            let ann = try await shop.service.enrol(Self.ann, at: Shop.now)
            _ = try await shop.service.enrol(EnrolmentBody(email: "bob@example.org"), at: Shop.now)
            let patch = Self.patch { ($0.card, $0.email, $0.name) = (.set("77"), .set("bob@example.org"), .remove) }
            await #expect(throws: ServiceError.identifierTaken) {
                try await shop.service.changeProfile(of: ann.id, by: patch, ifVersion: nil, at: Shop.now)
            }
            let after = try await shop.service.member(.id(ann.id), at: Shop.now)
            #expect(after.profile == ann.profile && after.version == ann.version)
            #expect(try await shop.number("SELECT count(*) FROM treue.identifier") == 5)
        }
    }

    @Test("of members who want one identifier at once one gets it")
    func race() async throws {
        try await Shop.with(servers: 2) { shop async throws in
            var ids: [UUID] = []
            for _ in 0..<6 { ids.append(try await shop.somebody()) }
            for round in 0..<5 {
                let patch = Self.patch { ($0.email, $0.externalID) = (.set("r\(round)@x.org"), .set("x\(round)")) }
                let won = await withTaskGroup(of: UUID?.self) { group in
                    for (number, id) in ids.enumerated() {
                        group.addTask {
                            try? await shop.services[number % 2].changeProfile(
                                of: id, by: patch, ifVersion: nil, at: Shop.now
                            ).id
                        }
                    }
                    return await group.reduce(into: [UUID]()) { if let id = $1 { $0.append(id) } }
                }
                #expect(won.count == 1)
                #expect(try await shop.service.member(.email("r\(round)@x.org"), at: Shop.now).id == won.first)
                #expect(try await shop.service.member(.external("x\(round)"), at: Shop.now).id == won.first)
            }
        }
    }

    @Test("patches at once lose nothing")
    func lostUpdates() async throws {
        try await Shop.with(servers: 2) { shop async throws in
            let ann = try await shop.service.enrol(Self.ann, at: Shop.now)
            let patches = [
                Self.patch { $0.name = .set("Anna") }, Self.patch { $0.birthday = .set(CivilDate("1990-01-02")!) },
                Self.patch { $0.marketing = .set(true) }, Self.patch { $0.referredBy = .set("bob") },
            ]
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (number, patch) in patches.enumerated() {
                    group.addTask {
                        _ = try await shop.services[number % 2].changeProfile(
                            of: ann.id, by: patch, ifVersion: nil, at: Shop.now)
                    }
                }
                group.addTask { _ = await shop.service.record(.purchase("1", by: .id(ann.id))) }
                try await group.waitForAll()
            }
            let after = try await shop.service.member(.id(ann.id), at: Shop.now).profile
            #expect(after.name == "Anna" && after.birthday == CivilDate("1990-01-02") && after.marketingConsent == true)
            #expect(after.referredBy == "bob" && after.email == "ann@example.org")
            #expect(try await shop.points(of: ann.id) == 10)
        }
    }

    @Test("a patch of a version that is over is refused")
    func condition() async throws {
        try await Shop.with { shop async throws in
            let ann = try await shop.service.enrol(Self.ann, at: Shop.now)
            _ = await shop.service.record(.purchase("1", by: .id(ann.id)))
            let patch = Self.patch { $0.name = .remove }
            await #expect(throws: ServiceError.preconditionFailed) {
                try await shop.service.changeProfile(of: ann.id, by: patch, ifVersion: [ann.version], at: Shop.now)
            }
        }
    }

    @Test("an e-mail that was given to somebody else is theirs at once, in every process")
    func movedIdentifier() async throws {
        try await Shop.with(servers: 2, enrolment: .explicit) { shop async throws in
            let ann = try await shop.service.enrol(Self.ann, at: Shop.now)
            let bob = try await shop.service.enrol(EnrolmentBody(externalID: "B-1"), at: Shop.now)
            // Both processes remember whose the address is.
            for (number, service) in shop.services.enumerated() {
                let answer = await service.record(.purchase("a\(number)", by: .email("ann@example.org"))).answer
                #expect(answer?.memberID == ann.id)
            }
            _ = try await shop.service.changeProfile(
                of: ann.id, by: Self.patch { $0.email = .remove }, ifVersion: nil, at: Shop.now)
            #expect(await shop.other.record(.purchase("n", by: .email("ann@example.org"))).word == "member_not_found")
            _ = try await shop.service.changeProfile(
                of: bob.id, by: Self.patch { $0.email = .set("ann@example.org") }, ifVersion: nil, at: Shop.now)
            for (number, service) in shop.services.enumerated() {
                let answer = await service.record(.purchase("b\(number)", by: .email("ann@example.org"))).answer
                #expect(answer?.memberID == bob.id)
                #expect(try await service.member(.email("ann@example.org"), at: Shop.now).id == bob.id)
            }
            #expect(try await shop.points(of: ann.id) == 20)
            #expect(try await shop.points(of: bob.id) == 20)
        }
    }

    @Test("a late event changes neither language nor identity")
    func restated() async throws {
        try await Shop.with { shop async throws in
            let ann = try await shop.service.enrol(Self.ann, at: Shop.start)
            _ = await shop.service.record(.purchase("1", by: .id(ann.id), day: 9))
            _ = try await shop.service.changeProfile(
                of: ann.id, by: Self.patch { ($0.locale, $0.email) = (.set("de"), .remove) }, ifVersion: nil,
                at: Shop.now)
            _ = await shop.service.record(.purchase("2", by: .id(ann.id), day: 3))
            let state = try await shop.service.account(of: ann.id).state
            #expect(state.language == .german && state.identity == .changed)
        }
    }
}
