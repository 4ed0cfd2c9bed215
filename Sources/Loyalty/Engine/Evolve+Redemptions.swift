extension MemberState {
    mutating func evolve(_ event: RedemptionReserved, at: Instant) throws(LoyaltyFault) {
        let redemption = event.redemption
        let taken = try withWallet(redemption.wallet) { wallet throws(LoyaltyFault) in
            wallet.reserved = try wallet.reserved.adding(redemption.points)
            return try wallet.withdraw(redemption.points, at: at)
        }
        reservations.append(Reservation(redemption: redemption, expiresAt: event.expiresAt, taken: taken))
        try count(redemption.counts)
        try set(event.clocks, on: event.day)
    }

    mutating func evolve(_ event: RedemptionConfirmed, at: Instant) throws(LoyaltyFault) {
        _ = try confirm(event, at: at)
    }

    /// Answers the lots that the points came from.
    mutating func confirm(_ event: RedemptionConfirmed, at: Instant) throws(LoyaltyFault) -> [Lot] {
        let redemption = event.redemption
        var taken: [Lot] = []
        // A purchase that became known late confirms what has been recorded as lapsed: the restatement behind it says what
        // holds, and until then the points are taken from what is there.
        let held = event.wasReserved ? reservations.firstIndex { $0.redemption.id == redemption.id } : nil
        if let held {
            taken = reservations.remove(at: held).taken
            try withWallet(redemption.wallet) { wallet throws(LoyaltyFault) in
                wallet.reserved -= redemption.points
                wallet.redeemed = try wallet.redeemed.adding(redemption.points)
            }
        } else {
            taken = try withWallet(redemption.wallet) { wallet throws(LoyaltyFault) in
                wallet.redeemed = try wallet.redeemed.adding(redemption.points)
                return try wallet.withdraw(redemption.points, at: at)
            }
            try count(redemption.counts)
        }
        if let conversion = event.conversion { conversions = max(conversions, conversion + 1) }
        // A conversion happens by itself: nobody was active.
        if event.conversion == nil { try set(event.clocks, on: event.day) }
        return taken
    }

    mutating func evolve(_ event: RedemptionCancelled, at: Instant) throws(LoyaltyFault) {
        let redemption = event.redemption
        var taken = event.taken
        let wasReserved = event.reason != .refunded
        if wasReserved {
            guard let index = reservations.firstIndex(where: { $0.redemption.id == redemption.id }) else {
                throw .contradiction("redemption \(redemption.id) is not reserved")
            }
            taken = reservations.remove(at: index).taken
        }
        try withWallet(redemption.wallet) { wallet throws(LoyaltyFault) in
            if wasReserved { wallet.reserved -= redemption.points } else { wallet.redeemed -= redemption.points }
            try wallet.giveBack(redemption.points, to: taken, at: at)
        }
        try count(redemption.counts.map { Count(rule: $0.rule, window: $0.window, before: 0, added: -$0.added) })
    }

    mutating func evolve(_ event: SubscriptionChanged, at: Instant) {
        let old = subscriptions.first { $0.plan == event.plan }
        subscriptions.removeAll { $0.plan == event.plan }
        grants.removeAll { $0.source == .plan(event.plan) }
        if event.action == .refunded || event.action == .ended { return }
        let since = old?.since ?? at
        subscriptions.append(
            Subscription(
                plan: event.plan, since: since, paidUntil: event.paidUntil, isCancelled: event.action == .cancelled))
        if let tier = event.tier {
            grants.append(Grant(tier: tier, source: .plan(event.plan), since: since, until: event.paidUntil))
        }
    }

    /// How many members that became this one are known by name.
    static let absorbedKept = 32

    /// The member is no more: whatever was there is the other's.
    mutating func merge(into other: String, at: Instant) throws(LoyaltyFault) {
        mergedInto = other
        for index in wallets.indices {
            let moved = try wallets[index].movable
            wallets[index].transferredOut = try wallets[index].transferredOut.adding(moved)
            (wallets[index].lots, wallets[index].pending, wallets[index].debt) = ([], [], 0)
            wallets[index].reserved = 0
            wallets[index].settledAt = max(wallets[index].settledAt, at)
        }
        (totals, grants, subscriptions, counters, reservations) = ([], [], [], [], [])
    }

    /// What another member had comes to this one: the better tier holds, sums are added.
    mutating func absorb(_ event: MemberAbsorbed, at: Instant) throws(LoyaltyFault) {
        let other = event.state
        absorbed += [event.from] + other.absorbed
        absorbed.removeFirst(max(0, absorbed.count - MemberState.absorbedKept))
        enrolledAt = min(enrolledAt, other.enrolledAt)
        for theirs in other.wallets {
            try withWallet(theirs.id) { wallet throws(LoyaltyFault) in
                wallet.transferredIn = try wallet.transferredIn.adding(theirs.movable)
                wallet.reserved = try wallet.reserved.adding(theirs.reserved)
                wallet.settledAt = max(wallet.settledAt, at)
                wallet.inactiveOn = [wallet.inactiveOn, theirs.inactiveOn].compactMap { $0 }.max()
                for pending in theirs.pending { try wallet.hold(pending.points, pending.until, pending.end) }
                for lot in theirs.lots { try wallet.put(lot.points, lot.end, at: at) }
                try wallet.owe(theirs.debt, at: at)
            }
        }
        for total in other.totals { try add(total.amount, to: Metric(name: total.metric), in: total.period) }
        try count(other.counters.map { Count(rule: $0.rule, window: $0.window, before: 0, added: $0.value) })
        // What is held stays held, and lapses or is spent here.
        reservations += other.reservations
        purchases = try purchases.adding(other.purchases)
        lastActive = [lastActive, other.lastActive].compactMap { $0 }.max()
        birthday = birthday ?? other.birthday
        gifts.merge(other.gifts) { max($0, $1) }
        let plans = Set(subscriptions.map(\.plan))
        subscriptions += other.subscriptions.filter { !plans.contains($0.plan) }
        grants += other.grants
        grants.removeFirst(max(0, grants.count - MemberState.grantsKept))
    }
}

extension Wallet {
    /// All that another member takes over: available, pending and reserved.
    fileprivate var movable: Int64 {
        get throws(LoyaltyFault) { try available.adding(pendingPoints).adding(reserved) }
    }

    /// Points are owed: open lots pay at once.
    mutating func owe(_ points: Int64, at: Instant) throws(LoyaltyFault) {
        guard points > 0 else { return }
        _ = try withdraw(points, at: at)
    }
}
