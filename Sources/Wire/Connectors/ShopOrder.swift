public import Loyalty

/// An order of a shop in full, as one of its messages tells it.
public struct ShopOrder: Hashable, Sendable {
    public var id: String
    /// When the shop last changed it: of two messages about one order the later one holds.
    public var modified: Instant
    /// When it was paid; nil where it is not.
    public var soldAt: Instant?
    /// When it was called off after it had been paid.
    public var withdrawnAt: Instant?
    /// ISO 4217.
    public var currency: String
    /// All that was paid for, tax and shipping as lines of their own.
    public var lines: [ShopLine]
    /// Whether a line's refund contains its tax.
    public var pricesIncludeTax = false
    public var refunds: [ShopRefund] = []
    public var customer: ShopCustomer?
    public var channel: String?

    /// An order of these parts.
    public init(id: String, modified: Instant, soldAt: Instant?, currency: String, lines: [ShopLine]) {
        (self.id, self.modified, self.soldAt) = (id, modified, soldAt)
        (self.currency, self.lines) = (currency, lines)
    }
}

/// A line of an order with the shop's own numbers for it.
public struct ShopLine: Hashable, Sendable {
    /// Several where lines of the same article and price were put together.
    public var ids: [String]
    public var line: Line

    public init(ids: [String], line: Line) { (self.ids, self.line) = (ids, line) }
}

/// What was given back of an order. Amounts are decimals: a refund may come before its order tells the currency.
public struct ShopRefund: Hashable, Sendable {
    /// Pieces of one line.
    public struct Item: Hashable, Sendable {
        public var lineID: String
        public var quantity: Int64
        /// What the pieces cost after discounts; with tax where the order's prices include it.
        public var subtotal: ShopDecimal
        public var tax: ShopDecimal
    }

    public var id: String
    public var at: Instant
    public var items: [Item] = []
    /// Without tax.
    public var shipping: ShopDecimal = .zero
    public var shippingTax: ShopDecimal = .zero
    /// The money that was given back; nil where the message tells of no payment: then it is what the goods cost.
    public var money: ShopDecimal?

    /// A refund of money alone.
    public init(id: String, at: Instant, money: ShopDecimal?) { (self.id, self.at, self.money) = (id, at, money) }
}

/// Who bought something, as a shop knows them.
public struct ShopCustomer: Hashable, Sendable {
    /// The identifier under which the customer is a member.
    public var externalID: String?
    /// In normal form.
    public var email: String?
    public var name: String?
    public var marketing: Bool?
    /// Whether they have an account in the shop; a guest has none.
    public var hasAccount = false

    /// Somebody of whom nothing is known.
    public init() {}

    /// What may name the member, the surest first.
    public var references: [MemberReference] {
        [
            externalID.flatMap { MemberReference(.externalID, $0) }, email.flatMap { MemberReference(.email, $0) },
        ].compactMap { $0 }
    }
}

/// One message of a shop, translated.
public enum ShopMessage: Hashable, Sendable {
    case order(ShopOrder)
    /// Something was given back of the order of that number.
    case refund(ShopRefund, order: String)
    /// Somebody opened an account.
    case customer(ShopCustomer)
    /// The shop must forget somebody (GDPR).
    case redact(ShopCustomer)
    /// Nothing that counts; with the reason.
    case ignored(String)
}
