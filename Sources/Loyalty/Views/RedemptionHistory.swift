/// What has become of a redemption, from the events about it.
public struct RedemptionHistory: Hashable, Sendable {
    public private(set) var redemption: Redemption?
    public private(set) var isReserved = false
    public private(set) var isConfirmed = false
    /// Whether the last reservation was neither confirmed nor cancelled in time.
    public private(set) var hasLapsed = false
    public private(set) var reservedAt: Instant?
    public private(set) var expiresAt: Instant?
    public private(set) var voucher: VoucherIssued?
    public private(set) var isVoucherUsed = false

    /// Nothing is known yet.
    public init() {}

    /// What these events about it say, in the order recorded.
    public init(_ events: some Sequence<DatedEvent>) {
        for dated in events { add(dated) }
    }

    /// The next event about it; others are passed over.
    public mutating func add(_ dated: DatedEvent) {
        switch dated.event {
        case .redemptionReserved(let event):
            (redemption, isReserved, expiresAt) = (event.redemption, true, event.expiresAt)
            reservedAt = dated.at
        case .redemptionConfirmed(let event): (redemption, isReserved, isConfirmed) = (event.redemption, false, true)
        case .redemptionCancelled(let event):
            redemption = event.redemption
            (isReserved, isConfirmed, hasLapsed) = (false, false, event.reason == .lapsed)
        case .voucherIssued(let event): voucher = event
        case .voucherRedeemed: isVoucherUsed = true
        default: return
        }
    }
}
