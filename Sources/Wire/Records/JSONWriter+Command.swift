internal import Loyalty

/// The shapes of commands, shared by recorded events and content hashes.
extension JSONWriter {
    mutating func members(of purchase: Purchase) {
        member("order_id", purchase.order.id)
        member("source", purchase.order.source)
        member("currency", purchase.currency)
        member("lines", purchase.lines)
        optionalMember("channel", purchase.channel)
        optionalMember("store", purchase.store)
        optionalMember("partner", purchase.partner)
        optionalMember("redemption_id", purchase.redemptionID)
        member("coupon_codes", nonEmpty: purchase.couponCodes)
    }

    mutating func members(of goods: PurchaseReturn) {
        member("return_id", goods.returnID)
        member("source", goods.source)
        if let order = goods.order {
            member("order_id", order.id)
            if order.source != goods.source { member("order_source", order.source) }
        }
        member("currency", goods.currency)
        switch goods.goods {
        case .lines(let lines): member("lines", lines)
        case .amount(let amount): member("amount", amount)
        }
    }

    mutating func members(of activity: Activity) {
        member("activity", activity.name)
        optionalMember("reference", activity.reference)
        optionalMember("value", activity.value)
    }

    private mutating func member(_ name: StaticString, _ lines: [Line]) {
        key(name)
        beginArray()
        for line in lines { self.line(line) }
        endArray()
    }

    private mutating func line(_ line: Line) {
        beginObject()
        member("sku", line.sku)
        optionalMember("name", line.name)
        member("quantity", line.quantity)
        member("unit_price", line.unitPrice)
        if line.discount != 0 { member("discount", line.discount) }
        member("categories", nonEmpty: line.categories)
        optionalMember("brand", line.brand)
        endObject()
    }
}
