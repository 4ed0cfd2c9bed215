import Loyalty
import Testing
import Wire

@testable import treue

@Suite("A simulated shop")
struct ShopSimulatorTests {
    private static let day: Int64 = 86_400_000_000

    private func shop(seed: UInt64 = 1, days: Int = 365, until: Int64) throws -> ShopSimulator {
        let dollars = try #require(Currency("USD"))
        return ShopSimulator(seed: seed, currency: dollars, days: days, until: Instant(micros: until))
    }

    @Test("sells the same on the same days, whenever it is asked")
    func sameDays() throws {
        let noon = 20_000 * Self.day + Self.day / 2
        let today = try shop(until: noon)
        let tomorrow = try shop(until: noon + Self.day)
        for number in 0..<50 {
            let first = try #require(today.member(number)?.events)
            let later = try #require(tomorrow.member(number)?.events)
            let window = noon - 364 * Self.day
            let known = Dictionary(uniqueKeysWithValues: later.map { ($0.id, $0) })
            for event in first where (event.time?.micros ?? 0) > window + Self.day {
                #expect(known[event.id] == event)
            }
        }
    }

    @Test("has members with habits: the keenest come many times as often as the laziest")
    func habits() throws {
        let shop = try shop(until: 20_000 * Self.day)
        let counts = (0..<200).compactMap { shop.member($0)?.events.count }.sorted()
        #expect(counts.count == 200)
        #expect(counts[180] > 4 * max(1, counts[20]))
    }

    @Test("draws other people from another seed")
    func seeds() throws {
        let one = try shop(seed: 1, until: 20_000 * Self.day).member(0)?.events
        let two = try shop(seed: 2, until: 20_000 * Self.day).member(0)?.events
        #expect(one != two)
    }
}
