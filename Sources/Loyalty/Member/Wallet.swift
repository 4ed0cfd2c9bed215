/// One kind of points of one member: its open lots, what ended, what is owed, and the sums that must always agree:
/// issued = available + expired + revoked, with `available` = open lots − debt.
public struct Wallet: Hashable, Sendable {
    /// How many ended lots are remembered for returns that come after the points have lapsed.
    public static let endedLotsKept = 16

    /// Open lots in the order in which they are spent.
    public var open: [Lot]
    /// The newest ended lots, oldest first, at most `endedLotsKept`.
    public var ended: [Lot]
    /// Points owed; taken from whatever is earned next.
    public var debt: Int64
    public var issued: Int64
    public var revoked: Int64
    public var expired: Int64

    public init(
        open: [Lot] = [], ended: [Lot] = [], debt: Int64 = 0, issued: Int64 = 0, revoked: Int64 = 0, expired: Int64 = 0
    ) {
        (self.open, self.ended, self.debt) = (open, ended, debt)
        (self.issued, self.revoked, self.expired) = (issued, revoked, expired)
    }

    /// What can be spent; negative where more was taken back than there was.
    public var available: Int64 { open.reduce(-debt) { $0 &+ $1.available } }

    /// Adds points to a lot; debt is paid first.
    mutating func accrue(_ points: Int64, into lot: Lot.ID, end: Lot.End) throws(LoyaltyFault) {
        issued = try issued.adding(points)
        let paid = min(debt, points)
        debt -= paid
        if let index = open.firstIndex(where: { $0.id == lot }) {
            open[index].available = try open[index].available.adding(points - paid)
        } else {
            close { $0.available == 0 && $0.end == end }
            open.append(Lot(id: lot, end: end, available: points - paid))
        }
    }

    /// The lot that holds what was earned on `day`. Lots of one kind follow each other, so it is the last that had begun.
    func lot(of end: Lot.End, begunBy day: CivilDate) -> Lot.ID? {
        (ended + open).filter { $0.end == end && $0.id <= day }.map(\.id).max()
    }

    /// How much of a lot ended before a return could take it.
    func expired(of lot: Lot.ID?) -> Int64 { ended.first { $0.id == lot }?.expired ?? 0 }

    /// Takes points back: from the lot itself, then nothing for what has expired, then from the open lots, then as debt.
    mutating func revoke(_ points: Int64, from lot: Lot.ID?, expired alreadyExpired: Int64) throws(LoyaltyFault) {
        let alreadyExpired = min(alreadyExpired, expired(of: lot))
        if alreadyExpired > 0, let index = ended.firstIndex(where: { $0.id == lot }) {
            ended[index].expired -= alreadyExpired
            expired -= alreadyExpired
        }
        revoked = try revoked.adding(points)
        var owed = points - alreadyExpired
        if let index = open.firstIndex(where: { $0.id == lot }) { owed -= open[index].take(owed) }
        for index in open.indices { owed -= open[index].take(owed) }
        debt = try debt.adding(owed)
    }

    /// Ends a lot with what is left in it.
    mutating func expire(_ lot: Lot.ID, points: Int64) throws(LoyaltyFault) {
        guard let index = open.firstIndex(where: { $0.id == lot }), open[index].available == points else {
            throw .contradiction("lot \(lot) does not hold the \(points) points that expire")
        }
        expired = try expired.adding(points)
        (open[index].available, open[index].expired) = (0, points)
        close { $0.id == lot }
    }

    private mutating func close(where isOver: (Lot) -> Bool) {
        ended += open.filter(isOver)
        open.removeAll(where: isOver)
        ended.removeFirst(max(0, ended.count - Wallet.endedLotsKept))
    }
}

extension Lot {
    /// Takes at most `points`; answers how many it took.
    mutating func take(_ points: Int64) -> Int64 {
        let taken = min(available, points)
        available -= taken
        return taken
    }
}
