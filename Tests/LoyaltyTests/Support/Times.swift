@testable public import Loyalty

extension CivilDate: ExpressibleByStringLiteral {
    /// Only for tests: a literal that is no date is the first of January of the year 0.
    public init(stringLiteral text: String) {
        self = CivilDate(text) ?? CivilDate(year: 0, month: 1, day: 1)
    }
}

extension Instant {
    /// So many hours after the day began in Los Angeles.
    static func on(_ day: CivilDate, hour: Int64 = 12, in zone: ZoneRules = .losAngeles) -> Instant {
        Instant(micros: zone.start(of: day).micros + hour * 3_600_000_000)
    }

    /// The first instant of the day in Los Angeles.
    static func start(_ day: CivilDate, in zone: ZoneRules = .losAngeles) -> Instant { zone.start(of: day) }

    var justBefore: Instant { Instant(micros: micros - 1) }

    func later(hours: Int64) -> Instant { Instant(micros: micros + hours * 3_600_000_000) }
}

extension ZoneRules {
    /// America/Los_Angeles by the rule of 2007: from the second Sunday of March to the first of November, at 2:00.
    static let losAngeles: ZoneRules = {
        var transitions: [Transition] = []
        for year in 2007...2040 {
            let spring = sunday(2, of: 3, in: year)
            let autumn = sunday(1, of: 11, in: year)
            transitions.append(Transition(at: Int64(spring.daysSince1970) * 86_400 + 10 * 3600, offset: -7 * 3600))
            transitions.append(Transition(at: Int64(autumn.daysSince1970) * 86_400 + 9 * 3600, offset: -8 * 3600))
        }
        return ZoneRules(name: "America/Los_Angeles", firstOffset: -8 * 3600, transitions: transitions)
    }()

    private static func sunday(_ nth: Int, of month: Int, in year: Int) -> CivilDate {
        let first = CivilDate(year: year, month: month, day: 1)
        // 1970-01-01 was a Thursday.
        let daysToSunday = (7 - (first.daysSince1970 + 4) % 7) % 7
        return first.adding(days: daysToSunday + 7 * (nth - 1))
    }
}
