/// What happened and stands, whatever arrives later: what a sale earned, what a return takes. All else (lots, expiry,
/// tiers, what a return finds already expired) follows from the facts in the order of business time.
struct Fact: Hashable, Sendable {
    enum Content: Hashable, Sendable {
        case purchase(PurchaseCompleted, [PointsAccrued])
        case purchaseReturn(PurchaseReturned)
        case activity(ActivityCompleted, [PointsAccrued])
    }

    var at: Instant
    var content: Content

    /// The facts among a member's recorded events, in the order recorded.
    static func all(in events: [DatedEvent]) -> [Fact] {
        var facts: [Fact] = []
        for dated in events {
            switch dated.event {
            case .purchaseCompleted(let event):
                facts.append(Fact(at: dated.at, content: .purchase(event, [])))
            case .activityCompleted(let event):
                facts.append(Fact(at: dated.at, content: .activity(event, [])))
            case .purchaseReturned(let event):
                facts.append(Fact(at: dated.at, content: .purchaseReturn(event)))
            case .pointsAccrued(let event):
                guard let last = facts.indices.last else { continue }
                facts[last].attach(event)
            case .enrolled, .returnHeld, .pointsRevoked, .pointsExpired, .tierChanged, .restated, .profileChanged,
                .erased:
                continue
            }
        }
        return facts
    }

    /// The same in the order of business time; what was recorded first comes first where the times are equal.
    static func inBusinessOrder(_ events: [DatedEvent]) -> [Fact] {
        let facts = all(in: events)
        return facts.indices.sorted { (facts[$0].at, $0) < (facts[$1].at, $1) }.map { facts[$0] }
    }

    private mutating func attach(_ accrual: PointsAccrued) {
        switch content {
        case .purchase(let event, let accruals): content = .purchase(event, accruals + [accrual])
        case .activity(let event, let accruals): content = .activity(event, accruals + [accrual])
        case .purchaseReturn: break
        }
    }
}
