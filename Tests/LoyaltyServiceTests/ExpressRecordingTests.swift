import Foundation
import Loyalty
import Testing

@testable import LoyaltyService
@testable import Wire

@Suite("recording without a task")
struct ExpressRecordingTests {
    @Test("a member in memory is recorded for; a repeat is known, and an event of the future left to the long way")
    func known() async throws {
        try await Shop.with(enrolment: .explicit) { shop async throws in
            _ = try await shop.service.enrol(EnrolmentBody(externalID: "ann"), at: Shop.start)
            let event = IncomingEvent.purchase("1", by: .external("ann"), dollars: 7)
            // Nobody has asked who that is.
            #expect(await shop.service.recordExpressly(event) == nil)
            #expect(await shop.service.record([event])[0].word == "accepted")
            #expect(await shop.service.recordExpressly(event)?.word == "duplicate")
            let answer = await shop.service.recordExpressly(.purchase("2", by: .external("ann"), dollars: 5))
            #expect(answer?.word == "accepted")
            #expect(try await shop.points(after: #require(answer)) == 12)
            #expect(await shop.service.recordExpressly(.purchase("3", by: .external("bob"))) == nil)
            var early = IncomingEvent.purchase("4", by: .external("ann"))
            early.time = Instant(micros: Shop.now.micros + 6 * 60 * 1_000_000)
            #expect(await shop.service.recordExpressly(early) == nil)
            #expect(try await shop.number("SELECT count(*) FROM treue.event WHERE key IS NOT NULL") == 2)
            #expect(shop.service.depth == 0)
        }
    }

    @Test("a refusal is told, and leaves nothing behind")
    func refused() async throws {
        try await Shop.with(enrolment: .explicit) { shop async throws in
            let nobody = await shop.service.recordExpressly(.purchase("1", by: .id(UUID())))
            #expect(nobody?.word == "member_not_found")
            let ann = try await shop.somebody()
            #expect(await shop.service.record(.purchase("2", by: .id(ann))).word == "accepted")
            let other = await shop.service.recordExpressly(.purchase("2", by: .id(ann), dollars: 99))
            #expect(other?.word == "event_conflict")
            #expect(try await shop.number("SELECT count(*) FROM treue.event WHERE key IS NOT NULL") == 1)
        }
    }

    @Test("a balance of now is the same, also of who has become another, was erased or never was")
    func balances() async throws {
        try await Club.with(servers: 2) { shop async throws in
            let ann = try await shop.service.enrol(EnrolmentBody(externalID: "ann"), at: Shop.start)
            let bob = try await shop.service.enrol(EnrolmentBody(externalID: "bob"), at: Shop.start)
            let eve = try await shop.service.enrol(EnrolmentBody(externalID: "eve"), at: Shop.start)
            _ = await shop.service.record(.purchase("1", by: .external("ann"), dollars: 60, order: "A"))
            _ = try await shop.service.merge(
                ann.id, MergeBody(into: .id(bob.id)), idempotencyKey: Club.key("k"), at: Shop.now)
            try await shop.service.erase(eve.id, at: Shop.now)
            for server in shop.services {
                for member in [ann.id, bob.id, eve.id, UUID()] {
                    let express = await withCheckedContinuation { continuation in
                        server.beginBalance(of: member, at: Shop.now, resume: { $0() }) {
                            continuation.resume(returning: $0)
                        }
                    }
                    let long: Result<BalanceView, ServiceError>
                    do throws(ServiceError) {
                        long = .success(try await server.balance(of: member, at: Shop.now))
                    } catch {
                        long = .failure(error)
                    }
                    switch (express, long) {
                    case (.success(let view), .success(let same)):
                        #expect(view.balance == same.balance)
                        #expect(view.memberID == same.memberID && view.version == same.version)
                        #expect(view.memberID == bob.id)
                    case (.failure(let error), .failure(let same)):
                        #expect(error == same && error == .memberNotFound)
                    default:
                        Issue.record("\(express) is not \(long)")
                    }
                }
            }
        }
    }

    @Test("a full queue is left to the long way, which tells it")
    func fullQueue() async throws {
        var small = LoyaltyService.Configuration()
        small.queueLimit = 1
        try await Shop.with(enrolment: .explicit, running: false, configuration: small) { shop async throws in
            let id = UUID()
            let waiting = Task { await shop.service.recordExpressly(.purchase("1", by: .id(id))) }
            while shop.service.depth < 1 { await Task.yield() }
            #expect(await shop.service.recordExpressly(.purchase("2", by: .id(id))) == nil)
            #expect(await shop.service.record([.purchase("2", by: .id(id))])[0].word == "overloaded")
            shop.service.shutdown()
            await shop.service.run()
            #expect(await waiting.value?.word == "unavailable")
        }
    }
}
