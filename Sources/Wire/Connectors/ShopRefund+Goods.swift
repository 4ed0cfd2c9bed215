internal import Loyalty

extension ShopRefund {
    /// What comes back of the order: its lines where they explain the money; money alone for what they do not.
    ///
    /// Three shapes are normal. The goods cost what was paid out: they come back. More was paid out than they cost (goodwill;
    /// at the extreme a refund whose lines come to 0.00): the goods come back, and the rest as money. Less was paid out (a
    /// fee was kept): only the money comes back, because the customer has paid for the rest.
    func goods(of book: OrderBook) -> [PurchaseReturn.Goods] {
        let digits = Currency(book.currency)?.digits ?? 2
        let lines = lines(of: book, digits: digits)
        let worth = lines.reduce(Int64(0)) { $0 + ($1.amount ?? 0) }
        let named =
            (items.map { book.pricesIncludeTax ? [$0.subtotal] : [$0.subtotal, $0.tax] }.flatMap(\.self)
            + [shipping, shippingTax]).reduce(Int64(0)) { $0 + ($1.minorUnits(digits: digits) ?? 0) }
        let paid = money.map { $0.minorUnits(digits: digits) ?? Int64.max } ?? named
        guard worth > 0, worth <= paid else { return paid > 0 ? [.amount(paid)] : [] }
        return [.lines(lines)] + (paid > worth ? [.amount(paid - worth)] : [])
    }

    private func lines(of book: OrderBook, digits: Int) -> [Line] {
        var lines: [Line] = []
        var tax = shippingTax.minorUnits(digits: digits) ?? 0
        for item in items {
            let taxOfItem = item.tax.minorUnits(digits: digits) ?? 0
            let subtotal = item.subtotal.minorUnits(digits: digits) ?? 0
            let cost = book.pricesIncludeTax ? subtotal - taxOfItem : subtotal
            guard cost > 0, let sold = book.lines.first(where: { $0.ids.contains(item.lineID) })?.line,
                let line = sold.piece(of: item.quantity, cost: cost)
            else { continue }
            lines.append(line)
            tax += taxOfItem
        }
        lines += book.part("shipping", of: shipping.minorUnits(digits: digits) ?? 0)
        return lines + book.part("tax", of: tax)
    }
}

extension Line {
    /// Some pieces of a line that cost so much; nil where it cannot be said so.
    fileprivate func piece(of pieces: Int64, cost: Int64) -> Line? {
        let (gross, overflow) = pieces.multipliedReportingOverflow(by: unitPrice)
        guard !overflow, 1...quantity ~= pieces, cost <= gross else { return nil }
        var line = self
        (line.quantity, line.discount) = (pieces, gross - cost)
        return line
    }
}

extension OrderBook {
    /// So much of what stands in a line of its own, at one minor unit each; never more than was sold.
    fileprivate func part(_ sku: String, of amount: Int64) -> [Line] {
        guard amount > 0, var line = lines.first(where: { $0.ids.isEmpty && $0.line.sku == sku })?.line else {
            return []
        }
        (line.quantity, line.discount) = (min(amount, line.quantity), 0)
        return [line]
    }
}
