internal import Loyalty

/// Translates Shopify's webhooks.
public enum ShopifyReader {
    /// Reads the body of a webhook.
    ///
    /// - Parameters:
    ///   - topic: `X-Shopify-Topic`.
    ///   - isTest: whether it was sent for a try.
    /// - Throws: ``BodyError`` where something that is needed is not there; topics that mean nothing here are ignored.
    public static func read(_ body: [UInt8], topic: String, isTest: Bool = false) throws(BodyError) -> ShopMessage {
        if isTest { return try ShopReader.read(body) { _ in .ignored("test") } }
        return switch topic {
        case "orders/paid": try ShopReader.read(body) { $0.shopifyOrder(isPaid: true) }
        case "orders/updated": try ShopReader.read(body) { $0.shopifyOrder(isPaid: false) }
        case "refunds/create": try ShopReader.read(body) { $0.shopifyRefundMessage() }
        case "customers/create": try ShopReader.read(body) { .customer($0.shopifyCustomer()) }
        case "customers/redact":
            try ShopReader.read(body) { $0.object("customer").map { .redact($0.shopifyCustomer()) } }
        default: try ShopReader.read(body) { _ in .ignored("topic") }
        }
    }
}

extension ShopReader {
    /// - Parameter isPaid: whether the topic says so by itself.
    fileprivate func shopifyOrder(isPaid: Bool) -> ShopMessage? {
        if bool("test") == true { return .ignored("test") }
        let status = text("financial_status", max: 40) ?? ""
        let isSold = isPaid || ["paid", "partially_refunded", "refunded"].contains(status)
        guard let code = text("currency", max: 3) else {
            fault(at: "currency", "is required")
            return nil
        }
        guard let currency = Currency(code) else { return .ignored("currency") }
        let created = time("processed_at") ?? time("created_at")
        if created == nil { fault(at: "created_at", "is required") }
        guard let id = id("id"), let created else { return nil }
        var order = ShopOrder(
            id: id, modified: time("updated_at") ?? created, soldAt: isSold ? created : nil, currency: code,
            lines: shopifyLines(currency))
        order.pricesIncludeTax = bool("taxes_included") ?? false
        order.refunds = objects("refunds").compactMap { $0.shopifyRefund() }
        order.customer = shopifyBuyer()
        order.channel = text("source_name", max: 100) == "pos" ? "store" : "online"
        return .order(order)
    }

    private func shopifyLines(_ currency: Currency) -> [ShopLine] {
        var basket = BasketBuilder(currency: currency)
        let taxesIncluded = bool("taxes_included") ?? false
        var discounts: Int64 = 0
        for line in objects("line_items") { discounts += line.shopifyLine(into: &basket, taxesIncluded) }
        if !taxesIncluded { basket.add(tax: max(0, basket.minor(self, "total_tax"))) }
        for line in objects("shipping_lines") {
            let discount = basket.total(line.objects("discount_allocations"), "amount", of: line)
            let tax = basket.total(line.objects("tax_lines"), "price", of: line)
            basket.add(shipping: max(0, basket.minor(line, "price") - discount - (taxesIncluded ? tax : 0)))
            if taxesIncluded { basket.add(tax: tax) }
            discounts += discount
        }
        // What was taken off the order and is on no line yet.
        basket.spread(discount: basket.minor(self, "total_discounts") - discounts)
        return basket.build()
    }

    /// Answers the discounts that are on the line.
    private func shopifyLine(into basket: inout BasketBuilder, _ taxesIncluded: Bool) -> Int64 {
        let quantity = max(0, integer("quantity") ?? 0)
        let price = max(0, basket.minor(self, "price"))
        let allocations = objects("discount_allocations")
        let discount =
            allocations.isEmpty
            ? basket.minor(self, "total_discount")
            : basket.total(allocations, "amount", of: self)
        let tax = taxesIncluded ? basket.total(objects("tax_lines"), "price", of: self) : 0
        guard let id = id("id") else { return 0 }
        let (gross, overflow) = quantity.multipliedReportingOverflow(by: price)
        guard !overflow, gross <= ShopOrder.largest else {
            fault(at: "quantity", "comes to more than an order can")
            return 0
        }
        let isGiftCard = bool("gift_card") == true
        let line = Line(
            sku: text("sku", max: 150) ?? optionalID("variant_id") ?? optionalID("product_id") ?? id,
            name: text("title", max: CommandLimit.name), quantity: quantity, unitPrice: price,
            categories: isGiftCard ? [BasketBuilder.Category.giftCard] : [], brand: text("vendor", max: 100))
        basket.add(id, line, amount: gross - discount - tax)
        basket.add(tax: tax)
        return discount
    }

    private func shopifyBuyer() -> ShopCustomer? {
        let account = object("customer")
        var customer = account?.shopifyCustomer() ?? ShopCustomer()
        customer.email = email("email") ?? email("contact_email") ?? customer.email
        return customer.references.isEmpty ? nil : customer
    }

    /// Shopify keeps a customer for every guest; only one who has signed in has an account.
    fileprivate func shopifyCustomer() -> ShopCustomer {
        var customer = ShopCustomer()
        customer.externalID = optionalID("id")
        customer.email = email("email")
        let names = [text("first_name", max: 200), text("last_name", max: 200)].compactMap { $0 }
        customer.name = names.isEmpty ? nil : names.joined(separator: " ")
        customer.marketing =
            object("email_marketing_consent").flatMap { $0.text("state", max: 40) }.map { $0 == "subscribed" }
            ?? bool("accepts_marketing")
        customer.hasAccount = text("state", max: 40).map { $0 == "enabled" } ?? true
        return customer
    }

    fileprivate func shopifyRefundMessage() -> ShopMessage? {
        let payments = objects("transactions")
        if !payments.isEmpty, payments.allSatisfy({ $0.bool("test") == true }) { return .ignored("test") }
        guard let order = id("order_id"), let refund = shopifyRefund() else { return nil }
        return .refund(refund, order: order)
    }

    private func shopifyRefund() -> ShopRefund? {
        guard let id = id("id"), let at = time("processed_at") ?? time("created_at") else {
            if time("created_at") == nil { fault(at: "created_at", "is required") }
            return nil
        }
        var refund = ShopRefund(id: id, at: at, money: shopifyMoneyBack())
        refund.items = objects("refund_line_items").compactMap { item in
            guard let line = item.id("line_item_id") else { return nil }
            return ShopRefund.Item(
                lineID: line, quantity: max(0, item.integer("quantity") ?? 0), subtotal: item.money("subtotal"),
                tax: item.money("total_tax"))
        }
        let shipping = objects("order_adjustments").filter { $0.text("kind", max: 40) == "shipping_refund" }
        refund.shipping = ShopDecimal.sum(shipping.map { $0.money("amount").magnitude })
        refund.shippingTax = ShopDecimal.sum(shipping.map { $0.money("tax_amount").magnitude })
        return refund
    }

    /// What was paid out, or will be; nil where the message has no payments.
    private func shopifyMoneyBack() -> ShopDecimal? {
        let payments = objects("transactions").filter {
            ["refund", "void"].contains($0.text("kind", max: 40) ?? "refund")
        }
        guard !payments.isEmpty else { return nil }
        let good = payments.filter { ["success", "pending"].contains($0.text("status", max: 40) ?? "success") }
        return ShopDecimal.sum(good.map { $0.money("amount").magnitude })
    }
}

extension ShopOrder {
    /// Minor units that no order comes to.
    static let largest: Int64 = 1_000_000_000_000_000
}

extension ShopDecimal {
    /// The exact sum; the largest amount where it is more than that.
    static func sum(_ terms: [ShopDecimal]) -> ShopDecimal {
        let scale = terms.map(\.scale).max() ?? 0
        let total = terms.reduce(Int128(0)) { sum, term in
            sum + (0..<(scale - term.scale)).reduce(Int128(term.digits)) { value, _ in value * 10 }
        }
        return ShopDecimal(digits: Int64(clamping: total), scale: scale).shortest
    }
}
