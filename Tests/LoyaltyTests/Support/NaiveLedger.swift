@testable import Loyalty

/// A second implementation of what follows from facts: every accrual is a heap of its own, nothing is summed up or carried
/// on, and every question goes through the whole list of what happened.
struct NaiveLedger {
    struct Heap {
        var wallet: String
        var points: Int64
        var end: Lot.End
        var waitsFor: PendingPoints.Until?
    }

    struct Holding: Equatable, CustomStringConvertible {
        var lots: [Lot.End: Int64] = [:]
        var pending: Int64 = 0
        var debt: Int64 = 0
        var reserved: Int64 = 0
        var redeemed: Int64 = 0
        var expired: Int64 = 0

        var description: String {
            let lots = lots.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
            return
                "\(lots) pending \(pending) debt \(debt) reserved \(reserved) redeemed \(redeemed) expired \(expired)"
        }
    }

    private let programme: Programme
    private var heaps: [Heap] = []
    private var holdings: [String: Holding] = [:]
    private var clocks: [String: CivilDate] = [:]
    private var held: [(redemption: Redemption, until: Instant, taken: [Heap])] = []
    private var spent: [String: [Heap]] = [:]
    /// By order, rule and wallet: what all its returns take.
    private var back: [String: Int64] = [:]

    /// Everything up to an instant, by business time, and what had fallen due.
    init(_ log: [DatedEvent], at instant: Instant, under programme: Programme) {
        self.programme = programme
        let facts = Fact.inBusinessOrder(log).filter { $0.at <= instant }
        for fact in facts {
            guard case .purchaseReturned(let event) = fact.event, let order = event.goods.order else { continue }
            for taken in event.taken { back["\(order.id) \(taken.rule) \(taken.wallet)", default: 0] += taken.points }
        }
        for fact in facts {
            pass(to: fact.at)
            happen(fact)
        }
        pass(to: instant)
    }

    /// What is in each wallet that anything is or was in.
    var result: [String: Holding] {
        var result = holdings
        for heap in heaps where heap.points > 0 {
            if heap.waitsFor == nil {
                result[heap.wallet, default: Holding()].lots[heap.end, default: 0] += heap.points
            } else {
                result[heap.wallet, default: Holding()].pending += heap.points
            }
        }
        return result.filter { $0.value != Holding() }
    }

    // MARK: Time

    private mutating func pass(to instant: Instant) {
        while let (at, due) = nextDue(), at <= instant { due(&self, at) }
    }

    private typealias Due = (inout NaiveLedger, Instant) -> Void

    private func nextDue() -> (Instant, Due)? {
        var next: (Instant, Due)?
        func consider(_ at: Instant, _ due: @escaping Due) { if next.map({ at < $0.0 }) ?? true { next = (at, due) } }
        for (index, reservation) in held.enumerated() {
            consider(reservation.until) { ledger, _ in ledger.release(at: index) }
        }
        for index in heaps.indices.sorted(by: { comesBefore($0, $1) }) where heaps[index].points > 0 {
            guard case .on(let day)? = heaps[index].waitsFor else { continue }
            consider(programme.zone.start(of: day)) { ledger, at in ledger.mature(index, at: at) }
        }
        for index in heaps.indices where heaps[index].points > 0 && heaps[index].waitsFor == nil {
            guard let day = lastDay(of: heaps[index]) else { continue }
            consider(programme.zone.start(of: day)) { ledger, _ in
                ledger.holdings[ledger.heaps[index].wallet, default: Holding()].expired += ledger.heaps[index].points
                ledger.heaps[index].points = 0
            }
        }
        return next
    }

    private func comesBefore(_ a: Int, _ b: Int) -> Bool {
        (heaps[a].wallet, heaps[a].end, a) < (heaps[b].wallet, heaps[b].end, b)
    }

    private func lastDay(of heap: Heap) -> CivilDate? {
        switch heap.end {
        case .on(let day): day
        case .inactivity: clocks[heap.wallet]
        case .never: nil
        }
    }

    private mutating func mature(_ index: Int, at: Instant) {
        var heap = heaps[index]
        heaps[index].points = 0
        heap.waitsFor = nil
        put(heap, at: at)
    }

    // MARK: What happens

    private mutating func happen(_ fact: Fact) {
        let at = fact.at
        switch fact.event {
        case .purchaseCompleted(let event):
            isActive(at: at)
            for accrual in fact.accruals { accrue(accrual, of: event.purchase.order.id, at: at) }
        case .purchaseReturned(let event) where event.goods.order == nil:
            for taken in event.taken { take(taken.points, from: taken.wallet) }
        case .activityCompleted(let event):
            for accrual in fact.accruals { accrue(accrual, of: nil, at: at) }
            let until = PendingPoints.Until.activity(name: event.activity.name, order: event.activity.reference ?? "")
            for index in heaps.indices.sorted(by: { comesBefore($0, $1) }) where heaps[index].waitsFor == until {
                mature(index, at: at)
            }
        case .redemptionReserved(let event):
            let taken = take(event.redemption.points, from: event.redemption.wallet)
            holdings[event.redemption.wallet, default: Holding()].reserved += event.redemption.points
            held.append((event.redemption, event.expiresAt, taken))
            isActive(at: at)
        case .redemptionConfirmed(let event): confirm(event, at: at)
        case .redemptionCancelled(let event):
            if let index = held.firstIndex(where: { $0.redemption.id == event.redemption.id }) {
                release(at: index)
            } else {
                holdings[event.redemption.wallet, default: Holding()].redeemed -= event.redemption.points
                giveBack(event.redemption, spent[event.redemption.id] ?? [])
            }
        case .pointsAdjusted(let event): adjust(event, at: at)
        case .pointsTransferred(let event):
            guard event.direction == .in else {
                take(event.points, from: event.wallet)
                return
            }
            start(event.wallet, event.parts.map(\.end), at: at)
            for part in event.parts { put(Heap(wallet: event.wallet, points: part.points, end: part.end), at: nil) }
        case .referralCompleted(let event):
            for accrual in fact.accruals { accrue(accrual, of: nil, at: at) }
            for part in event.withdrawn { withdraw(part, from: event.wallet) }
        case .absorbed(let event): absorb(event.state)
        case .merged:
            heaps = []
            for wallet in holdings.keys { holdings[wallet]?.debt = 0 }
        default: break
        }
    }

    private mutating func accrue(_ accrual: PointsAccrued, of order: String?, at: Instant) {
        let key = "\(order ?? "-") \(accrual.rule) \(accrual.wallet)"
        let gone = order == nil ? 0 : min(accrual.points, back[key] ?? 0)
        back[key, default: 0] -= gone
        let heap = Heap(
            wallet: accrual.wallet, points: accrual.points - gone, end: accrual.expires, waitsFor: accrual.matures)
        if heap.waitsFor == nil { put(heap, at: at) } else { heaps.append(heap) }
    }

    private mutating func confirm(_ event: RedemptionConfirmed, at: Instant) {
        let (id, wallet, points) = (event.redemption.id, event.redemption.wallet, event.redemption.points)
        if event.wasReserved, let index = held.firstIndex(where: { $0.redemption.id == id }) {
            spent[id] = held.remove(at: index).taken
            holdings[wallet, default: Holding()].reserved -= points
        } else {
            spent[id] = take(points, from: wallet)
        }
        holdings[wallet, default: Holding()].redeemed += points
        if event.conversion == nil { isActive(at: at) }
    }

    private mutating func release(at index: Int) {
        let gone = held.remove(at: index)
        holdings[gone.redemption.wallet, default: Holding()].reserved -= gone.redemption.points
        giveBack(gone.redemption, gone.taken)
    }

    private mutating func adjust(_ event: PointsAdjusted, at: Instant) {
        let (wallet, points) = (event.adjustment.wallet, event.adjustment.points)
        if points > 0 {
            put(Heap(wallet: wallet, points: points, end: event.expires), at: at)
        } else {
            take(-points, from: wallet)
        }
    }

    private mutating func withdraw(_ part: PointsRevoked.Part, from wallet: String) {
        var left = part.points
        for index in heaps.indices
        where part.matures != nil && heaps[index].waitsFor == part.matures && heaps[index].end == part.expires
            && heaps[index].wallet == wallet
        {
            let gone = min(left, heaps[index].points)
            heaps[index].points -= gone
            left -= gone
        }
    }

    private mutating func absorb(_ other: MemberState) {
        for theirs in other.wallets {
            clocks[theirs.id] = [clocks[theirs.id], theirs.inactiveOn].compactMap { $0 }.max()
            for waiting in theirs.pending {
                heaps.append(
                    Heap(wallet: theirs.id, points: waiting.points, end: waiting.end, waitsFor: waiting.until))
            }
            for lot in theirs.lots { put(Heap(wallet: theirs.id, points: lot.points, end: lot.end), at: nil) }
            if theirs.debt > 0 { take(theirs.debt, from: theirs.id) }
        }
    }

    // MARK: In and out

    /// Debt is paid first.
    private mutating func put(_ heap: Heap, at: Instant?) {
        guard heap.points > 0 else { return }
        var heap = heap
        if let at { start(heap.wallet, [heap.end], at: at) }
        let paid = min(holdings[heap.wallet]?.debt ?? 0, heap.points)
        if paid > 0 { holdings[heap.wallet]?.debt -= paid }
        heap.points -= paid
        heaps.append(heap)
    }

    /// The soonest-ending first; what is not there is owed.
    @discardableResult
    private mutating func take(_ points: Int64, from wallet: String) -> [Heap] {
        var left = points
        var taken: [Heap] = []
        while left > 0 {
            let open = heaps.indices.filter {
                heaps[$0].wallet == wallet && heaps[$0].points > 0 && heaps[$0].waitsFor == nil
            }
            let far = CivilDate(year: 9_999, month: 1, day: 1)
            guard
                let index = open.min(by: {
                    (lastDay(of: heaps[$0]) ?? far, heaps[$0].end) < (lastDay(of: heaps[$1]) ?? far, heaps[$1].end)
                })
            else { break }
            var part = heaps[index]
            part.points = min(left, part.points)
            heaps[index].points -= part.points
            left -= part.points
            taken.append(part)
        }
        if left > 0 { holdings[wallet, default: Holding()].debt += left }
        return taken
    }

    private mutating func giveBack(_ redemption: Redemption, _ taken: [Heap]) {
        let missing = redemption.points - taken.reduce(0) { $0 + $1.points }
        let forgiven = min(missing, holdings[redemption.wallet]?.debt ?? 0)
        if forgiven > 0 { holdings[redemption.wallet]?.debt -= forgiven }
        for heap in taken { put(heap, at: nil) }
        put(Heap(wallet: redemption.wallet, points: missing - forgiven, end: taken.last?.end ?? .never), at: nil)
    }

    // MARK: Inactivity

    private mutating func isActive(at: Instant) {
        clocks = [:]
        for wallet in programme.version(at: at).wallets {
            clocks[wallet.id] = wallet.expiry.inactiveOn(after: programme.zone.date(of: at))
        }
    }

    /// What comes in starts a clock that does not run.
    private mutating func start(_ wallet: String, _ ends: [Lot.End], at: Instant) {
        let day = programme.zone.date(of: at)
        guard ends.contains(.inactivity), clocks[wallet].map({ day >= $0 }) ?? true else { return }
        if let end = programme.version(at: at).wallet(wallet).expiry.inactiveOn(after: day) { clocks[wallet] = end }
    }
}

extension MemberState {
    /// The same in the terms of the naive ledger.
    var holdings: [String: NaiveLedger.Holding] {
        var result: [String: NaiveLedger.Holding] = [:]
        for wallet in wallets {
            result[wallet.id] = NaiveLedger.Holding(
                lots: Dictionary(uniqueKeysWithValues: wallet.lots.map { ($0.end, $0.points) }),
                pending: wallet.pendingPoints, debt: wallet.debt, reserved: wallet.reserved,
                redeemed: wallet.redeemed, expired: wallet.expired)
        }
        return result.filter { $0.value != NaiveLedger.Holding() }
    }
}
