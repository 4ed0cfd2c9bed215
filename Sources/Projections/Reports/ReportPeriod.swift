public import Loyalty

/// Which days a report is about, and how they are put together.
public struct ReportPeriod: Hashable, Sendable {
    public enum Unit: String, Hashable, Sendable, CaseIterable {
        case day, month
    }

    public var unit: Unit
    /// The first day.
    public var from: CivilDate
    /// The last day.
    public var to: CivilDate

    public init(unit: Unit, from: CivilDate, to: CivilDate) { (self.unit, self.from, self.to) = (unit, from, to) }

    /// A row for each: the first days of all periods, oldest first.
    public var starts: [CivilDate] {
        var starts: [CivilDate] = []
        var start = self.start(of: from)
        while start <= to {
            starts.append(start)
            start = unit == .day ? start.adding(days: 1) : start.adding(months: 1)
        }
        return starts
    }

    /// The first day of the period that a day is in.
    public func start(of day: CivilDate) -> CivilDate {
        unit == .day ? day : CivilDate(year: day.year, month: day.month, day: 1)
    }

    /// The last day of the period that begins on that day, but none after the last one asked for.
    public func end(of start: CivilDate) -> CivilDate {
        min(to, unit == .day ? start : start.adding(months: 1).adding(days: -1))
    }

    /// What it is called in a row: `2026-03-09` or `2026-03`.
    public func label(_ start: CivilDate) -> String {
        unit == .day ? start.description : String(start.description.prefix(7))
    }
}
