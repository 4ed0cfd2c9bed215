/// One kind of points of one member. At every event
/// issued + transferred in = available + pending + reserved + redeemed + transferred out + expired + revoked,
/// and available = open lots − debt.
public struct Wallet: Hashable, Sendable {
    public var id: String
    /// Open lots, in the order of their ends.
    public var lots: [Lot]
    public var pending: [PendingPoints]
    /// Points owed; paid from whatever comes in next.
    public var debt: Int64
    /// Held by reservations.
    public var reserved: Int64
    public var issued: Int64
    public var transferredIn: Int64
    public var redeemed: Int64
    public var transferredOut: Int64
    public var expired: Int64
    public var revoked: Int64
    /// The day at whose 00:00 points lapse for inactivity if nothing happens before.
    public var inactiveOn: CivilDate?
    /// When points last left other than by a return of the very sale that brought them, or paid debt. What was earned
    /// later lies untouched where it was put.
    public var settledAt: Instant

    public init(id: String) {
        self.id = id
        (lots, pending) = ([], [])
        (debt, reserved, issued, transferredIn, redeemed) = (0, 0, 0, 0, 0)
        (transferredOut, expired, revoked) = (0, 0, 0)
        settledAt = .distantPast
    }

    /// What can be spent; negative where more was taken back than there was.
    public var available: Int64 { lots.reduce(-debt) { $0 &+ $1.points } }

    public var pendingPoints: Int64 { pending.reduce(0) { $0 &+ $1.points } }

    /// Whether the identity of the sums holds.
    public var isBalanced: Bool {
        let left = Int128(issued) + Int128(transferredIn)
        let right = [available, pendingPoints, reserved, redeemed, transferredOut, expired, revoked]
        return left == right.reduce(Int128(0)) { $0 + Int128($1) } && debt >= 0 && lots.allSatisfy { $0.points > 0 }
    }

    /// Lots in the order in which they are spent: the soonest-ending first.
    var spendingOrder: [Lot.End] {
        lots.map(\.end).sorted { a, b in
            switch (day(of: a), day(of: b)) {
            case (let first?, let second?): first != second ? first < second : a < b
            case (.some, nil): true
            case (nil, .some): false
            case (nil, nil): a < b
            }
        }
    }

    /// When a lot ends as things stand; nil for one that does not.
    private func day(of end: Lot.End) -> CivilDate? {
        switch end {
        case .on(let day): day
        case .inactivity: inactiveOn
        case .never: nil
        }
    }

    func points(endingBy end: Lot.End) -> Int64 { lots.first { $0.end == end }?.points ?? 0 }

    func points(pending until: PendingPoints.Until, end: Lot.End) -> Int64 {
        pending.first { $0.until == until && $0.end == end }?.points ?? 0
    }
}

// MARK: - Movements

extension Wallet {
    /// Points come into a lot; debt is paid first.
    mutating func put(_ points: Int64, _ end: Lot.End, at: Instant) throws(LoyaltyFault) {
        let paid = min(debt, points)
        if paid > 0 {
            debt -= paid
            settledAt = max(settledAt, at)
        }
        guard points > paid else { return }
        if let index = lots.firstIndex(where: { $0.end == end }) {
            lots[index].points = try lots[index].points.adding(points - paid)
        } else {
            let place = lots.firstIndex { end < $0.end } ?? lots.count
            lots.insert(Lot(end, points - paid), at: place)
        }
    }

    /// Points are earned and wait.
    mutating func hold(_ points: Int64, _ until: PendingPoints.Until, _ end: Lot.End) throws(LoyaltyFault) {
        if let index = pending.firstIndex(where: { $0.until == until && $0.end == end }) {
            pending[index].points = try pending[index].points.adding(points)
        } else {
            pending.append(PendingPoints(until: until, end: end, points: points))
            pending.sort(by: PendingPoints.inOrder)
        }
    }

    /// Takes points out of the open lots, the soonest-ending first; answers from which, and how many were not there.
    mutating func spend(_ points: Int64, at: Instant) -> (taken: [Lot], missing: Int64) {
        settledAt = max(settledAt, at)
        var missing = points
        var taken: [Lot] = []
        for end in spendingOrder where missing > 0 {
            let part = take(missing, from: end)
            missing -= part
            if part > 0 { taken.append(Lot(end, part)) }
        }
        return (taken, missing)
    }

    /// Takes at most `points` from one lot; answers how many.
    mutating func take(_ points: Int64, from end: Lot.End) -> Int64 {
        guard let index = lots.firstIndex(where: { $0.end == end }) else { return 0 }
        let part = min(points, lots[index].points)
        lots[index].points -= part
        if lots[index].points == 0 { lots.remove(at: index) }
        return part
    }

    /// Takes at most `points` from what waits; answers how many.
    mutating func take(_ points: Int64, pending until: PendingPoints.Until, _ end: Lot.End) -> Int64 {
        guard let index = pending.firstIndex(where: { $0.until == until && $0.end == end }) else { return 0 }
        let part = min(points, pending[index].points)
        pending[index].points -= part
        if pending[index].points == 0 { pending.remove(at: index) }
        return part
    }

    /// Takes points back: from where they were put, then from the other lots, and owes the rest.
    mutating func revoke(_ part: PointsRevoked.Part, at: Instant) throws(LoyaltyFault) {
        revoked = try revoked.adding(part.points)
        var owed = part.points
        if let until = part.matures, let end = part.expires { owed -= take(owed, pending: until, end) }
        if let end = part.expires, owed > 0 { owed -= take(owed, from: end) }
        guard owed > 0 else { return }
        owed = spend(owed, at: at).missing
        debt = try debt.adding(owed)
    }

    /// Takes back what still waits; what has come in is the member's.
    mutating func withdraw(_ part: PointsRevoked.Part, at: Instant) throws(LoyaltyFault) {
        guard let until = part.matures, let end = part.expires else { return }
        let points = take(part.points, pending: until, end)
        guard points > 0 else { return }
        revoked = try revoked.adding(points)
        // They may be what something else brought that matures on the same day.
        settledAt = max(settledAt, at)
    }

    /// Takes points out for good or for a while: what is not there is owed. Answers the lots that they came from.
    mutating func withdraw(_ points: Int64, at: Instant) throws(LoyaltyFault) -> [Lot] {
        let (taken, missing) = spend(points, at: at)
        debt = try debt.adding(missing)
        return taken
    }

    /// Gives points back to the lots they came from; what was never there lowers the debt.
    mutating func giveBack(_ points: Int64, to lots: [Lot], at: Instant) throws(LoyaltyFault) {
        settledAt = max(settledAt, at)
        let missing = points - lots.reduce(Int64(0)) { $0 &+ $1.points }
        let forgiven = min(debt, max(0, missing))
        debt -= forgiven
        for lot in lots { try put(lot.points, lot.end, at: at) }
        if missing > forgiven { try put(missing - forgiven, lots.last?.end ?? .never, at: at) }
    }
}
