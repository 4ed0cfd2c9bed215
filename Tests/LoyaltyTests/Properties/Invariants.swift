@testable import Loyalty

/// What must hold behind every event, whatever happened in whatever order.
struct Invariants {
    struct Broken: Error, CustomStringConvertible {
        var description: String
    }

    let programme: Programme
    private var folded: MemberState
    /// Running sums of what events say they did, by wallet.
    private var sums: [String: Int64] = [:]

    init(_ till: Till) {
        programme = till.programme
        folded = till.state
    }

    /// Looks at what a decision recorded, and at the member behind it.
    mutating func check(_ decision: Decision, of till: Till) throws {
        for dated in till.log.suffix(decision.events.count) {
            try folded.evolve(dated)
            for wallet in folded.wallets { try check(wallet) }
            try chain(dated.event)
        }
        guard folded == till.state else { throw Broken(description: difference("fold", folded, till.state)) }
        for wallet in till.state.wallets where sums[wallet.id, default: 0] != wallet.available {
            throw Broken(
                description: "\(wallet.id): events sum up to \(sums[wallet.id, default: 0]), not \(wallet.available)")
        }
        let replayed = try programme.state(of: till.log, asOf: till.state.latest)
        guard replayed == till.state else { throw Broken(description: difference("replay", replayed, till.state)) }
        try checkBounds(of: till.state)
    }

    private func check(_ wallet: Wallet) throws {
        guard wallet.isBalanced else { throw Broken(description: "the sums do not balance: \(wallet)") }
        guard wallet.debt == 0 || wallet.lots.isEmpty else { throw Broken(description: "debt beside lots: \(wallet)") }
        let counts = [wallet.reserved, wallet.redeemed, wallet.expired, wallet.issued, wallet.revoked]
        guard counts.allSatisfy({ $0 >= 0 }), wallet.pending.allSatisfy({ $0.points > 0 }) else {
            throw Broken(description: "a sum below zero: \(wallet)")
        }
    }

    private func checkBounds(of state: MemberState) throws {
        for wallet in state.wallets {
            let held = state.reservations.filter { $0.redemption.wallet == wallet.id }
            guard wallet.reserved == held.reduce(0, { $0 + $1.redemption.points }) else {
                throw Broken(description: "\(wallet.reserved) reserved, but reservations are \(held)")
            }
        }
        guard state.reservations.count <= 32, state.grants.count <= MemberState.grantsKept,
            state.totals == state.totals.sorted(by: { ($0.period, $0.metric) < ($1.period, $1.metric) }),
            state.wallets.map(\.id) == state.wallets.map(\.id).sorted()
        else { throw Broken(description: "out of bounds or order: \(state)") }
    }

    /// The balances told by events are running sums of their changes.
    private mutating func chain(_ event: LoyaltyEvent) throws {
        switch event {
        case .restated(let event):
            for correction in event.corrections {
                sums[correction.wallet, default: 0] += correction.points
                try told(correction.balance, in: correction.wallet, by: correction.event)
            }
        case .absorbed(let event):
            for wallet in event.state.wallets { sums[wallet.id, default: 0] += wallet.available }
        case .merged: sums = [:]
        default:
            guard let wallet = event.wallet else { return }
            sums[wallet, default: 0] += event.change
            try told(event.balance, in: wallet, by: event)
        }
    }

    private func told(_ balance: Int64, in wallet: String, by event: LoyaltyEvent) throws {
        guard sums[wallet] != balance else { return }
        throw Broken(description: "\(wallet) sums up to \(sums[wallet] ?? 0), but \(balance) is told by \(event)")
    }
}

/// Where two states differ, without all that is the same.
func difference(_ name: String, _ found: MemberState, _ expected: MemberState) -> String {
    let pairs = zip(Mirror(reflecting: found).children, Mirror(reflecting: expected).children)
    let lines = pairs.compactMap { found, expected -> String? in
        let (first, second) = ("\(found.value)", "\(expected.value)")
        return first == second ? nil : "  \(found.label ?? "")\n    \(first)\n    \(second)"
    }
    return "\(name) differs (first line found, second expected):\n" + lines.joined(separator: "\n")
}
