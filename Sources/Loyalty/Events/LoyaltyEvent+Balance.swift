extension LoyaltyEvent {
    /// The wallet that it moves, where it moves one.
    public var wallet: String? {
        switch self {
        case .pointsAccrued(let event): event.wallet
        case .pointsRevoked(let event): event.wallet
        case .pointsMatured(let event): event.wallet
        case .pointsExpired(let event): event.wallet
        case .pointsAdjusted(let event): event.adjustment.wallet
        case .pointsTransferred(let event): event.wallet
        case .redemptionReserved(let event): event.redemption.wallet
        case .redemptionConfirmed(let event): event.redemption.wallet
        case .redemptionCancelled(let event): event.redemption.wallet
        default: nil
        }
    }

    /// What it does to the available points of that wallet.
    public var change: Int64 {
        switch self {
        case .pointsAccrued(let event): event.matures == nil ? event.points : 0
        case .pointsRevoked(let event): event.pending &+ event.lapsed &- event.points
        case .pointsMatured(let event): event.points
        case .pointsExpired(let event): -event.points
        case .pointsAdjusted(let event): event.adjustment.points
        case .pointsTransferred(let event): event.direction == .in ? event.points : -event.points
        case .redemptionReserved(let event): -event.redemption.points
        case .redemptionConfirmed(let event): event.wasReserved ? 0 : -event.redemption.points
        case .redemptionCancelled(let event): event.redemption.points
        default: 0
        }
    }

    /// What it does to the available points of one wallet.
    public func change(of wallet: String) -> Int64 {
        switch self {
        case .restated(let event):
            event.corrections.reduce(0) { $1.wallet == wallet ? $0 &+ $1.points : $0 }
        case .absorbed(let event): event.state.wallet(wallet).available
        default: self.wallet == wallet ? change : 0
        }
    }

    /// Available in its wallet behind it, in the order recorded; 0 where it moves none.
    public var balance: Int64 {
        get {
            switch self {
            case .pointsAccrued(let event): event.balance
            case .pointsRevoked(let event): event.balance
            case .pointsMatured(let event): event.balance
            case .pointsExpired(let event): event.balance
            case .pointsAdjusted(let event): event.balance
            case .pointsTransferred(let event): event.balance
            case .redemptionReserved(let event): event.balance
            case .redemptionConfirmed(let event): event.balance
            case .redemptionCancelled(let event): event.balance
            default: 0
            }
        }
        set {
            switch self {
            case .pointsAccrued(var event):
                event.balance = newValue
                self = .pointsAccrued(event)
            case .pointsRevoked(var event):
                event.balance = newValue
                self = .pointsRevoked(event)
            case .pointsMatured(var event):
                event.balance = newValue
                self = .pointsMatured(event)
            case .pointsExpired(var event):
                event.balance = newValue
                self = .pointsExpired(event)
            case .pointsAdjusted(var event):
                event.balance = newValue
                self = .pointsAdjusted(event)
            case .pointsTransferred(var event):
                event.balance = newValue
                self = .pointsTransferred(event)
            case .redemptionReserved(var event):
                event.balance = newValue
                self = .redemptionReserved(event)
            case .redemptionConfirmed(var event):
                event.balance = newValue
                self = .redemptionConfirmed(event)
            case .redemptionCancelled(var event):
                event.balance = newValue
                self = .redemptionCancelled(event)
            default: break
            }
        }
    }
}
