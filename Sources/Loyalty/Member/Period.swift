/// A stretch of time over which metrics are summed.
public enum Period: Hashable, Sendable {
    case year(Int)
    /// The n-th year of membership, 0 for the first.
    case membershipYear(Int)
    /// A single day, as days since 1970: rolling windows are sums of days.
    case day(Int)
    case life
}

extension Period: Comparable {
    private var rank: (Int, Int) {
        switch self {
        case .life: (0, 0)
        case .year(let year): (1, year)
        case .membershipYear(let year): (2, year)
        case .day(let day): (3, day)
        }
    }

    /// The order in which states list totals.
    public static func < (a: Period, b: Period) -> Bool { a.rank < b.rank }
}

extension MemberState {
    /// How many periods of a kind are kept; older ones decide nothing any more.
    static let periodsKept = 4
    /// How many days of a rolling window are kept.
    static let daysKept = 1_100
    /// How many windows of one counter are kept beside `life`.
    static let windowsKept = 24

    /// A metric's sum in a period.
    public func total(_ metric: Metric, in period: Period) -> Int64 {
        totals.first { $0.period == period && $0.metric == metric.name }?.amount ?? 0
    }

    mutating func add(_ amount: Int64, to metric: Metric, in period: Period) throws(LoyaltyFault) {
        guard amount != 0 else { return }
        if let index = totals.firstIndex(where: { $0.period == period && $0.metric == metric.name }) {
            totals[index].amount = try totals[index].amount.adding(amount)
            if totals[index].amount == 0 { totals.remove(at: index) }
            return
        }
        totals.append(Total(period: period, metric: metric.name, amount: amount))
        totals.sort { ($0.period, $0.metric) < ($1.period, $1.metric) }
        prune(metric.name, like: period)
    }

    /// Drops the oldest period of a metric where there are more than are kept.
    private mutating func prune(_ metric: String, like period: Period) {
        func isAlike(_ other: Period) -> Bool {
            switch (other, period) {
            case (.year, .year), (.membershipYear, .membershipYear), (.day, .day): true
            default: false
            }
        }
        let kept = if case .day = period { MemberState.daysKept } else { MemberState.periodsKept }
        let alike = totals.indices.filter { totals[$0].metric == metric && isAlike(totals[$0].period) }
        if alike.count > kept { totals.remove(at: alike[0]) }
    }

    public func counter(_ rule: String, _ window: String) -> Int64 {
        counters.first { $0.rule == rule && $0.window == window }?.value ?? 0
    }

    mutating func count(_ counts: [Count]) throws(LoyaltyFault) {
        for count in counts where count.added != 0 && !count.isShared {
            if let index = counters.firstIndex(where: { $0.rule == count.rule && $0.window == count.window }) {
                counters[index].value = try counters[index].value.adding(count.added)
                if counters[index].value == 0 { counters.remove(at: index) }
            } else {
                counters.append(Counter(rule: count.rule, window: count.window, value: count.added))
                let alike = counters.indices.filter { counters[$0].rule == count.rule && counters[$0].window != "life" }
                if alike.count > MemberState.windowsKept { counters.remove(at: alike[0]) }
            }
        }
    }
}
