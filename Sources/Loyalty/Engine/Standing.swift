/// Which tier holds, and for how long.
extension Programme {
    /// The change that the member's metrics and grants now ask for; nil where the tier that holds is right.
    func tierChange(of state: MemberState, at: Instant) -> DatedEvent? {
        let tiers = versions[place(at: at)].tiers
        let day = zone.date(of: at)
        var reached = state.reached
        let period = period(of: day, for: state, under: tiers)
        let level = tiers.level(reachedBy: state, in: period)
        let rises = tiers.rank(of: level.id) > tiers.rank(of: reached.tier)
        if rises {
            reached = MemberState.Standing(
                tier: level.id, since: at,
                validUntil: tiers.validUntil(from: day, in: period, of: state, under: self))
        }
        let best = bestStanding(of: reached, state.grants, on: day, at: at)
        guard rises || best.tier != state.standing.tier || best.validUntil != state.standing.validUntil else {
            return nil
        }
        let isGranted = tiers.rank(of: best.tier) > tiers.rank(of: reached.tier)
        return DatedEvent(
            at: at,
            .tierChanged(
                TierChanged(
                    from: state.standing.tier, to: best.tier, reason: rises ? .reached : isGranted ? .granted : .ended,
                    validUntil: best.validUntil, reached: rises ? reached : nil,
                    measured: rises ? tiers.measured(of: state, in: period) : [],
                    period: rises ? period : nil)))
    }

    /// The highest of what was reached, bought and given.
    func bestStanding(
        of reached: MemberState.Standing, _ grants: [MemberState.Grant], on day: CivilDate, at: Instant
    ) -> MemberState.Standing {
        var best = reached
        guard !grants.isEmpty else { return best }
        let tiers = versions[place(at: at)].tiers
        for grant in grants where grant.until.map({ day <= $0 }) ?? true {
            if tiers.rank(of: grant.tier) > tiers.rank(of: best.tier) {
                best = MemberState.Standing(tier: grant.tier, since: grant.since, validUntil: grant.until)
            }
        }
        return best
    }
}

extension MemberState {
    /// At the end of a tier's validity, and its grace, the last full period decides.
    func review(under programme: Programme) -> DatedEvent? {
        guard let validUntil = reached.validUntil else { return nil }
        let first = programme.zone.start(of: validUntil.adding(days: 1))
        let grace = programme.versions[programme.place(at: first)].tiers.graceDays
        let day = validUntil.adding(days: 1 + grace)
        let at = programme.zone.start(of: day)
        let rules = programme.versions[programme.place(at: at)].tiers
        let period = rules.decidingPeriod(before: day, of: self, under: programme)
        var level = rules.level(reachedBy: self, in: period)
        var until = rules.validUntil(from: day, in: period, of: self, under: programme)
        if let end = until, end < day { (level, until) = (rules.levels[0], nil) }
        let rank = rules.rank(of: reached.tier)
        if rules.softLanding, rules.rank(of: level.id) < rank - 1 {
            level = rules.levels[rank - 1]
            until = until ?? day.adding(months: 12).adding(days: -1)
        }
        let isLowest = rules.rank(of: level.id) == 0
        let standing = Standing(
            tier: level.id, since: level.id == reached.tier ? reached.since : max(at, latest),
            validUntil: isLowest ? nil : until)
        let best = programme.bestStanding(of: standing, grants, on: day, at: at)
        return DatedEvent(
            at: at,
            .tierChanged(
                TierChanged(
                    from: self.standing.tier, to: best.tier, reason: .reviewed, validUntil: best.validUntil,
                    reached: standing, measured: rules.measured(of: self, in: period), period: period)))
    }
}

extension TierRules {
    /// The highest level whose requirements all hold. Levels without any are bought or given, but for the lowest.
    func level(reachedBy state: MemberState, in period: Loyalty.Period) -> Tier {
        let place = levels.indices.last { place in
            let requirements = levels[place].requirements
            return !requirements.isEmpty
                && requirements.allSatisfy { value(of: $0.metric, of: state, in: period) >= $0.threshold }
        }
        return levels[place ?? 0]
    }

    /// A metric's value; over the rolling window that ends with the period's day.
    public func value(of metric: Metric, of state: MemberState, in period: Loyalty.Period) -> Int64 {
        guard case .rolling(let months) = self.period, case .day(let last) = period else {
            return state.total(metric, in: period)
        }
        let first = CivilDate(daysSince1970: last).adding(months: -months).daysSince1970
        return state.totals.reduce(0) { sum, total in
            guard case .day(let day) = total.period, total.metric == metric.name, day > first, day <= last else {
                return sum
            }
            return sum &+ total.amount
        }
    }

    func measured(of state: MemberState, in period: Loyalty.Period) -> [TierChanged.Measured] {
        metrics.map { TierChanged.Measured(metric: $0.name, value: value(of: $0, of: state, in: period)) }
    }

    /// Every metric that some level asks for, in the order in which they are named.
    public var metrics: [Metric] {
        var metrics: [Metric] = []
        for level in levels {
            for requirement in level.requirements where !metrics.contains(requirement.metric) {
                metrics.append(requirement.metric)
            }
        }
        return metrics
    }

    /// The last valid day of a tier that was reached on `day` with what was summed over `period`.
    func validUntil(
        from day: CivilDate, in period: Loyalty.Period, of state: MemberState, under programme: Programme
    ) -> CivilDate? {
        switch (validity, period) {
        case (.forever, _), (.periods, .life): return nil
        case (.months(let months), _): return day.adding(months: months).adding(days: -1)
        case (.endOf(let month, let years), .year(let year)): return TierRules.lastDay(of: month, in: year + years)
        case (.endOf(let month, let years), _): return TierRules.lastDay(of: month, in: day.year + years)
        case (.periods(let count), .year(let year)): return CivilDate(year: year + count, month: 12, day: 31)
        case (.periods(let count), .membershipYear(let index)):
            return programme.zone.date(of: state.enrolledAt).adding(months: 12 * (index + 1 + count)).adding(days: -1)
        case (.periods(let count), .day): return day.adding(months: 12 * max(1, count)).adding(days: -1)
        }
    }

    private static func lastDay(of month: Int, in year: Int) -> CivilDate {
        CivilDate(year: year, month: month, day: CivilDate.daysInMonth(month, of: year))
    }

    /// The last full period before a day.
    func decidingPeriod(before day: CivilDate, of state: MemberState, under programme: Programme) -> Loyalty.Period {
        switch period {
        case .calendarYear: .year(day.year - 1)
        case .membershipYear: .membershipYear(programme.membershipYear(of: day, for: state) - 1)
        case .rolling: .day(day.daysSince1970 - 1)
        case .lifetime: .life
        }
    }
}
