/// When points end. A day on which they are gone means 00:00 of it in the programme's time zone.
public enum Expiry: Hashable, Sendable {
    case never
    /// The whole lot lapses that many months after the last purchase or redemption.
    case inactivity(months: Int)
    /// So long after the day on which they were earned, then moved to a boundary.
    case after(months: Int, days: Int, then: Boundary)

    /// Where an end is moved to.
    public enum Boundary: Hashable, Sendable {
        case sameDay
        /// The first day of the month after.
        case nextMonth
        /// The first day of the quarter after.
        case nextQuarter
        /// 1 January after.
        case nextYear
        /// The next such day of the year, that day itself included; 29 February counts as 1 March where there is none.
        case next(month: Int, day: Int)
    }

    /// How a lot earned on `day` ends.
    func end(earnedOn day: CivilDate) -> Lot.End {
        switch self {
        case .never: .never
        case .inactivity: .inactivity
        case .after(let months, let days, let boundary):
            .on(boundary.moved(day.adding(months: months).adding(days: days)))
        }
    }

    /// The day on which points lapse if nothing happens after `day`.
    func inactiveOn(after day: CivilDate) -> CivilDate? {
        if case .inactivity(let months) = self { day.adding(months: months) } else { nil }
    }
}

extension Expiry.Boundary {
    func moved(_ day: CivilDate) -> CivilDate {
        switch self {
        case .sameDay: return day
        case .nextMonth: return CivilDate(year: day.year, month: day.month, day: 1).adding(months: 1)
        case .nextQuarter:
            return CivilDate(year: day.year, month: (day.month - 1) / 3 * 3 + 1, day: 1).adding(months: 3)
        case .nextYear: return CivilDate(year: day.year + 1, month: 1, day: 1)
        case .next(let month, let date):
            let thisYear = CivilDate.anniversary(month: month, day: date, in: day.year)
            return thisYear >= day ? thisYear : CivilDate.anniversary(month: month, day: date, in: day.year + 1)
        }
    }
}

/// When an accrual becomes available.
public enum Maturity: Hashable, Sendable {
    case immediately
    /// At 00:00 of the day so many days after it was earned.
    case days(Int)
    /// When an activity of that name refers to the order by its id.
    case activity(String)
}

extension CivilDate {
    /// The day of that name in a year; 1 March where a year has no 29 February.
    static func anniversary(month: Int, day: Int, in year: Int) -> CivilDate {
        day <= daysInMonth(month, of: year)
            ? CivilDate(year: year, month: month, day: day) : CivilDate(year: year, month: month + 1, day: 1)
    }
}

/// A day of the year, such as a birthday without its year.
public struct MonthDay: Hashable, Sendable {
    /// 1 to 12.
    public var month: Int
    /// 1 to 31.
    public var day: Int

    public init(month: Int, day: Int) { (self.month, self.day) = (month, day) }

    /// That day in a year; 1 March for 29 February where there is none.
    func date(in year: Int) -> CivilDate { .anniversary(month: month, day: day, in: year) }
}
