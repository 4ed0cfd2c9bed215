internal import Loyalty

/// Commands as recorded, without the bounds for callers' input.
extension ObjectReader {
    func recordedPurchase() -> Purchase? {
        let id = recordedText("order_id")
        let source = recordedText("source")
        let currency = recordedText("currency")
        let lines = recordedObjects("lines") { $0.recordedLine() }
        let channel = optionalRecordedText("channel")
        let store = optionalRecordedText("store")
        let partner = optionalRecordedText("partner")
        let redemption = optionalRecordedText("redemption_id")
        let coupons = recordedTexts("coupon_codes")
        guard let id, let source, let currency, let lines else { return nil }
        return Purchase(
            order: OrderReference(source: source, id: id), currency: currency, lines: lines, channel: channel,
            store: store, partner: partner, redemptionID: redemption, couponCodes: coupons)
    }

    func recordedReturn() -> PurchaseReturn? {
        let returnID = recordedText("return_id")
        let source = recordedText("source")
        let orderID = optionalRecordedText("order_id")
        let orderSource = optionalRecordedText("order_source")
        let currency = recordedText("currency")
        let goods: PurchaseReturn.Goods? =
            has("lines")
            ? recordedObjects("lines") { $0.recordedLine() }.map { .lines($0) }
            : recordedInteger("amount").map { .amount($0) }
        guard let returnID, let source, let currency, let goods else { return nil }
        return PurchaseReturn(
            source: source, order: orderID.map { OrderReference(source: orderSource ?? source, id: $0) },
            returnID: returnID, currency: currency, goods: goods)
    }

    func recordedActivity() -> Activity? {
        let name = recordedText("activity")
        let reference = optionalRecordedText("reference")
        let value = optionalInteger("value", in: .min ... .max)
        return name.map { Activity(name: $0, reference: reference, value: value) }
    }

    func recordedOrder() -> OrderReference? {
        let source = recordedText("source")
        let id = recordedText("id")
        guard let source, let id else { return nil }
        return OrderReference(source: source, id: id)
    }

    private func recordedLine() -> Line? {
        let sku = recordedText("sku")
        let name = optionalRecordedText("name")
        let quantity = recordedInteger("quantity")
        let unitPrice = recordedInteger("unit_price")
        let discount = optionalInteger("discount", in: .min ... .max)
        let categories = recordedTexts("categories")
        let brand = optionalRecordedText("brand")
        guard let sku, let quantity, let unitPrice else { return nil }
        return Line(
            sku: sku, name: name, quantity: quantity, unitPrice: unitPrice, discount: discount ?? 0,
            categories: categories, brand: brand)
    }
}
