import Foundation
import Loyalty
import Testing

@testable import Wire

@Suite("Time zones become tables")
struct ZoneTableTests {
    @Test("a table gives the same days as the system's time zone", arguments: [
        "Europe/London", "America/Los_Angeles", "Asia/Kolkata", "Australia/Lord_Howe", "Africa/Casablanca", "Pacific/Apia",
        "UTC",
    ])
    func same(name: String) throws {
        let zone = try #require(ZoneTable.zone(named: name))
        let system = try #require(TimeZone(identifier: name))
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = system
        var random = Seeded(7)
        for _ in 0..<150 {
            let seconds = Int64.random(in: 0...4_102_444_800, using: &random)
            let parts = calendar.dateComponents(
                [.year, .month, .day], from: Date(timeIntervalSince1970: TimeInterval(seconds)))
            let date = zone.date(of: Instant(micros: seconds * 1_000_000))
            #expect([date.year, date.month, date.day] == [parts.year, parts.month, parts.day])
        }
    }

    @Test("the changes of summer time are exact to the second")
    func exact() throws {
        let zone = try #require(ZoneTable.zone(named: "Europe/London"))
        let change = try RFC3339.micros(of: "2026-03-29T01:00:00Z") / 1_000_000
        #expect(zone.transitions.contains(ZoneRules.Transition(at: change, offset: 3600)))
        #expect(zone.transitions.map(\.at) == zone.transitions.map(\.at).sorted())
    }

    @Test("unknown names are nil", arguments: ["Europe/Londn", "", "EST5", "GMT+1", "../etc/passwd", "europe/london"])
    func unknown(name: String) {
        #expect(ZoneTable.zone(named: name) == nil)
    }
}
