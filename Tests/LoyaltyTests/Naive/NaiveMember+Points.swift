@testable import Loyalty

/// Points in and out.
extension NaiveMember {
    /// Debt is paid first.
    mutating func comeIn(_ heap: Heap, startsClock: Bool) {
        guard heap.points > 0 else { return }
        if startsClock, heap.end == .inactivity { startClock(heap.wallet) }
        var heap = heap
        let paid = min(debts[heap.wallet] ?? 0, heap.points)
        debts[heap.wallet, default: 0] -= paid
        heap.points -= paid
        heaps.append(heap)
    }

    /// The soonest-ending first; what is not there is owed.
    mutating func take(_ points: Int64, _ wallet: String) -> [Heap] {
        var left = points
        var taken: [Heap] = []
        while left > 0 {
            let open = heaps.indices.filter {
                heaps[$0].wallet == wallet && heaps[$0].waits == nil && heaps[$0].points > 0
            }
            guard let index = open.min(by: { isSpentBefore(heaps[$0], heaps[$1]) }) else { break }
            var part = heaps[index]
            part.points = min(left, part.points)
            heaps[index].points -= part.points
            left -= part.points
            taken.append(part)
        }
        debts[wallet, default: 0] += left
        return taken
    }

    private func isSpentBefore(_ one: Heap, _ other: Heap) -> Bool {
        switch (lastDay(one), lastDay(other)) {
        case (let first?, let second?) where first != second: first < second
        case (nil, .some): false
        case (.some, nil): true
        default: one.end < other.end
        }
    }

    /// When a heap is gone as things stand.
    func lastDay(_ heap: Heap) -> CivilDate? {
        switch heap.end {
        case .on(let day): day
        case .inactivity: clocks[heap.wallet]
        case .never: nil
        }
    }

    // MARK: Inactivity

    /// A purchase or redemption sets every clock anew.
    mutating func beActive() {
        clocks = [:]
        for wallet in programme.version(at: now).wallets {
            if case .inactivity(let months) = wallet.expiry {
                clocks[wallet.id] = programme.day(now).adding(months: months)
            }
        }
    }

    /// Other points start a clock only where none runs.
    mutating func startClock(_ wallet: String) {
        let today = programme.day(now)
        if let running = clocks[wallet], today < running { return }
        if case .inactivity(let months) = programme.version(at: now).wallet(wallet).expiry {
            clocks[wallet] = today.adding(months: months)
        }
    }

    // MARK: Redemptions

    mutating func spend(_ redemption: NaiveRedemption, wasReserved: Bool) {
        if wasReserved, let index = held.firstIndex(where: { $0.redemption.id == redemption.id }) {
            spent[redemption.id] = held.remove(at: index).from
            reserved[redemption.wallet, default: 0] -= redemption.points
        } else {
            spent[redemption.id] = take(redemption.points, redemption.wallet)
            count(redemption.counts, 1)
        }
        redeemed[redemption.wallet, default: 0] += redemption.points
    }

    /// A reservation comes to nothing.
    mutating func release(_ index: Int) {
        let gone = held.remove(at: index)
        reserved[gone.redemption.wallet, default: 0] -= gone.redemption.points
        giveBack(gone.redemption, gone.from)
    }

    /// To where the points came from; what had been owed for it is owed no more.
    mutating func giveBack(_ redemption: NaiveRedemption, _ from: [Heap]) {
        count(redemption.counts, -1)
        let owed = redemption.points - from.reduce(0) { $0 + $1.points }
        let forgiven = min(owed, debts[redemption.wallet] ?? 0)
        debts[redemption.wallet, default: 0] -= forgiven
        for heap in from { comeIn(heap, startsClock: false) }
        comeIn(
            Heap(wallet: redemption.wallet, points: owed - forgiven, end: from.last?.end ?? .never),
            startsClock: false)
    }
}
