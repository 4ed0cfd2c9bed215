/// What is asked for, or said to have happened. Values only: who the member is has been resolved, and the time is given.
public enum Command: Hashable, Sendable {
    case purchase(Purchase)
    case purchaseReturn(PurchaseReturn)
    case activity(Activity)
    case redemption(RedemptionRequest)
    case confirmRedemption(id: String)
    case cancelRedemption(id: String)
    case redeemVoucher(redemption: String)
    case adjustment(Adjustment)
    case transferOut(id: String, to: String, wallet: String, points: Int64)
    case transferIn(PointsTransferred)
    case subscription(SubscriptionRequest)
    case grantTier(tier: String, until: CivilDate?, reason: String)
    /// - Parameter boughtAt: when the friend bought for the first time.
    case referral(friend: String, boughtAt: Instant, isWithdrawn: Bool)
    case merge(into: String)
    case absorb(MemberAbsorbed)
    /// Records what has fallen due; what it is does not depend on whether anybody asks.
    case settle
}

/// An order as a shop names it. Two systems may use the same number, so the CloudEvents `source` belongs to it.
public struct OrderReference: Hashable, Sendable {
    public var source: String
    public var id: String

    public init(source: String, id: String) { (self.source, self.id) = (source, id) }
}

/// One position of a basket.
public struct Line: Hashable, Sendable {
    public var sku: String
    public var name: String?
    /// At least 1.
    public var quantity: Int64
    /// Minor units, for one piece.
    public var unitPrice: Int64
    /// Minor units, for the whole line; at most `quantity × unitPrice`.
    public var discount: Int64
    public var categories: [String]
    public var brand: String?

    public init(
        sku: String, name: String? = nil, quantity: Int64, unitPrice: Int64, discount: Int64 = 0,
        categories: [String] = [], brand: String? = nil
    ) {
        (self.sku, self.name, self.quantity, self.unitPrice) = (sku, name, quantity, unitPrice)
        (self.discount, self.categories, self.brand) = (discount, categories, brand)
    }

    /// What the customer paid for the line, in minor units; nil where it leaves 64 bits or is negative.
    public var amount: Int64? {
        let (gross, overflow) = quantity.multipliedReportingOverflow(by: unitPrice)
        guard !overflow, quantity > 0, unitPrice >= 0, discount >= 0, discount <= gross else { return nil }
        return gross - discount
    }
}

/// A completed sale.
public struct Purchase: Hashable, Sendable {
    public var order: OrderReference
    public var currency: String
    public var lines: [Line]
    public var channel: String?
    public var store: String?
    public var partner: String?
    public var redemptionID: String?
    public var couponCodes: [String]

    public init(
        order: OrderReference, currency: String, lines: [Line], channel: String? = nil, store: String? = nil,
        partner: String? = nil, redemptionID: String? = nil, couponCodes: [String] = []
    ) {
        (self.order, self.currency, self.lines, self.channel) = (order, currency, lines, channel)
        (self.store, self.partner, self.redemptionID) = (store, partner, redemptionID)
        self.couponCodes = couponCodes
    }
}

/// Goods that came back.
public struct PurchaseReturn: Hashable, Sendable {
    public enum Goods: Hashable, Sendable {
        /// What came back, with positive quantities.
        case lines([Line])
        /// Money alone, in minor units, greater than zero.
        case amount(Int64)
    }

    /// The CloudEvents source, to which the order belongs as well.
    public var source: String
    /// The order it belongs to; nil for a return without a receipt.
    public var order: OrderReference?
    public var returnID: String
    public var currency: String
    public var goods: Goods

    public init(source: String, order: OrderReference?, returnID: String, currency: String, goods: Goods) {
        (self.source, self.order, self.returnID) = (source, order, returnID)
        (self.currency, self.goods) = (currency, goods)
    }
}

/// Something other than buying that the programme rewards.
public struct Activity: Hashable, Sendable {
    public var name: String
    public var reference: String?
    public var value: Int64?

    public init(name: String, reference: String? = nil, value: Int64? = nil) {
        (self.name, self.reference, self.value) = (name, reference, value)
    }
}

/// Points to be spent.
public struct RedemptionRequest: Hashable, Sendable {
    public enum What: Hashable, Sendable {
        case reward(String)
        /// Greater than zero.
        case points(Int64)
    }

    /// Chosen by the caller, unique.
    public var id: String
    public var what: What
    /// The shop's number of the order that it belongs to.
    public var order: String?
    /// What the order comes to, in minor units.
    public var orderTotal: Int64?
    public var orderCurrency: String?
    public var partner: String?
    /// Spent at once, without a reservation.
    public var confirm: Bool

    public init(
        id: String, what: What, order: String? = nil, orderTotal: Int64? = nil, orderCurrency: String? = nil,
        partner: String? = nil, confirm: Bool = false
    ) {
        (self.id, self.what, self.order, self.orderTotal) = (id, what, order, orderTotal)
        (self.orderCurrency, self.partner, self.confirm) = (orderCurrency, partner, confirm)
    }
}

/// Goodwill or a correction by hand.
public struct Adjustment: Hashable, Sendable {
    public var wallet: String
    /// Not zero; below zero takes points.
    public var points: Int64
    public var reason: String
    /// A note, sealed.
    public var note: String?
    /// Id of the key that gave it.
    public var agent: String?

    public init(wallet: String, points: Int64, reason: String, note: String? = nil, agent: String? = nil) {
        (self.wallet, self.points, self.reason, self.note, self.agent) = (wallet, points, reason, note, agent)
    }
}

/// A change to a paid membership.
public struct SubscriptionRequest: Hashable, Sendable {
    public enum Action: String, Hashable, Sendable, CaseIterable {
        case start, renew, cancel, refund
    }

    public var plan: String
    public var action: Action

    public init(plan: String, action: Action) { (self.plan, self.action) = (plan, action) }
}
