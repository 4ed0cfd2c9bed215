import EventLog
import Foundation
import Loyalty
import LoyaltyService
import Postgres
import Synchronization
import Testing
import Wire

@Suite("both clocks")
struct ClockTests {
    /// What was answered to whom, and when.
    fileprivate struct Answer: Sendable {
        var at: Instant
        var version: Int64
        var available: Int64
        var tier: String
    }

    @Test(
        "what was known then is what was answered then, for random histories with late events", arguments: [3, 17, 251])
    func asAnswered(seed: UInt64) async throws {
        let clock = SteppedClock()
        try await Shop.with(clock: clock.now) { shop async throws in
            var random = SplitMix(seed)
            var answers: [Int: [Answer]] = [:]
            for number in 0..<60 {
                clock.advance(micros: Int64.random(in: 1...3 * Shop.day, using: &random))
                let member = Int.random(in: 0..<3, using: &random)
                let late = Bool.random(using: &random) ? Int64.random(in: 0...90 * Shop.day, using: &random) : 0
                let time = Instant(micros: clock.now().micros - late)
                let id = try await shop.sells(
                    "\(number)", to: "m\(member)", cents: .random(in: 100...60_000, using: &random), at: time)
                let balance = try await shop.service.balance(of: id, at: clock.now())
                answers[member, default: []].append(Answer(balance, clock.now()))
            }
            for (member, told) in answers {
                let id = try #require(try await shop.id(of: "m\(member)"))
                for answer in told {
                    let then = try await shop.service.balance(
                        of: id, at: clock.now(), clocks: Clocks(knownAt: answer.at))
                    #expect(Answer(then, answer.at).isSame(as: answer), "seed \(seed), member \(member)")
                }
            }
        }
    }

    @Test("as_of and known_at together are the events of both", arguments: [5, 29])
    func intersection(seed: UInt64) async throws {
        let clock = SteppedClock()
        try await Shop.with(clock: clock.now) { shop async throws in
            var random = SplitMix(seed)
            var sales: [(at: Instant, recorded: Instant, cents: Int64)] = []
            var id = UUID()
            for number in 0..<40 {
                clock.advance(micros: Int64.random(in: 1...2 * Shop.day, using: &random))
                let time = Instant(micros: clock.now().micros - Int64.random(in: 0...40 * Shop.day, using: &random))
                // Too little for any tier above the lowest, so that each sale earns the same whenever it is judged.
                let cents = Int64.random(in: 1...8, using: &random) * 100
                id = try await shop.sells("\(number)", to: "one", cents: cents, at: time)
                sales.append((time, clock.now(), cents))
            }
            for _ in 0..<60 {
                let last = clock.now().micros
                let asOf = Instant(micros: Int64.random(in: last - 90 * Shop.day...last, using: &random))
                let knownAt = Instant(micros: Int64.random(in: sales[0].recorded.micros...last, using: &random))
                let both = sales.filter { $0.at <= asOf && $0.recorded <= knownAt }
                let known = sales.filter { $0.recorded <= knownAt }
                let happened = sales.filter { $0.at <= asOf }
                for (clocks, expected) in [
                    (Clocks(asOf: asOf, knownAt: knownAt), both), (Clocks(knownAt: knownAt), known),
                    (Clocks(asOf: asOf), happened),
                ] {
                    let points = expected.reduce(0) { $0 + $1.cents / 100 }
                    let balance = try await shop.service.balance(of: id, at: clock.now(), clocks: clocks)
                    #expect(balance.balance.wallets.first?.available == points, "seed \(seed), \(clocks)")
                    let lines = try await shop.ledger(of: id, at: clock.now(), clocks: clocks)
                    #expect(lines.reduce(0) { $0 + $1.entry.points } == points, "seed \(seed), \(clocks)")
                    #expect((lines.first?.entry.balance ?? 0) == points)
                    #expect(lines.filter { $0.entry.kind == .accrual }.count == expected.count)
                }
            }
        }
    }

    @Test(
        "the ledger of any instant adds up to the balance of that instant, tiers and lapsed points included",
        arguments: [11, 41])
    func ledger(seed: UInt64) async throws {
        let clock = SteppedClock()
        try await Shop.with(clock: clock.now) { shop async throws in
            var random = SplitMix(seed)
            var id = UUID()
            for number in 0..<40 {
                clock.advance(micros: Int64.random(in: 1...120 * Shop.day, using: &random))
                let late = Bool.random(using: &random) ? Int64.random(in: 0...700 * Shop.day, using: &random) : 0
                let time = Instant(micros: clock.now().micros - late)
                id = try await shop.sells(
                    "\(number)", to: "one", cents: .random(in: 100...90_000, using: &random), at: time)
            }
            let (first, last) = (clock.start.micros, clock.now().micros)
            for _ in 0..<60 {
                let asOf = Instant(micros: Int64.random(in: first...last, using: &random))
                let known = Instant(micros: Int64.random(in: first + 121 * Shop.day...last, using: &random))
                for clocks in [Clocks(asOf: asOf), Clocks(knownAt: known), Clocks(asOf: asOf, knownAt: known)] {
                    let balance = try await shop.service.balance(of: id, at: clock.now(), clocks: clocks)
                    let lines = try await shop.ledger(of: id, at: clock.now(), clocks: clocks)
                    let sum = lines.reduce(0) { $0 + $1.entry.points }
                    #expect(balance.balance.wallets.first?.available == sum, "seed \(seed), \(clocks)")
                }
            }
        }
    }

    @Test("nobody is known before they were recorded")
    func before() async throws {
        try await Shop.with { shop async throws in
            let id = try await shop.somebody()
            let clocks = Clocks(knownAt: Instant(micros: Shop.now.micros - Shop.day))
            let error = await #expect(throws: ServiceError.self) {
                _ = try await shop.service.balance(of: id, at: Shop.now, clocks: clocks)
            }
            #expect(error?.code == "member_not_found")
        }
    }

    @Test("pages of the past hold every line once")
    func pages() async throws {
        try await Shop.with { shop async throws in
            var id = UUID()
            for number in 0..<9 {
                let time = Instant(micros: Shop.now.micros - Int64(number) * Shop.day)
                id = try await shop.sells("\(number)", to: "one", cents: 100, at: time)
            }
            let clocks = Clocks(asOf: Instant(micros: Shop.now.micros - 2 * Shop.day))
            let whole = try await shop.ledger(of: id, at: Shop.now, clocks: clocks)
            #expect(whole.count == 7)
            #expect(
                try await shop.ledger(of: id, at: Shop.now, clocks: clocks, limit: 2).map(\.version)
                    == whole.map(\.version))
        }
    }
}

/// A clock that the test moves.
final class SteppedClock: Sendable {
    let start = Instant(micros: Shop.start.micros)
    private let micros = Mutex(Shop.start.micros)

    @Sendable func now() -> Instant { Instant(micros: micros.withLock { $0 }) }
    func advance(micros step: Int64) { micros.withLock { $0 += step } }
}

/// Random numbers that a seed repeats.
private struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

extension ClockTests.Answer {
    fileprivate init(_ view: BalanceView, _ at: Instant) {
        self.init(
            at: at, version: view.version, available: view.balance.wallets.first?.available ?? 0,
            tier: view.balance.tier.id)
    }

    fileprivate func isSame(as other: Self) -> Bool {
        version == other.version && available == other.available && tier == other.tier
    }
}

extension Shop {
    /// Records a sale; answers the member.
    fileprivate func sells(_ id: String, to member: String, cents: Int64, at time: Instant) async throws -> UUID {
        let line = Line(sku: "A", quantity: 1, unitPrice: cents)
        let purchase = Purchase(order: OrderReference(source: "shop", id: id), currency: "USD", lines: [line])
        let event = IncomingEvent(
            id: id, source: "shop", time: time, member: MemberReference(.externalID, member)!,
            command: .purchase(purchase))
        return try await service.record(event, receivedAt: Instant(micros: time.micros + 1)).get().memberID
    }

    fileprivate func id(of member: String) async throws -> UUID? {
        try await service.member(MemberReference(.externalID, member)!, at: Shop.now).id
    }

    /// All lines, newest first.
    fileprivate func ledger(
        of member: UUID, at now: Instant, clocks: Clocks, limit: Int = 200
    ) async throws -> [EntryView] {
        var lines: [EntryView] = []
        var cursor: String?
        repeat {
            let page = try await service.entries(
                of: member, at: now, clocks: clocks, page: PageRequest(limit: limit, cursor: cursor))
            lines += page.items
            cursor = page.nextCursor
        } while cursor != nil
        return lines
    }
}
