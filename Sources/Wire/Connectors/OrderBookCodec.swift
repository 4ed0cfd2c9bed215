internal import Loyalty

/// An ``OrderBook`` as JSON and back. It names no person.
public enum OrderBookCodec {
    private static let version: Int64 = 1

    /// The bytes of a book.
    public static func encode(_ book: OrderBook) -> [UInt8] {
        var writer = JSONWriter(reserving: 1024)
        writer.beginObject()
        writer.member("v", version)
        writer.member("source", book.source)
        writer.member("id", book.id)
        writer.optionalMember("modified", book.modified?.micros)
        writer.member("revision", Int64(book.revision))
        writer.member("sold_at", book.soldAt.micros)
        writer.member("currency", book.currency)
        writer.member("prices_include_tax", book.pricesIncludeTax)
        writer.member("withdrawn", book.isWithdrawn)
        writer.member("closed", book.isClosed)
        writer.member("left", book.left)
        writer.list("lines", book.lines) { $0.shopLine($1) }
        writer.list("refunds", book.refunds) { $0.refund($1) }
        writer.list("outbox", book.outbox) { $0.shopEvent($1) }
        writer.endObject()
        return writer.bytes
    }

    /// The book behind bytes.
    /// - Throws: ``CodecError``; nothing that ``encode(_:)`` wrote is refused.
    public static func decode(_ bytes: [UInt8]) throws(CodecError) -> OrderBook {
        try CodecError.reading(try CodecError.parsing(bytes)) { $0.orderBook() }
    }
}

extension JSONWriter {
    fileprivate mutating func list<Element>(
        _ name: StaticString, _ elements: [Element], _ write: (inout JSONWriter, Element) -> Void
    ) {
        key(name)
        beginArray()
        for element in elements {
            beginObject()
            write(&self, element)
            endObject()
        }
        endArray()
    }

    fileprivate mutating func shopLine(_ line: ShopLine) {
        key("ids")
        beginArray()
        for id in line.ids { string(id) }
        endArray()
        member("sku", line.line.sku)
        optionalMember("name", line.line.name)
        member("quantity", line.line.quantity)
        member("unit_price", line.line.unitPrice)
        member("discount", line.line.discount)
        key("categories")
        beginArray()
        for category in line.line.categories { string(category) }
        endArray()
        optionalMember("brand", line.line.brand)
    }

    fileprivate mutating func refund(_ refund: ShopRefund) {
        member("id", refund.id)
        member("at", refund.at.micros)
        optionalMember("money", refund.money?.text)
        member("shipping", refund.shipping.text)
        member("shipping_tax", refund.shippingTax.text)
        list("items", refund.items) { writer, item in
            writer.member("line", item.lineID)
            writer.member("quantity", item.quantity)
            writer.member("subtotal", item.subtotal.text)
            writer.member("tax", item.tax.text)
        }
    }

    fileprivate mutating func shopEvent(_ event: ShopEvent) {
        member("event", event.id)
        member("at", event.at.micros)
        switch event.command {
        case .purchase(let purchase):
            key("purchase")
            beginObject()
            members(of: purchase)
            endObject()
        case .purchaseReturn(let goods):
            key("return")
            beginObject()
            members(of: goods)
            endObject()
        default: break
        }
    }
}

extension ObjectReader {
    fileprivate func orderBook() -> OrderBook? {
        _ = recordedInteger("v")
        let source = recordedText("source")
        let id = recordedText("id")
        let modified = optionalInteger("modified", in: .min ... .max)
        let revision = recordedInt("revision")
        let soldAt = recordedInteger("sold_at")
        let currency = recordedText("currency")
        let includesTax = optionalBool("prices_include_tax")
        let withdrawn = optionalBool("withdrawn")
        let closed = optionalBool("closed")
        let left = recordedInteger("left")
        let lines = recordedObjects("lines") { $0.shopLine() }
        let refunds = recordedObjects("refunds") { $0.shopRefund() }
        let outbox = recordedObjects("outbox") { $0.shopEvent() }
        guard let source, let id, let revision, let soldAt, let currency, let left, let lines, let refunds, let outbox
        else { return nil }
        var book = OrderBook(source: source, id: id)
        (book.modified, book.revision, book.soldAt) = (modified.map(Instant.init), revision, Instant(micros: soldAt))
        (book.currency, book.pricesIncludeTax) = (currency, includesTax ?? false)
        (book.isWithdrawn, book.isClosed, book.left) = (withdrawn ?? false, closed ?? false, left)
        (book.lines, book.refunds, book.outbox) = (lines, refunds, outbox)
        return book
    }

    private func shopLine() -> ShopLine? {
        let ids = recordedTexts("ids")
        let sku = recordedText("sku")
        let name = optionalRecordedText("name")
        let quantity = recordedInteger("quantity")
        let unitPrice = recordedInteger("unit_price")
        let discount = recordedInteger("discount")
        let categories = recordedTexts("categories")
        let brand = optionalRecordedText("brand")
        guard let sku, let quantity, let unitPrice, let discount else { return nil }
        let line = Line(
            sku: sku, name: name, quantity: quantity, unitPrice: unitPrice, discount: discount, categories: categories,
            brand: brand)
        return ShopLine(ids: ids, line: line)
    }

    private func shopRefund() -> ShopRefund? {
        let id = recordedText("id")
        let at = recordedInteger("at")
        let money = optionalRecordedText("money").flatMap { ShopDecimal($0) }
        let shipping = decimal("shipping")
        let shippingTax = decimal("shipping_tax")
        let items = recordedObjects("items") { $0.shopItem() }
        guard let id, let at, let shipping, let shippingTax, let items else { return nil }
        var refund = ShopRefund(id: id, at: Instant(micros: at), money: money)
        (refund.items, refund.shipping, refund.shippingTax) = (items, shipping, shippingTax)
        return refund
    }

    private func shopItem() -> ShopRefund.Item? {
        let line = recordedText("line")
        let quantity = recordedInteger("quantity")
        let subtotal = decimal("subtotal")
        let tax = decimal("tax")
        guard let line, let quantity, let subtotal, let tax else { return nil }
        return ShopRefund.Item(lineID: line, quantity: quantity, subtotal: subtotal, tax: tax)
    }

    private func shopEvent() -> ShopEvent? {
        let id = recordedText("event")
        let at = recordedInteger("at")
        let purchase = optionalObject("purchase") { $0.recordedPurchase() }
        let goods = optionalObject("return") { $0.recordedReturn() }
        typealias Content = IncomingEvent.Content
        guard let id, let at, let command = purchase.map(Content.purchase) ?? goods.map(Content.purchaseReturn)
        else { return nil }
        return ShopEvent(id: id, at: Instant(micros: at), command: command)
    }

    private func decimal(_ name: String) -> ShopDecimal? {
        guard let text = recordedText(name) else { return nil }
        if let decimal = ShopDecimal(text) { return decimal }
        fault(at: name, "must be a decimal number")
        return nil
    }
}
