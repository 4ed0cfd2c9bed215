/// One window of what a rule may give all members together. Nobody's state holds how much of it is gone: whoever records
/// decisions keeps count, and each sale remembers what had been given before it and what it got, so that it is judged the
/// same for ever.
public struct Budget: Hashable, Sendable {
    /// Id of the programme.
    public var programme: String
    /// Id of the rule.
    public var rule: String
    /// Such as `2026-12-24`, `2026-12`, `2026` or `life`.
    public var window: String

    public init(programme: String, rule: String, window: String) {
        (self.programme, self.rule, self.window) = (programme, rule, window)
    }

    /// What a sale counts it by: no rule's id holds a colon.
    var counter: String { Budget.counter(of: rule) }

    static func counter(of rule: String) -> String { "\(prefix)\(rule)" }

    fileprivate static let prefix = "budget:"
}

extension Count {
    /// Whether it is counted for all members together.
    var isShared: Bool { rule.hasPrefix(Budget.prefix) }
}

extension LoyaltyEvent {
    /// What it takes out of budgets of the programme, or puts back (below zero).
    public func draws(under programme: String) -> [(budget: Budget, points: Int64)] {
        let counts: [Count] =
            switch self {
            case .purchaseCompleted(let event): event.counts
            case .purchaseReturned(let event): event.counts
            default: []
            }
        return counts.filter { $0.isShared && $0.added != 0 }.map { count in
            let rule = String(count.rule.dropFirst(Budget.prefix.count))
            return (Budget(programme: programme, rule: rule, window: count.window), count.added)
        }
    }
}

extension Programme {
    /// The budgets that a purchase may draw on.
    func budgets(for purchase: Purchase, at: Instant) -> [Budget] {
        // Few programmes have one, and every purchase asks.
        let rules = versions[place(at: at)].earning
        guard rules.indices.contains(where: { rules[$0].budget != nil }) else { return [] }
        let day = zone.date(of: at)
        return rules.compactMap { rule in
            guard let budget = rule.budget, rule.condition.from.map({ at >= $0 }) ?? true,
                rule.condition.until.map({ at < $0 }) ?? true,
                purchase.lines.contains(where: rule.condition.goods.holds)
            else { return nil }
            return Budget(programme: id, rule: rule.id, window: budget.window.name(on: day))
        }
    }
}
