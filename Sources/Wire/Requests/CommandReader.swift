internal import Loyalty

/// Limits of what a shop may send in one event.
enum CommandLimit {
    static let lines = 1...1000
    static let categories = 0...50
    static let coupons = 0...50
    static let identifier = 200
    static let word = 100
    static let name = 500
}

/// Reads the `data` of the events that are taken in.
extension ObjectReader {
    /// The members of `purchase.completed`, beside `member`.
    func purchase(source: String?) -> Purchase? {
        purchase(source: source, orderID: string("order_id", max: CommandLimit.identifier))
    }

    /// A purchase that may not have happened yet, and so need not have a number.
    func quotedPurchase() -> Purchase? {
        purchase(source: "quote", orderID: optionalString("order_id", max: CommandLimit.identifier) ?? "quote")
    }

    private func purchase(source: String?, orderID: String?) -> Purchase? {
        let currency = currency("currency")
        let lines = objects("lines", count: CommandLimit.lines) { $0.line() }
        let channel = optionalString("channel", max: CommandLimit.word)
        let store = optionalString("store", max: CommandLimit.word)
        let partner = optionalString("partner", max: CommandLimit.word)
        let redemption = optionalString("redemption_id", max: CommandLimit.identifier)
        let coupons = optionalStrings("coupon_codes", count: CommandLimit.coupons, max: CommandLimit.word)
        guard let source, let orderID, let currency, let lines else { return nil }
        return Purchase(
            order: OrderReference(source: source, id: orderID), currency: currency, lines: lines, channel: channel,
            store: store, partner: partner, redemptionID: redemption, couponCodes: coupons ?? [])
    }

    /// The members of `purchase.returned`, beside `member`.
    func purchaseReturn(source: String?) -> PurchaseReturn? {
        let orderID = optionalString("order_id", max: CommandLimit.identifier)
        let returnID = string("return_id", max: CommandLimit.identifier)
        let currency = currency("currency")
        let goods = goods(in: currency)
        guard let source, let returnID, let currency, let goods else { return nil }
        return PurchaseReturn(
            source: source, order: orderID.map { OrderReference(source: source, id: $0) }, returnID: returnID,
            currency: currency, goods: goods)
    }

    /// The members of `activity.completed`, beside `member`.
    func activity() -> Activity? {
        let name = string("activity", max: CommandLimit.word)
        let reference = optionalString("reference", max: CommandLimit.identifier)
        let value = optionalInteger("value", in: .min ... .max)
        return name.map { Activity(name: $0, reference: reference, value: value) }
    }

    private func goods(in currency: String?) -> PurchaseReturn.Goods? {
        let lines = optionalObjects("lines", count: CommandLimit.lines) { $0.line() }
        let amount = optional("amount")
        switch (has("lines"), amount) {
        case (true, nil):
            return lines.map { .lines($0) }
        case (false, let amount?):
            return returnedAmount(amount, in: currency).map { .amount($0) }
        case (false, nil):
            if isObject { faults.add(at: place, "must have either lines or amount") }
        case (true, _?):
            fault(at: "amount", "must be absent where lines are given")
        }
        return nil
    }

    /// Minor units, or a sum of money in the return's own currency.
    private func returnedAmount(_ value: JSONValue, in currency: String?) -> Int64? {
        guard case .object = value else { return integer(value, at: place(of: "amount"), in: 1 ... .max) }
        guard let money = money("amount", in: 1 ... .max) else { return nil }
        if let currency, money.currency != currency {
            fault(at: "amount", "must be in \(currency), the currency of the return, not in \(money.currency)")
            return nil
        }
        return money.amount
    }

    private func line() -> Line? {
        let sku = string("sku", max: CommandLimit.identifier)
        let name = optionalString("name", max: CommandLimit.name)
        let quantity = integer("quantity", in: 1 ... .max)
        let unitPrice = integer("unit_price", in: 0 ... .max)
        let discount = optionalInteger("discount", in: 0 ... .max)
        let categories = optionalStrings("categories", count: CommandLimit.categories, max: CommandLimit.word)
        let brand = optionalString("brand", max: CommandLimit.word)
        guard let sku, let quantity, let unitPrice else { return nil }
        let (gross, overflow) = quantity.multipliedReportingOverflow(by: unitPrice)
        if overflow {
            faults.add(at: place, "comes to more than 64 bits hold: quantity times unit_price is too large")
            return nil
        }
        if let discount, discount > gross {
            fault(at: "discount", "must not exceed quantity times unit_price, which is \(gross)")
            return nil
        }
        return Line(
            sku: sku, name: name, quantity: quantity, unitPrice: unitPrice, discount: discount ?? 0,
            categories: categories ?? [], brand: brand)
    }
}
