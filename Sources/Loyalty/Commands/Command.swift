/// What a checkout says has happened. Values only: who the member is has been resolved, and the time is given.
public enum Command: Hashable, Sendable {
    case purchase(Purchase)
    case purchaseReturn(PurchaseReturn)
    case activity(Activity)
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
