/// What is known of one order of a member: its sale and what came back of it, from the events about that order.
public struct OrderHistory: Hashable, Sendable {
    var sale: PurchaseCompleted?
    var soldAt: Instant = .distantPast
    var returns: [PurchaseReturn] = []
    /// What these took back.
    var taken: [PurchaseReturned.Taken] = []
    var held: [HeldReturn] = []

    struct HeldReturn: Hashable, Sendable {
        var at: Instant
        var goods: PurchaseReturn
    }

    /// From the member's events that carry the order, in the order recorded; others are passed over.
    public init(of order: OrderReference, in events: [DatedEvent]) {
        for dated in events {
            switch dated.event {
            case .purchaseCompleted(let event) where event.purchase.order == order:
                (sale, soldAt) = (event, dated.at)
            case .purchaseReturned(let event) where event.goods.order == order:
                returns.append(event.goods)
                taken += event.taken
                held.removeAll { $0.goods == event.goods }
            case .returnHeld(let event) where event.goods.order == order:
                held.append(HeldReturn(at: dated.at, goods: event.goods))
            default:
                continue
            }
        }
    }

    /// What is left of the sale after what was paid with points and every return so far.
    func remaining(earns: (Line) -> Bool) -> RemainingOrder {
        var left = RemainingOrder(sale?.purchase.lines ?? [])
        for goods in returns { left.take(goods.goods, earns: earns) }
        return left
    }
}

extension Purchase {
    /// What could earn: less what was paid with points.
    func sold(paidWithPoints: Int64, earns: (Line) -> Bool) -> [SoldLine] {
        guard paidWithPoints == 0 else {
            return RemainingOrder(lines).lines(paidWithPoints: paidWithPoints, earns: earns)
        }
        var sold: [SoldLine] = []
        sold.reserveCapacity(lines.count)
        for line in lines {
            let amount = line.amount ?? 0
            if amount > 0 { sold.append(SoldLine(line: line, quantity: line.quantity, amount: amount)) }
        }
        return sold
    }
}

/// An order less what came back of it.
struct RemainingOrder: Hashable, Sendable {
    struct Position: Hashable, Sendable {
        var line: Line
        var quantity: Int64
        var amount: Int64
    }

    var positions: [Position]

    init(_ lines: [Line]) {
        positions = lines.map { Position(line: $0, quantity: $0.quantity, amount: $0.amount ?? 0) }
    }

    /// What earns: what is left, less what was paid with points, which comes off like a refund of money.
    func lines(paidWithPoints: Int64, earns: (Line) -> Bool) -> [SoldLine] {
        var left = self
        if paidWithPoints > 0 { left.take(.amount(paidWithPoints), earns: earns) }
        return left.positions.compactMap { position in
            guard position.amount > 0 else { return nil }
            return SoldLine(line: position.line, quantity: position.quantity, amount: position.amount)
        }
    }

    /// Whether the goods fit into what is left; where not, the first reason.
    func excess(of goods: PurchaseReturn.Goods) -> Rejection? {
        switch goods {
        case .amount(let amount):
            let left = positions.reduce(Int64(0)) { $0 &+ $1.amount }
            guard amount > left else { return nil }
            return Rejection(
                .returnExceedsSale, "\(amount) minor units come back, but only \(left) are left of the order.",
                at: "/data/amount")
        case .lines(let lines):
            return excess(of: lines)
        }
    }

    private func excess(of lines: [Line]) -> Rejection? {
        var left = self
        for (index, line) in lines.enumerated() {
            let sold = left.positions.filter { $0.line.sku == line.sku }
            let quantity = sold.reduce(Int64(0)) { $0 &+ $1.quantity }
            guard quantity >= line.quantity else {
                return Rejection(
                    .returnExceedsSale,
                    "\(line.quantity) of \(line.sku) come back, but only \(quantity) are left of the order.",
                    at: "/data/lines/\(index)/quantity")
            }
            guard sold.contains(where: { $0.line.unitPrice >= line.unitPrice }) else {
                return Rejection(
                    .returnExceedsSale, "\(line.sku) comes back at a higher price than it was sold for.",
                    at: "/data/lines/\(index)/unit_price")
            }
            left.take(line)
        }
        return nil
    }

    /// Takes goods off; never more than is left. Money alone comes off the positions in their order, those that earn first.
    mutating func take(_ goods: PurchaseReturn.Goods, earns: (Line) -> Bool) {
        switch goods {
        case .lines(let lines):
            for line in lines { take(line) }
        case .amount(let amount):
            var owed = amount
            for index in positions.indices where earns(positions[index].line) { takeAmount(&owed, at: index) }
            for index in positions.indices { takeAmount(&owed, at: index) }
        }
    }

    private mutating func takeAmount(_ owed: inout Int64, at index: Int) {
        let taken = min(max(0, owed), positions[index].amount)
        positions[index].amount -= taken
        owed -= taken
    }

    /// One line comes off positions of the same article, those of the same price first. The money follows the pieces; a
    /// refund below the price leaves the rest of the amount, a missing discount takes no more than was paid.
    private mutating func take(_ line: Line) {
        var pieces = line.quantity
        var money = line.amount ?? 0
        let sameArticle = positions.indices.filter { positions[$0].line.sku == line.sku && positions[$0].quantity > 0 }
        let samePrice = sameArticle.filter { positions[$0].line.unitPrice == line.unitPrice }
        let others = sameArticle.filter { positions[$0].line.unitPrice != line.unitPrice }
        for index in samePrice + others where pieces > 0 {
            let taken = min(pieces, positions[index].quantity)
            let share = taken == pieces ? money : Int64(Int128(money) * Int128(taken) / Int128(pieces))
            positions[index].quantity -= taken
            positions[index].amount -= min(share, positions[index].amount)
            pieces -= taken
            money -= share
        }
    }
}
