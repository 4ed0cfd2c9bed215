/// One line of a member's ledger.
public struct LedgerEntry: Hashable, Sendable {
    /// What a line says; part of the API.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        case accrual, maturity, revocation, expiry, held, tier, adjustment, subscription, merge, referral
        case reservation, redemption, cancellation, lapse, voucher
        case transferIn = "transfer_in"
        case transferOut = "transfer_out"
        /// Something that a late event or a return made undone.
        case accrualReversal = "accrual_reversal"
        case maturityReversal = "maturity_reversal"
        case expiryReversal = "expiry_reversal"
        case tierReversal = "tier_reversal"
        case lapseReversal = "lapse_reversal"
        case subscriptionReversal = "subscription_reversal"
    }

    public var kind: Kind
    public var wallet: String
    /// What it did to the wallet's available points; of pending points, what was earned.
    public var points: Int64
    /// Whether the points are not available yet.
    public var isPending: Bool
    public var rule: String?
    /// The programme version that decided.
    public var version: Int?
    public var order: OrderReference?
    /// Id of the redemption.
    public var redemption: String?
    public var lot: Lot.End?
    /// Business time.
    public var at: Instant
    /// Available behind it, in the order recorded.
    public var balance: Int64
    /// The event that it explains.
    public var event: LoyaltyEvent
}

extension DatedEvent {
    /// The entries of one recorded event, in their order.
    ///
    /// - Parameter balance: what was available in the wallet `points` behind it, for the few events that move none.
    public func entries(balance: Int64) -> [LedgerEntry] {
        switch event {
        case .restated(let restated): restated.corrections.compactMap(\.entry)
        case .absorbed(let absorbed):
            absorbed.state.wallets.filter { $0.available != 0 || $0.pendingPoints != 0 }.map {
                LedgerEntry(
                    kind: .merge, wallet: $0.id, points: $0.available, isPending: false, at: at, balance: balance,
                    event: event)
            }
        default: entry(balance: balance).map { [$0] } ?? []
        }
    }

    fileprivate func entry(balance: Int64) -> LedgerEntry? {
        guard let kind = event.entryKind else { return nil }
        let wallet = event.wallet
        var entry = LedgerEntry(
            kind: kind, wallet: wallet ?? Programme.defaultWallet, points: event.change, isPending: false, at: at,
            balance: wallet == nil ? balance : event.balance, event: event)
        switch event {
        case .pointsAccrued(let event):
            (entry.rule, entry.version) = (event.rule, event.version)
            (entry.order, entry.lot) = (event.reason.order, event.expires)
            (entry.points, entry.isPending) = (event.points, event.matures != nil)
        case .pointsRevoked(let event): (entry.version, entry.order) = (event.version, event.order)
        case .pointsMatured(let event): entry.lot = event.expires
        case .pointsExpired(let event): entry.lot = event.lot
        case .pointsAdjusted(let event):
            (entry.rule, entry.version) = (event.adjustment.reason, event.version)
            entry.lot = event.adjustment.points > 0 ? event.expires : nil
        case .pointsTransferred(let event): entry.version = event.version
        case .redemptionReserved(let event): entry.tell(event.redemption)
        case .redemptionConfirmed(let event): entry.tell(event.redemption)
        case .redemptionCancelled(let event): entry.tell(event.redemption)
        case .voucherIssued(let event): (entry.rule, entry.redemption) = (event.reward, event.redemption)
        case .voucherRedeemed(let event): entry.redemption = event.redemption
        case .subscriptionChanged(let event): (entry.rule, entry.version) = (event.plan, event.version)
        case .referralCompleted(let event): entry.version = event.version
        case .returnHeld(let event): entry.order = event.goods.order
        default: break
        }
        return entry
    }
}

extension LedgerEntry {
    fileprivate mutating func tell(_ redemption: Redemption) {
        (self.redemption, rule, version) = (redemption.id, redemption.reward, redemption.version)
    }
}

extension LoyaltyEvent {
    fileprivate var entryKind: LedgerEntry.Kind? {
        switch self {
        case .pointsAccrued: .accrual
        case .pointsMatured: .maturity
        case .pointsRevoked: .revocation
        case .pointsExpired: .expiry
        case .pointsAdjusted: .adjustment
        case .pointsTransferred(let event): event.direction == .in ? .transferIn : .transferOut
        case .redemptionReserved: .reservation
        case .redemptionConfirmed: .redemption
        case .redemptionCancelled(let event): event.reason == .lapsed ? .lapse : .cancellation
        case .voucherIssued, .voucherRedeemed: .voucher
        case .referralCompleted(let event): event.withdrawn.isEmpty ? nil : .referral
        case .subscriptionChanged: .subscription
        case .tierChanged: .tier
        case .returnHeld: .held
        case .merged: .merge
        case .enrolled, .profileChanged, .purchaseCompleted, .purchaseReturned, .activityCompleted, .tierGranted,
            .absorbed, .restated, .erased:
            nil
        }
    }
}

extension MemberRestated.Correction {
    fileprivate var entry: LedgerEntry? {
        guard var entry = DatedEvent(at: at, event).entry(balance: balance) else { return nil }
        (entry.points, entry.balance) = (points, balance)
        if effect == .withdrawn {
            entry.kind =
                switch entry.kind {
                case .accrual: .accrualReversal
                case .maturity: .maturityReversal
                case .expiry: .expiryReversal
                case .lapse: .lapseReversal
                case .subscription: .subscriptionReversal
                default: .tierReversal
                }
        }
        return entry
    }
}
