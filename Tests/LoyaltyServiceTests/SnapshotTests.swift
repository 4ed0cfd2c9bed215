import EventLog
import Foundation
import Logging
import Projections
import Testing

@testable import Loyalty
@testable import LoyaltyService
@testable import Wire

@Suite("snapshots of long lives", .timeLimit(.minutes(5)))
struct SnapshotTests {
    @Test(
        "with them, without them and by a whole fold, a question about the past has one answer",
        arguments: [21, 22] as [UInt64], [true, false])
    func sameAnswer(seed: UInt64, converting: Bool) async throws {
        let clock = SteppedClock()
        let programme = try RandomShop.programme(converting: converting)
        try await Shop.with(programmes: [programme], clock: clock.now) { shop async throws in
            var life = RandomShop(shop, clock, seed: seed)
            try await life.live(150, isPlain: seed % 2 == 0)
            var dice = SeededNumbers(seed)
            let now = clock.now()
            let members = try await shop.states().keys.sorted { $0.uuidString < $1.uuidString }
            var questions: [(member: UUID, clocks: Clocks)] = []
            for _ in 0..<40 {
                let member = try #require(members.randomElement(using: &dice))
                let events = try await shop.log.events(of: member, limit: 10_000, on: shop.client)
                let (first, any) = (try #require(events.first), try #require(events.randomElement(using: &dice)))
                let asOf = Instant(
                    micros: any.occurredAtMicros
                        + Int64.random(in: Bool.random(using: &dice) ? -1...1 : 0...Shop.day, using: &dice))
                let knownAt = Instant(micros: Int64.random(in: first.recordedAtMicros...now.micros, using: &dice))
                questions += [
                    (member, Clocks(asOf: asOf)), (member, Clocks(knownAt: knownAt)),
                    (member, Clocks(asOf: asOf, knownAt: knownAt)),
                ]
                try await agrees(with: asOf, member, events, shop, under: programme)
            }
            let without = try await answers(to: questions, at: now, by: shop)
            try await shop.keepSnapshots(every: 3)
            for member in members {
                let events = try await shop.log.events(of: member, limit: 10_000, on: shop.client)
                let kept = try await SnapshotStore(log: shop.log).marks(of: member, upTo: .max, on: shop.client)
                let third = events.map(\.version).filter { $0 % 3 == 0 }
                #expect(kept.map(\.version) == third)
            }
            let with = try await answers(to: questions, at: now, by: shop)
            for (index, question) in questions.enumerated() {
                #expect(with[index] == without[index], "seed \(seed), \(question)")
            }
        }
    }

    /// Where a state that stood in the log is said to be the member's at an instant, it is what a whole fold gives.
    private func agrees(
        with instant: Instant, _ member: UUID, _ events: [RecordedEvent], _ shop: Shop, under programme: Programme
    ) async throws {
        let account = try await shop.service.account(of: member)
        let stream = try #require(
            try await KnownStream(of: member, now: account, knownAt: nil, in: shop.log, on: shop.client))
        guard instant < stream.state.latest, try await stream.cut(at: instant) != nil else { return }
        let state = try await stream.state(at: instant, under: programme)
        let folded = try programme.state(of: try events.map { try DatedEvent($0) }, asOf: instant)
        let (found, expected) = (programme.balance(of: state, at: instant), programme.balance(of: folded, at: instant))
        #expect(found == expected, "\(member) \(instant)")
    }

    /// Balances, and ledgers in pages.
    private func answers(
        to questions: [(member: UUID, clocks: Clocks)], at now: Instant, by shop: Shop
    ) async throws -> [String] {
        var answers: [String] = []
        for (member, clocks) in questions {
            var text: [String] = []
            do {
                let view = try await shop.service.balance(of: member, at: now, clocks: clocks)
                text.append("\(view.memberID) \(view.version) \(view.balance)")
                var cursor: String?
                repeat {
                    let page = try await shop.service.entries(
                        of: member, at: now, clocks: clocks, page: PageRequest(limit: 7, cursor: cursor))
                    text += page.items.map { "\($0)" }
                    cursor = page.nextCursor
                } while cursor != nil
            } catch {
                text.append(error.code)
            }
            answers.append(text.joined(separator: "\n"))
        }
        return answers
    }

    @Test("what lies long before a snapshot is not read")
    func readsLittle() async throws {
        let clock = SteppedClock()
        try await Shop.with(clock: clock.now) { shop async throws in
            try await shop.sells(100, aDay: clock, days: 6)
            let member = try #require(try await shop.states().keys.first)
            try await shop.keepSnapshots(every: 50)
            let now = clock.now()
            let asOf = Clocks(asOf: Instant(micros: now.micros - Shop.day))
            let known = Clocks(knownAt: Instant(micros: now.micros - Shop.day))
            let told = try await told(asOf, member, at: now, by: shop)
            // Whoever reads these now fails.
            try await shop.tamper("UPDATE treue.event SET data = '{}' WHERE version BETWEEN 2 AND 700")
            #expect(try await self.told(asOf, member, at: now, by: shop) == told)
            _ = try await shop.service.balance(of: member, at: now, clocks: known)
            await #expect(throws: ServiceError.self) {
                _ = try await shop.service.balance(
                    of: member, at: now, clocks: Clocks(asOf: Instant(micros: now.micros - 4 * Shop.day)))
            }
        }
    }

    /// A balance and the first lines of the ledger.
    private func told(_ clocks: Clocks, _ member: UUID, at now: Instant, by shop: Shop) async throws -> String {
        let balance = try await shop.service.balance(of: member, at: now, clocks: clocks)
        let page = try await shop.service.entries(of: member, at: now, clocks: clocks, page: PageRequest(limit: 5))
        return "\(balance) \(page)"
    }

    @Test("a snapshot that cannot be read is passed over")
    func unreadable() async throws {
        let clock = SteppedClock()
        try await Shop.with(clock: clock.now) { shop async throws in
            try await shop.sells(1, aDay: clock, days: 20)
            let member = try #require(try await shop.states().keys.first)
            let clocks = Clocks(asOf: Instant(micros: clock.now().micros - 5 * Shop.day - 1))
            let told = try await told(clocks, member, at: clock.now(), by: shop)
            try await shop.keepSnapshots(every: 5)
            try await shop.tamper("UPDATE treue.snapshot SET state = 'of another version'")
            #expect(try await self.told(clocks, member, at: clock.now(), by: shop) == told)
        }
    }
}

extension Shop {
    /// So many purchases of one member a day, in order.
    fileprivate func sells(_ count: Int, aDay clock: SteppedClock, days: Int) async throws {
        for day in 0..<days {
            clock.advance(micros: Shop.day)
            let events = (0..<count).map { number in
                var event = IncomingEvent.purchase("\(day) \(number)", by: .external("hot"), dollars: 1)
                event.time = Instant(micros: clock.now().micros + Int64(number) * 1_000_000)
                return event
            }
            for answer in await service.record(events, receivedAt: clock.now()) { _ = try answer.get() }
        }
    }

    /// Lets the follower come to the end of the log.
    func keepSnapshots(every stride: Int64) async throws {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let follower = LogFollower(
            SnapshotConsumer(log: log, stride: stride), client: client, log: log, logger: logger,
            clock: { Shop.now.micros })
        async let running: Void = follower.run()
        let store = FollowerStore(log: log)
        while true {
            let status = try await store.status(of: SnapshotStore.follower, on: client)
            #expect(status.stopped == 0)
            let isThere = status.partitions.count == log.partitions
            if status.stopped > 0 || isThere && status.partitions.allSatisfy({ $0.position == $0.head }) { break }
            try await Task.sleep(for: .milliseconds(20))
        }
        follower.shutdown()
        await running
    }
}
