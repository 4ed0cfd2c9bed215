import Foundation
import Testing

@testable import Loyalty

@Suite("Time zones")
struct ZoneRulesTests {
    @Test("the new year of Los Angeles begins at 08:00 UTC")
    func newYear() {
        let zone = ZoneRules.losAngeles
        let start = zone.start(of: "2026-01-01")
        #expect(start == Instant(micros: 1_767_254_400_000_000))
        #expect(zone.date(of: start) == "2026-01-01")
        #expect(zone.date(of: start.justBefore) == "2025-12-31")
    }

    @Test("days on which the clocks change have 23 and 25 hours")
    func lengths() {
        func hours(_ day: CivilDate) -> Int64 {
            (Instant.start(day.adding(days: 1)).micros - Instant.start(day).micros) / 3_600_000_000
        }
        #expect(hours("2025-03-09") == 23)
        #expect(hours("2025-11-02") == 25)
        #expect(hours("2025-07-01") == 24)
    }

    @Test("a day whose midnight the clocks skip begins with the change")
    func gap() {
        // As in São Paulo on 2018-11-04: 00:00 became 01:00.
        let change = Int64(("2018-11-04" as CivilDate).daysSince1970) * 86_400 + 3 * 3600
        let zone = ZoneRules(name: "gap", firstOffset: -3 * 3600, transitions: [.init(at: change, offset: -2 * 3600)])
        #expect(zone.start(of: "2018-11-04") == Instant(micros: change * 1_000_000))
        #expect(zone.date(of: zone.start(of: "2018-11-04").justBefore) == "2018-11-03")
        #expect(zone.date(of: zone.start(of: "2018-11-04")) == "2018-11-04")
    }

    @Test("a day that comes twice begins the first time, unless its midnight is the change itself")
    func overlap() {
        let midnight = Int64(("2018-02-18" as CivilDate).daysSince1970) * 86_400
        // 00:00 became 23:00: the 18th begins an hour later.
        let atMidnight = ZoneRules(
            name: "a", firstOffset: -2 * 3600, transitions: [.init(at: midnight + 2 * 3600, offset: -3 * 3600)])
        #expect(atMidnight.start(of: "2018-02-18") == Instant(micros: (midnight + 3 * 3600) * 1_000_000))
        // 01:00 became 00:00: midnight comes twice.
        let afterMidnight = ZoneRules(
            name: "b", firstOffset: -2 * 3600, transitions: [.init(at: midnight + 3 * 3600, offset: -3 * 3600)])
        #expect(afterMidnight.start(of: "2018-02-18") == Instant(micros: (midnight + 2 * 3600) * 1_000_000))
    }

    @Test("a day that a zone leaves out begins where the next one does")
    func dayLeftOut() {
        // As in Samoa: 2011-12-29 was followed by 2011-12-31.
        let change = Int64(("2011-12-30" as CivilDate).daysSince1970) * 86_400 + 10 * 3600
        let zone = ZoneRules(name: "Apia", firstOffset: -10 * 3600, transitions: [.init(at: change, offset: 14 * 3600)])
        #expect(zone.start(of: "2011-12-30") == Instant(micros: change * 1_000_000))
        #expect(zone.start(of: "2011-12-31") == Instant(micros: change * 1_000_000))
        #expect(zone.date(of: Instant(micros: change * 1_000_000 - 1)) == "2011-12-29")
    }

    @Test("instants before 1970 and at the ends of time have a day", arguments: [Int64.min, -1, 0, .max])
    func extremes(_ micros: Int64) {
        for zone in [ZoneRules.utc, .losAngeles] {
            let day = zone.date(of: Instant(micros: micros))
            #expect(zone.start(of: day) <= Instant(micros: micros))
            _ = zone.start(of: day.adding(months: 12))
            _ = zone.start(of: day.adding(months: -12))
        }
    }

    @Test(
        "agree with Foundation on the first instant and the day",
        arguments: [
            "America/Los_Angeles", "Europe/London", "America/Sao_Paulo", "Asia/Kathmandu", "America/Havana",
            "Australia/Lord_Howe", "Pacific/Apia",
        ])
    func foundation(_ name: String) throws {
        let zone = try #require(TimeZone(identifier: name))
        let rules = ZoneRulesTests.table(of: zone, from: 2009, to: 2020)
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        // From 2010 to 2012 and 2018: rules changed in between, Samoa left a day out, Brazil skipped midnights.
        for day in Array(14_700..<15_400) + Array(17_500..<17_900) {
            let date = CivilDate(daysSince1970: day)
            let start = rules.start(of: date)
            let parts = DateComponents(year: date.year, month: date.month, day: date.day, hour: 12)
            let noon = try #require(calendar.date(from: parts))
            guard calendar.component(.day, from: noon) == date.day else { continue }
            let expected = calendar.startOfDay(for: noon).timeIntervalSince1970
            try #require(Double(start.micros) / 1_000_000 == expected, "\(date)")
            try #require(rules.date(of: start) == date)
            try #require(rules.date(of: Instant(micros: Int64(noon.timeIntervalSince1970) * 1_000_000)) == date)
        }
    }

    /// The zone's offsets, found by looking at it every hour.
    private static func table(of zone: TimeZone, from first: Int, to last: Int) -> ZoneRules {
        func offset(_ seconds: Int64) -> Int64 {
            Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds))))
        }
        let begin = Int64(CivilDate(year: first, month: 1, day: 1).daysSince1970) * 86_400
        let end = Int64(CivilDate(year: last, month: 1, day: 1).daysSince1970) * 86_400
        var rules = ZoneRules(name: zone.identifier, firstOffset: offset(begin))
        var known = rules.firstOffset
        for day in stride(from: begin, to: end, by: 86_400) where offset(day + 86_400) != known {
            for hour in stride(from: day, through: day + 86_400, by: 1800) where offset(hour) != known {
                known = offset(hour)
                rules.transitions.append(.init(at: hour, offset: known))
            }
        }
        return rules
    }
}
