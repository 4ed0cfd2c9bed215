import Foundation
import Loyalty
import Projections
import Testing
import Wire

@testable import EventLog
@testable import LoyaltyService

@Suite("several lanes")
struct LaneShareTests {
    @Test("a batch over many members is answered in order, and each member's events are recorded in order")
    func order() async throws {
        var configuration = LoyaltyService.Configuration()
        configuration.lanes = 3
        try await Shop.with(configuration: configuration) { shop in
            let events = (0..<600).map { number in
                IncomingEvent.purchase("\(number)", by: .external("m\(number % 7)"), dollars: Int64(1 + number % 50))
            }
            let answers = await shop.service.record(events)
            #expect(answers.map { $0.answer?.id } == events.map(\.id))
            // Each answer's balance is that of all the member's purchases up to this one.
            var sums: [Int: Int64] = [:]
            for (number, answer) in answers.enumerated() {
                let outcome = try #require(answer.answer).outcome
                sums[number % 7, default: 0] += outcome.change
                #expect(outcome.available == sums[number % 7])
            }
            #expect(try await shop.number("SELECT count(*) FROM treue.event WHERE key IS NOT NULL") == 600)
        }
    }

    @Test("what one lane has recorded the others know: nobody is refused for having come another way before")
    func shared() async throws {
        var configuration = LoyaltyService.Configuration()
        configuration.lanes = 2
        try await Shop.with(configuration: configuration) { shop in
            func together(_ round: Int) async -> [String] {
                await shop.service.record(
                    (0..<4).map { .purchase("\(round)-\($0)", by: .external("m\($0)"), dollars: 5) }
                ).map(\.word)
            }
            #expect(await together(0) == Array(repeating: "accepted", count: 4))
            for number in 0..<4 {
                let alone = IncomingEvent.purchase("alone-\(number)", by: .external("m\(number)"), dollars: 5)
                #expect(await shop.service.record(alone).word == "accepted")
            }
            #expect(await together(1) == Array(repeating: "accepted", count: 4))
            #expect(shop.service.laneFigures.timesOvertaken == 0)
        }
    }

    @Test("what comes in at nearly the same moment without a time of its own is never late")
    func receipt() async throws {
        try await Shop.with { shop in
            for number in 0..<40 {
                var event = IncomingEvent.purchase("\(number)", by: .external("hot"))
                event.time = nil
                // Each was received before the one recorded last.
                let received = Instant(micros: Shop.now.micros - Int64(number) * 1_000)
                #expect(await shop.service.record(event, receivedAt: received).word == "accepted")
            }
            let restated = try await shop.number("SELECT count(*) FROM treue.event WHERE type = 'member.restated'")
            #expect(restated == 0)
        }
    }

    @Test("a till whose clock is ahead does not carry others into the future")
    func ahead() async throws {
        try await Shop.with { shop in
            var early = IncomingEvent.purchase("1", by: .external("ann"))
            early.time = Instant(micros: Shop.now.micros + 60_000_000)
            var late = IncomingEvent.purchase("2", by: .external("ann"))
            late.time = nil
            #expect(await shop.service.record([early, late]).map(\.word) == ["accepted", "accepted"])
            let received = try await shop.number(
                """
                SELECT count(*) FROM treue.event
                 WHERE type = 'purchase.completed' AND occurred_at = timestamptz '2026-03-01T12:00:00Z'
                """)
            #expect(received == 1)
        }
    }
}

@Suite("what a lane hands to followers")
struct HandedOnTests {
    @Test("what was recorded, whose it is, and what it says")
    func window() async throws {
        try await Shop.with { shop in
            let answer = try #require(await shop.service.record(.purchase("p-1", by: .external("new"))).answer)
            let partition = shop.service.log.partition(of: answer.memberID)
            let stored = try await shop.service.log.events(of: answer.memberID, limit: 10, on: shop.service.client)
            #expect(stored.count >= 2)
            let (first, last) = try (#require(stored.first).position, #require(stored.last).position)
            let owners = shop.service.window.between(first - 1, and: last, of: partition)
            #expect(owners == .known(stored.map { _ in answer.memberID }))
            let handed = shop.service.window.events(of: partition, after: first - 1, limit: 10)
            for (event, own) in zip(stored, handed) {
                #expect(event.type == own.type && event.version == own.version && event.data == own.data)
                #expect(event.metadata == own.metadata && event.key == own.key && event.subject == own.subject)
                #expect(event.contentHash == own.contentHash && event.recordedAtMicros == own.recordedAtMicros)
                let noted = own.noted { DecodedEvent(DatedEvent(at: Instant(micros: 0), .erased)) }
                #expect(try DatedEvent(event) == noted.dated)
            }
            #expect(handed.count == stored.count)
        }
    }
}

@Suite("reading many accounts at once")
struct AccountReaderTests {
    @Test("everybody reads what they wrote before, whichever server wrote it")
    func ownWrites() async throws {
        try await Shop.with(servers: 2) { shop in
            await withTaskGroup(of: Void.self) { group in
                for member in 0..<12 {
                    group.addTask {
                        for round in 1...8 {
                            let service = round % 2 == 0 ? shop.service : shop.other
                            let event = IncomingEvent.purchase("\(member)/\(round)", by: .external("m\(member)"))
                            guard let answer = await service.record(event).answer else {
                                Issue.record("not recorded")
                                return
                            }
                            let points = try? await shop.points(of: answer.memberID, asked: shop.service)
                            #expect(points == answer.outcome.available)
                        }
                    }
                }
            }
        }
    }

    @Test("nobody is found where nobody is, and neighbours in the same query are")
    func strangers() async throws {
        try await Shop.with { shop in
            let member = try await shop.somebody()
            await withTaskGroup(of: Bool.self) { group in
                for number in 0..<60 {
                    group.addTask {
                        let id = number % 3 == 0 ? UUID() : member
                        return (try? await shop.service.balance(of: id, at: Shop.now)) != nil
                    }
                }
                var found = 0
                for await isThere in group where isThere { found += 1 }
                #expect(found == 40)
            }
        }
    }
}
