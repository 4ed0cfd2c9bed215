@testable import Loyalty

/// How members rise and fall.
extension NaiveMember {
    private func rules(at instant: Instant) -> TierRules { programme.version(at: instant).tiers }

    /// The period in which something counts that happens at an instant.
    func period(at instant: Instant) -> Period {
        let day = programme.day(instant)
        switch rules(at: instant).period {
        case .calendarYear: return .year(day.year)
        case .rolling: return .day(day.daysSince1970)
        case .lifetime: return .life
        case .membershipYear: return .membershipYear(yearOfMembership(day))
        }
    }

    private func yearOfMembership(_ day: CivilDate) -> Int {
        let joined = programme.day(enrolled)
        var year = 0
        while joined.adding(months: 12 * (year + 1)) <= day { year += 1 }
        return year
    }

    func value(_ metric: Metric, _ period: Period, _ rules: TierRules) -> Int64 {
        let alike = measures.filter { $0.metric == metric }
        guard case .rolling(let months) = rules.period, case .day(let last) = period else {
            return alike.filter { $0.period == period }.reduce(0) { $0 + $1.amount }
        }
        let before = CivilDate(daysSince1970: last).adding(months: -months).daysSince1970
        return alike.reduce(0) { sum, measure in
            guard case .day(let day) = measure.period, day > before, day <= last else { return sum }
            return sum + measure.amount
        }
    }

    private func level(_ period: Period, _ rules: TierRules) -> Int {
        rules.levels.lastIndex { level in
            !level.requirements.isEmpty
                && level.requirements.allSatisfy { value($0.metric, period, rules) >= $0.threshold }
        } ?? 0
    }

    private func rank(_ tier: String, _ rules: TierRules) -> Int {
        rules.levels.firstIndex { $0.id == tier } ?? 0
    }

    /// After everything that happens: whether a higher tier is reached, and which one holds.
    mutating func lookAtTier() {
        let rules = rules(at: now)
        let (day, period) = (programme.day(now), period(at: now))
        let level = level(period, rules)
        if level > rank(reached.tier, rules) {
            reached = (rules.levels[level].id, lastDay(from: day, period, rules))
        }
        standing = reached
        for grant in grants where rank(grant.tier, rules) > rank(standing.tier, rules) {
            if grant.until.map({ $0 >= day }) ?? true { standing = (grant.tier, grant.until) }
        }
    }

    /// The last valid day of what is reached on a day with a period; nil for no end.
    private func lastDay(from day: CivilDate, _ period: Period, _ rules: TierRules) -> CivilDate? {
        switch rules.validity {
        case .forever: return nil
        case .months(let months): return day.adding(months: months).adding(days: -1)
        case .endOf(let month, let after):
            var year = day.year
            if case .year(let reachedIn) = period { year = reachedIn }
            return CivilDate(year: year + after, month: month, day: 1).adding(months: 1).adding(days: -1)
        case .periods(let more):
            switch period {
            case .year(let year): return CivilDate(year: year + more, month: 12, day: 31)
            case .membershipYear(let year):
                return programme.day(enrolled).adding(months: 12 * (year + 1 + more)).adding(days: -1)
            case .day, .life: return nil
            }
        }
    }

    /// The day of the next review of the tier that was reached.
    var reviewDay: CivilDate? {
        guard let last = reached.until else { return nil }
        let after = last.adding(days: 1)
        return after.adding(days: rules(at: programme.midnight(after)).graceDays)
    }

    /// - Parameter day: the day of the review, at whose beginning it is.
    mutating func review(on day: CivilDate) {
        let rules = rules(at: programme.midnight(day))
        let period: Period =
            switch rules.period {
            case .calendarYear: .year(day.year - 1)
            case .membershipYear: .membershipYear(yearOfMembership(day) - 1)
            case .rolling: .day(day.daysSince1970 - 1)
            case .lifetime: .life
            }
        var level = level(period, rules)
        var until = lastDay(from: day, period, rules)
        if let end = until, end < day { (level, until) = (0, nil) }
        let old = rank(reached.tier, rules)
        if rules.softLanding, level < old - 1 {
            level = old - 1
            until = until ?? day.adding(months: 12).adding(days: -1)
        }
        reached = (rules.levels[level].id, level == 0 ? nil : until)
    }
}
