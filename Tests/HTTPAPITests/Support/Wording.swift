import Loyalty
import Wire

/// Commands as a till, an app or a clerk would word them.
enum Wording {
    private static func member(_ name: String, _ text: String?) -> [JSONMember] {
        text.map { [JSONMember(name, .string($0))] } ?? []
    }

    private static func texts(_ name: String, _ texts: [String]) -> [JSONMember] {
        texts.isEmpty ? [] : [JSONMember(name, .array(texts.map { .string($0) }))]
    }

    private static func money(_ amount: Int64, _ currency: String) -> JSONValue {
        .object([JSONMember("amount", .integer(amount)), JSONMember("currency", .string(currency))])
    }

    private static func lines(_ lines: [Line]) -> JSONMember {
        JSONMember(
            "lines",
            .array(
                lines.map { line in
                    var members = [
                        JSONMember("sku", .string(line.sku)), JSONMember("quantity", .integer(line.quantity)),
                        JSONMember("unit_price", .integer(line.unitPrice)),
                    ]
                    if line.discount > 0 { members.append(JSONMember("discount", .integer(line.discount))) }
                    return .object(members + texts("categories", line.categories) + member("brand", line.brand))
                }))
    }

    /// - Parameter redemptions: the server's ids of redemptions by the names that the examples give them.
    static func data(of purchase: Purchase, _ redemptions: [String: String]) -> [JSONMember] {
        [JSONMember("order_id", .string(purchase.order.id)), JSONMember("currency", .string(purchase.currency))]
            + [lines(purchase.lines)] + member("channel", purchase.channel) + member("store", purchase.store)
            + member("partner", purchase.partner) + texts("coupon_codes", purchase.couponCodes)
            + member("redemption_id", purchase.redemptionID.map { redemptions[$0] ?? $0 })
    }

    static func data(of goods: PurchaseReturn) -> [JSONMember] {
        let back: JSONMember =
            switch goods.goods {
            case .amount(let amount): JSONMember("amount", .integer(amount))
            case .lines(let all): lines(all)
            }
        return member("order_id", goods.order?.id)
            + [JSONMember("return_id", .string(goods.returnID)), JSONMember("currency", .string(goods.currency)), back]
    }

    static func data(of activity: Activity) -> [JSONMember] {
        member("activity", activity.name) + member("reference", activity.reference)
            + (activity.value.map { [JSONMember("value", .integer($0))] } ?? [])
    }

    static func body(of request: RedemptionRequest) -> String {
        let what: JSONMember =
            switch request.what {
            case .reward(let id): JSONMember("reward", .string(id))
            case .points(let points): JSONMember("points", .integer(points))
            }
        var members = [what, JSONMember("confirm", .bool(request.confirm))] + member("order_id", request.order)
        if let total = request.orderTotal, let currency = request.orderCurrency {
            members.append(JSONMember("order_total", money(total, currency)))
        }
        return JSONValue.object(members + member("partner", request.partner)).written
    }

    static func body(of adjustment: Adjustment) -> String {
        JSONValue.object(
            [JSONMember("points", .integer(adjustment.points)), JSONMember("wallet", .string(adjustment.wallet))]
                + member("reason_code", adjustment.reason)
        ).written
    }

    static func body(of request: SubscriptionRequest) -> String {
        JSONValue.object(member("plan", request.plan) + member("action", request.action.rawValue)).written
    }

    static func body(ofTransferTo member: String, _ wallet: String, _ points: Int64) -> String {
        JSONValue.object(
            [
                JSONMember("to", .object([JSONMember("id", .string(member))])),
                JSONMember("wallet", .string(wallet)), JSONMember("points", .integer(points)),
            ]
        ).written
    }

    static func body(ofTier tier: String, _ until: CivilDate?, _ reason: String) -> String {
        JSONValue.object(
            member("tier", tier) + member("until", until?.description) + member("reason_code", reason)
        ).written
    }
}

extension JSONValue {
    /// As JSON text.
    var written: String {
        var writer = JSONWriter(reserving: 512)
        writer.value(self)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
