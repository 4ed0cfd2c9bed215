/// One line of a member's ledger: a change of points or of tier, and why.
public struct LedgerEntry: Hashable, Sendable {
    /// What kind of change; stable, part of the API.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        case accrual, revocation, expiry, held, tier
        /// A revocation, expiry or change of tier that a late event made undone.
        case revocationReversal = "revocation_reversal"
        case expiryReversal = "expiry_reversal"
        case tierReversal = "tier_reversal"
    }

    public var kind: Kind
    public var wallet: String
    /// What it did to the available points.
    public var points: Int64
    public var rule: String?
    /// The programme version that decided.
    public var version: Int?
    public var order: OrderReference?
    public var lot: Lot.ID?
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
    /// - Parameter balance: what was available behind it, for the few events that do not say so themselves.
    public func entries(balance: Int64) -> [LedgerEntry] {
        if case .restated(let event) = event { return event.corrections.compactMap(\.entry) }
        return entry(balance: balance).map { [$0] } ?? []
    }

    fileprivate func entry(balance: Int64) -> LedgerEntry? {
        var entry = LedgerEntry(
            kind: .accrual, wallet: Programme.defaultWallet, points: event.change, at: at, balance: balance,
            event: event)
        switch event {
        case .pointsAccrued(let event):
            (entry.wallet, entry.rule, entry.version) = (event.wallet, event.rule, event.version)
            (entry.order, entry.lot, entry.balance) = (event.reason.order, event.lot, event.balance)
        case .pointsRevoked(let event):
            (entry.kind, entry.wallet, entry.version) = (.revocation, event.wallet, event.version)
            (entry.order, entry.lot, entry.balance) = (event.order, event.lot, event.balance)
        case .pointsExpired(let event):
            (entry.kind, entry.wallet, entry.lot, entry.balance) = (.expiry, event.wallet, event.lot, event.balance)
        case .tierChanged:
            entry.kind = .tier
        case .returnHeld(let event):
            (entry.kind, entry.order) = (.held, event.goods.order)
        case .enrolled, .purchaseCompleted, .purchaseReturned, .activityCompleted, .restated, .profileChanged, .erased:
            return nil
        }
        return entry
    }
}

extension MemberRestated.Correction {
    fileprivate var entry: LedgerEntry? {
        guard var entry = DatedEvent(at: at, event).entry(balance: balance) else { return nil }
        (entry.points, entry.balance) = (points, balance)
        if effect == .withdrawn {
            entry.kind =
                switch entry.kind {
                case .revocation: .revocationReversal
                case .expiry: .expiryReversal
                default: .tierReversal
                }
        }
        return entry
    }
}
