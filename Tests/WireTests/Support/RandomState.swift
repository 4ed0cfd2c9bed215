import Loyalty

/// Random states of members.
extension Seeded {
    mutating func memberState() -> MemberState {
        var state = MemberState(
            programme: text(), language: pick(Language.allCases), enrolledAt: instant(), tier: text())
        (state.birthday, state.referredBy) = (maybe { $0.monthDay() }, maybe { $0.text() })
        state.latest = chance(20) ? .distantPast : instant()
        state.standing = standing()
        state.reached = chance(50) ? state.standing : standing()
        state.wallets = few { $0.wallet() }
        state.grants = few { $0.grant() }
        state.subscriptions = few {
            MemberState.Subscription(
                plan: $0.text(), since: $0.instant(), paidUntil: $0.date(), isCancelled: $0.chance(50))
        }
        state.totals = few { MemberState.Total(period: $0.period(), metric: $0.text(), amount: $0.number()) }
        state.counters = few { MemberState.Counter(rule: $0.text(), window: $0.text(), value: $0.number()) }
        (state.purchases, state.lastActive) = (number(), maybe { $0.date() })
        state.reservations = few { random in
            MemberState.Reservation(
                redemption: random.redemption(), expiresAt: random.instant(), taken: random.few { $0.lot() })
        }
        for _ in 0..<Int.random(in: 0...3, using: &self) { state.gifts[text()] = small() }
        (state.conversions, state.mergedInto) = (number(), maybe { $0.text() })
        (state.absorbed, state.identity) = (few { $0.text() }, pick(MemberIdentity.allCases))
        return state
    }

    mutating func standing() -> MemberState.Standing {
        MemberState.Standing(tier: text(), since: maybe { $0.instant() }, validUntil: maybe { $0.date() })
    }

    private mutating func grant() -> MemberState.Grant {
        MemberState.Grant(
            tier: text(), source: chance(50) ? .hand : .plan(text()), since: instant(), until: maybe { $0.date() })
    }

    private mutating func wallet() -> Wallet {
        var wallet = Wallet(id: text())
        wallet.lots = few { $0.lot() }
        wallet.pending = few { PendingPoints(until: $0.until(), end: $0.end(), points: $0.number()) }
        (wallet.debt, wallet.reserved, wallet.issued) = (number(), number(), number())
        (wallet.transferredIn, wallet.redeemed, wallet.transferredOut) = (number(), number(), number())
        (wallet.expired, wallet.revoked, wallet.inactiveOn) = (number(), number(), maybe { $0.date() })
        if chance(50) { wallet.settledAt = instant() }
        return wallet
    }
}
