@testable import Loyalty

/// Days, as `docs/programme.md` counts them.
extension Programme {
    func day(_ instant: Instant) -> CivilDate { zone.date(of: instant) }

    func midnight(_ day: CivilDate) -> Instant { zone.start(of: day) }
}

extension CivilDate {
    /// That day of a year; 1 March where the year has no 29 February.
    static func naive(month: Int, day: Int, in year: Int) -> CivilDate {
        if month == 2, day == 29, daysInMonth(2, of: year) == 28 { return CivilDate(year: year, month: 3, day: 1) }
        return CivilDate(year: year, month: month, day: day)
    }

    /// The first day of a month after this one that `fits`.
    func nextFirst(where fits: (Int) -> Bool) -> CivilDate {
        var day = CivilDate(year: year, month: month, day: 1).adding(months: 1)
        while !fits(day.month) { day = day.adding(months: 1) }
        return day
    }
}

extension Expiry {
    /// How points end that are earned on a day.
    func naiveEnd(of day: CivilDate) -> Lot.End {
        guard case .after(let months, let days, let boundary) = self else {
            return self == .never ? .never : .inactivity
        }
        let last = day.adding(months: months).adding(days: days)
        switch boundary {
        case .sameDay: return .on(last)
        case .nextMonth: return .on(last.nextFirst { _ in true })
        case .nextQuarter: return .on(last.nextFirst { [1, 4, 7, 10].contains($0) })
        case .nextYear: return .on(last.nextFirst { $0 == 1 })
        case .next(let month, let date):
            var year = last.year
            while CivilDate.naive(month: month, day: date, in: year) < last { year += 1 }
            return .on(.naive(month: month, day: date, in: year))
        }
    }
}

extension EarningRule.Cap.Window {
    func naiveName(_ day: CivilDate) -> String {
        switch self {
        case .day: "\(day.year)-\(day.month)-\(day.day)"
        case .month: "\(day.year)-\(day.month)"
        case .year: "\(day.year)"
        case .life: "life"
        }
    }
}
