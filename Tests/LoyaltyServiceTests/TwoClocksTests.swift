import EventLog
import Foundation
import Projections
import Testing

@testable import Loyalty
@testable import LoyaltyService
@testable import Wire

@Suite("both clocks against folds of the events themselves")
struct TwoClocksTests {
    /// A member's stream as it was recorded.
    private struct Stream {
        var id: UUID
        var events: [(dated: DatedEvent, recorded: Instant)]

        /// What had been recorded by then.
        func known(at instant: Instant) -> [DatedEvent] {
            events.filter { $0.recorded <= instant }.map(\.dated)
        }
    }

    private func streams(in shop: Shop) async throws -> [Stream] {
        var streams: [Stream] = []
        for id in try await shop.states().keys {
            let events = try await shop.log.events(of: id, limit: 1_000_000, on: shop.client)
            streams.append(
                Stream(
                    id: id,
                    events: try events.map { (try DatedEvent($0), Instant(micros: $0.recordedAtMicros)) }))
        }
        return streams.sorted { $0.id.uuidString < $1.id.uuidString }
    }

    /// What these events fold to, one after the other, with what has fallen due.
    private func folded(
        _ events: [DatedEvent], at instant: Instant, under programme: Programme
    ) throws -> MemberState {
        var state = try #require(events.first.flatMap(MemberState.init(beginningWith:)))
        for event in events.dropFirst() { try state.evolve(event) }
        return try programme.current(state, at: max(instant, state.latest)).state
    }

    /// What comes of the facts whose business time is not later, each decided afresh as if nothing else had ever happened.
    private func decided(
        _ events: [DatedEvent], upTo instant: Instant, under programme: Programme, beside streams: [Stream]
    ) throws -> MemberState? {
        var simulation = MemberSimulation(of: "m", under: programme, recordedUnder: programme, until: instant)
        for (index, dated) in events.enumerated() where index == 0 || dated.at <= instant {
            try simulation.live(through: dated) { link in
                guard case .merge(let other) = link, case .absorbed(let event) = dated.event else { return .asRecorded }
                var lives: [String: [DatedEvent]] = [:]
                for id in [other] + event.state.absorbed {
                    lives[id] = streams.first { UUIDText.text($0.id) == id }?.events.map(\.dated)
                }
                return .life(MergedLife(state: event.state, events: lives, names: [:], held: [:]))
            }
        }
        try simulation.finish()
        return simulation.ending
    }

    @Test(
        "for random members and instants: known_at, as_of and both are folds of just the events that they name",
        arguments: [13, 14, 15] as [UInt64])
    func property(seed: UInt64) async throws {
        let clock = SteppedClock()
        let programme = try RandomShop.programme(converting: false)
        try await Shop.with(programmes: [programme], clock: clock.now) { shop async throws in
            var life = RandomShop(shop, clock, seed: seed)
            try await life.live(200, isPlain: true)
            var dice = SeededNumbers(seed)
            let (now, streams) = (clock.now(), try await streams(in: shop))
            // Whoever became another is answered as that one.
            let accounts = try await shop.states()
            let living = streams.filter { accounts[$0.id]?.mergedInto == nil }
            for _ in 0..<120 {
                guard let stream = living.randomElement(using: &dice), let first = stream.events.first else { return }
                let instants = [stream.events.randomElement(using: &dice)?.dated.at, first.recorded].compactMap(\.self)
                let asOf = Instant(
                    micros: (instants[0].micros + Int64.random(in: -1...Shop.day, using: &dice)))
                let knownAt = Instant(micros: Int64.random(in: first.recorded.micros...now.micros, using: &dice))
                let known = stream.known(at: knownAt)
                let then = try folded(known, at: knownAt, under: programme)
                try await expect(
                    then, Clocks(knownAt: knownAt), max(knownAt, then.latest), of: stream.id, in: shop, at: now,
                    programme)
                for (events, clocks) in [
                    (stream.events.map(\.dated), Clocks(asOf: asOf)), (known, Clocks(asOf: asOf, knownAt: knownAt)),
                ] {
                    guard let state = try decided(events, upTo: asOf, under: programme, beside: streams) else {
                        continue
                    }
                    try await expect(state, clocks, asOf, of: stream.id, in: shop, at: now, programme)
                }
            }
        }
    }

    private func expect(
        _ state: MemberState, _ clocks: Clocks, _ instant: Instant, of member: UUID, in shop: Shop, at now: Instant,
        _ programme: Programme
    ) async throws {
        let told = try await shop.service.balance(of: member, at: now, clocks: clocks).balance
        let expected = programme.balance(of: state, at: instant)
        #expect(told.wallets == expected.wallets, "\(member), \(clocks)")
        #expect(told.tier == expected.tier, "\(member), \(clocks)")
    }

    @Test("a member with very many events is told about any time, and the answer is that of a fold")
    func hotMember() async throws {
        let clock = SteppedClock()
        let programme = try RandomShop.programme(converting: false)
        try await Shop.with(programmes: [programme], clock: clock.now) { shop async throws in
            let start = clock.now().micros
            var id: UUID?
            for batch in 0..<12 {
                clock.advance(micros: Shop.day)
                let events = (0..<250).map { number in
                    var event = IncomingEvent.purchase("\(batch) \(number)", by: .external("hot"), dollars: 10)
                    event.time = Instant(micros: start + Int64(batch) * Shop.day + Int64(number) * 1_000_000)
                    return event
                }
                for answer in await shop.service.record(events, receivedAt: clock.now()) {
                    id = try answer.get().memberID
                }
            }
            let member = try #require(id)
            let stream = try #require(try await streams(in: shop).first)
            for batch in [0, 7, 11] as [Int64] {
                let instant = Instant(micros: start + batch * Shop.day + 125 * 1_000_000)
                let expected = try #require(
                    try decided(stream.events.map(\.dated), upTo: instant, under: programme, beside: []))
                try await expect(
                    expected, Clocks(asOf: instant), instant, of: member, in: shop, at: clock.now(), programme)
            }
        }
    }
}
