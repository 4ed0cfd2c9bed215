internal import Loyalty

/// Translates WooCommerce's webhooks. An order always comes whole, with its refunds in it.
public enum WooCommerceReader {
    /// Reads the body of a webhook.
    ///
    /// - Parameters:
    ///   - topic: `X-WC-Webhook-Topic`.
    ///   - shop: the host of `X-WC-Webhook-Source`; customers' numbers are small there and need a name before them.
    public static func read(_ body: [UInt8], topic: String, shop: String) throws(BodyError) -> ShopMessage {
        switch topic {
        case "order.created", "order.updated", "order.restored":
            try ShopReader.read(body) { $0.wooOrder(shop) }
        case "customer.created":
            try ShopReader.read(body) { .customer($0.wooAccount(shop)) }
        default: try ShopReader.read(body) { _ in .ignored("topic") }
        }
    }

    /// The identifier of a customer of that shop.
    static func externalID(_ customer: String, of shop: String) -> String { "woocommerce:\(shop)/\(customer)" }
}

extension ShopReader {
    fileprivate func wooOrder(_ shop: String) -> ShopMessage? {
        guard let code = text("currency", max: 3) else {
            fault(at: "currency", "is required")
            return nil
        }
        guard let currency = Currency(code) else { return .ignored("currency") }
        let created = time("date_created_gmt")
        let modified = time("date_modified_gmt") ?? created
        if modified == nil { fault(at: "date_modified_gmt", "is required") }
        guard let id = id("id"), let modified else { return nil }
        let status = text("status", max: 40) ?? ""
        let isPaid = ["processing", "completed", "refunded"].contains(status)
        let soldAt = time("date_paid_gmt") ?? (isPaid ? created ?? modified : nil)
        var order = ShopOrder(
            id: id, modified: modified, soldAt: soldAt, currency: code, lines: wooLines(currency))
        if soldAt != nil, ["cancelled", "failed", "trash"].contains(status) { order.withdrawnAt = modified }
        order.refunds = objects("refunds").compactMap { refund in
            refund.id("id").map { ShopRefund(id: $0, at: modified, money: refund.money("total").magnitude) }
        }
        order.customer = wooBuyer(shop)
        order.channel = "online"
        return .order(order)
    }

    private func wooLines(_ currency: Currency) -> [ShopLine] {
        var basket = BasketBuilder(currency: currency)
        var discount: Int64 = 0
        for line in objects("line_items") {
            let total = basket.minor(line, "total")
            if total < 0 { discount -= total } else { line.wooLine(total, into: &basket) }
        }
        // A fee below zero is a discount on the order.
        for fee in objects("fee_lines") {
            let total = basket.minor(fee, "total")
            if total < 0 { discount -= total } else { basket.add(fee: total) }
        }
        for line in objects("shipping_lines") { basket.add(shipping: max(0, basket.minor(line, "total"))) }
        basket.add(tax: max(0, basket.minor(self, "total_tax")))
        basket.spread(discount: discount)
        return basket.build()
    }

    /// `total` is what the line cost after discounts, without tax; `price` is a binary fraction, and never read.
    private func wooLine(_ total: Int64, into basket: inout BasketBuilder) {
        guard let id = id("id") else { return }
        let quantity = max(1, integer("quantity") ?? 1)
        let gross = max(total, basket.minor(self, "subtotal"))
        let (whole, rest) = gross.quotientAndRemainder(dividingBy: quantity)
        let line = Line(
            sku: text("sku", max: 150) ?? optionalID("variation_id") ?? optionalID("product_id") ?? id,
            name: text("name", max: CommandLimit.name), quantity: quantity, unitPrice: whole + (rest > 0 ? 1 : 0),
            categories: isWooGiftCard ? [BasketBuilder.Category.giftCard] : [])
        basket.add(id, line, amount: total)
    }

    /// WooCommerce has no gift cards of its own; the two plugins that most shops use mark their lines.
    private var isWooGiftCard: Bool {
        objects("meta_data").contains { meta in
            let key = meta.text("key", max: 100) ?? ""
            return ["wc_gc_giftcard", "_wc_gc_giftcard", "pw_gift_card"].contains { key.hasPrefix($0) }
        }
    }

    private func wooBuyer(_ shop: String) -> ShopCustomer? {
        var customer = ShopCustomer()
        if let id = optionalID("customer_id") {
            customer.externalID = WooCommerceReader.externalID(id, of: shop)
            customer.hasAccount = true
        }
        let billing = object("billing")
        customer.email = billing?.email("email")
        customer.name = billing?.wooName
        return customer.references.isEmpty ? nil : customer
    }

    fileprivate func wooAccount(_ shop: String) -> ShopCustomer {
        var customer = ShopCustomer()
        customer.externalID = id("id").map { WooCommerceReader.externalID($0, of: shop) }
        customer.email = email("email")
        customer.name = wooName
        customer.hasAccount = true
        return customer
    }

    private var wooName: String? {
        let names = [text("first_name", max: 200), text("last_name", max: 200)].compactMap { $0 }
        return names.isEmpty ? nil : names.joined(separator: " ")
    }
}
