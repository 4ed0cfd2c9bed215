public import Loyalty

/// An event that a connector wants recorded, before it is known for whom.
public struct ShopEvent: Hashable, Sendable {
    /// With the book's source the key of the event for ever.
    public var id: String
    public var at: Instant
    public var command: IncomingEvent.Content

    public init(id: String, at: Instant, command: IncomingEvent.Content) {
        (self.id, self.at, self.command) = (id, at, command)
    }
}

/// What is known of one order of a shop, and what has still to be recorded of it. Pure: messages go in, in any order and
/// any number of times, and what comes out adds up to the same.
///
/// A shop's message tells a state, not a change. The book holds the last state by the shop's own time of change, and
/// writes down as events what a newer one adds to it. A refund that comes before its order waits here.
public struct OrderBook: Hashable, Sendable {
    /// What a message did.
    public enum Effect: String, Hashable, Sendable {
        /// Something is to be recorded.
        case recorded
        /// It was known, or is older than what is known.
        case repeated
        /// It waits for the order, or the order for its payment.
        case waiting
        /// More refunds than are kept of one order.
        case full
    }

    public let source: String
    public let id: String
    /// The shop's time of change of the last state; nil before the first.
    public internal(set) var modified: Instant?
    /// How often the order was written down: once, and once more for each change after it was paid. 0: not yet.
    public internal(set) var revision = 0
    var soldAt: Instant = .distantPast
    var currency = ""
    var pricesIncludeTax = false
    var isWithdrawn = false
    var lines: [ShopLine] = []
    /// Minor units of what was paid that have not come back.
    var left: Int64 = 0
    /// All that are known, whether or not their order is.
    var refunds: [ShopRefund] = []
    /// What is to be recorded, in order.
    public internal(set) var outbox: [ShopEvent] = []
    /// Whether the sale was refused for good: then nothing of the order is ever recorded.
    var isClosed = false

    /// Refunds of one order at most.
    public static let mostRefunds = 250

    /// The book of an order of which nothing is known.
    public init(source: String, id: String) { (self.source, self.id) = (source, id) }

    /// Takes in a state of the whole order.
    public mutating func take(_ order: ShopOrder) -> Effect {
        if isClosed { return .repeated }
        if let modified, order.modified <= modified { return .repeated }
        modified = order.modified
        guard let paidAt = order.soldAt, !order.lines.isEmpty else { return revision == 0 ? .waiting : .repeated }
        let before = outbox.count
        if revision == 0 {
            sell(order, at: paidAt)
        } else if lines != order.lines || currency != order.currency || (isWithdrawn && order.withdrawnAt == nil) {
            revise(order, at: paidAt)
        }
        var effect = Effect.recorded
        for refund in order.refunds where !knows(refund) {
            guard refunds.count < Self.mostRefunds else {
                effect = .full
                break
            }
            refunds.append(refund)
            giveBack(refund)
        }
        if let withdrawnAt = order.withdrawnAt, !isWithdrawn {
            returnRest("withdrawn", at: withdrawnAt)
            isWithdrawn = true
        }
        return outbox.count == before && effect == .recorded ? .repeated : effect
    }

    /// Takes in a refund.
    public mutating func take(_ refund: ShopRefund) -> Effect {
        if isClosed || knows(refund) { return .repeated }
        guard refunds.count < Self.mostRefunds else { return .full }
        refunds.append(refund)
        if revision == 0 { return .waiting }
        let before = outbox.count
        giveBack(refund)
        return outbox.count == before ? .repeated : .recorded
    }

    /// These are recorded, or never will be.
    public mutating func settle(_ ids: Set<String>) { outbox.removeAll { ids.contains($0.id) } }

    /// Nothing of the order will be recorded: its sale was refused for good.
    public mutating func close() { (outbox, isClosed) = ([], true) }

    /// A shop's clock may be ahead of ours: what is to be recorded happened no later than it was told.
    public mutating func clamp(to latest: Instant) {
        for index in outbox.indices { outbox[index].at = min(outbox[index].at, latest) }
    }

    private func knows(_ refund: ShopRefund) -> Bool { refunds.contains { $0.id == refund.id } }

    private mutating func sell(_ order: ShopOrder, at paidAt: Instant) {
        revision += 1
        (soldAt, currency, lines, isWithdrawn) = (paidAt, order.currency, order.lines, false)
        pricesIncludeTax = order.pricesIncludeTax
        left = lines.reduce(0) { $0 + $1.amount }
        let purchase = Purchase(
            order: reference, currency: currency, lines: lines.map(\.line), channel: order.channel)
        outbox.append(ShopEvent(id: name("order/\(id)"), at: paidAt, command: .purchase(purchase)))
        for refund in refunds.sorted(by: { ($0.at, $0.id) < ($1.at, $1.id) }) { giveBack(refund) }
    }

    /// The shop changed an order that was paid. What was written down comes back whole, and the order is written down anew,
    /// both at the time of the sale: it ends as if it had been so from the first.
    private mutating func revise(_ order: ShopOrder, at paidAt: Instant) {
        returnRest("revised", at: soldAt)
        sell(order, at: paidAt)
    }

    private mutating func returnRest(_ reason: String, at: Instant) {
        guard left > 0 else { return }
        giveBack(.amount(left), as: "\(reason)/\(id)", at: at)
        left = 0
    }

    private mutating func giveBack(_ refund: ShopRefund) {
        var id = "refund/\(refund.id)"
        for goods in refund.goods(of: self) {
            let amount = min(goods.amount, left)
            guard amount > 0 else { continue }
            giveBack(amount == goods.amount ? goods : .amount(amount), as: id, at: max(refund.at, soldAt))
            left -= amount
            id += "/rest"
        }
    }

    private mutating func giveBack(_ goods: PurchaseReturn.Goods, as id: String, at: Instant) {
        let back = PurchaseReturn(
            source: source, order: reference, returnID: name(id), currency: currency, goods: goods)
        outbox.append(ShopEvent(id: name(id), at: at, command: .purchaseReturn(back)))
    }

    private var reference: OrderReference { OrderReference(source: source, id: name(id)) }

    private func name(_ text: String) -> String { revision > 1 ? "\(text)#\(revision)" : text }
}

extension PurchaseReturn.Goods {
    /// What they cost, in minor units.
    var amount: Int64 {
        switch self {
        case .amount(let amount): amount
        case .lines(let lines): lines.reduce(0) { $0 + ($1.amount ?? 0) }
        }
    }
}
