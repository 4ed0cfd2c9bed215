import Loyalty
import LoyaltyService
import Wire

extension JSONWriter {
    /// A redemption.
    mutating func redemption(_ view: RedemptionView) {
        let redemption = view.redemption
        beginObject()
        member("id", redemption.id)
        member("status", view.status.rawValue)
        member("member_id", view.memberID)
        nullableMember("reward", redemption.reward)
        member("wallet", redemption.wallet)
        member("points", redemption.points)
        optionalMoney("value", redemption.value, redemption.currency)
        optionalMoney("co_payment", redemption.coPayment, redemption.currency)
        nullableMember("order_id", redemption.order)
        if let voucher = view.voucher {
            key("voucher")
            beginObject()
            nullableMember("code", voucher.code)
            nullableMember("valid_until", voucher.validUntil?.description)
            member("used", voucher.isUsed)
            endObject()
        }
        if let expiresAt = view.expiresAt {
            member("expires_at", timeMicros: expiresAt.micros)
        } else {
            nullMember("expires_at")
        }
        endObject()
    }

    /// A voucher that was used now.
    mutating func voucher(_ view: VoucherView) {
        beginObject()
        member("code", view.code)
        member("status", "used")
        member("member_id", view.memberID)
        member("redemption_id", view.redemptionID)
        member("reward", view.reward)
        optionalMoney("value", view.value, view.currency)
        nullableMember("valid_until", view.validUntil?.description)
        endObject()
    }

    /// A line of the catalogue.
    mutating func reward(_ view: RewardView) {
        let reward = view.reward
        beginObject()
        member("id", reward.id)
        member("name", reward.name)
        member("kind", reward.kind.name)
        member("wallet", reward.wallet)
        member("points", view.price)
        optionalMoney("value", reward.value, view.currency)
        optionalMoney("co_payment", reward.coPayment, view.currency)
        optionalMoney("minimum_order", reward.condition.minimumOrder, view.currency)
        key("tiers")
        beginArray()
        for tier in reward.condition.tiers.sorted() { string(tier) }
        endArray()
        nullableMember("stock", view.stock)
        if let affordable = view.isAffordable { member("affordable", affordable) }
        if let eligible = view.isEligible { member("eligible", eligible) }
        endObject()
    }

    /// What an act by hand did.
    mutating func act(_ view: ActView) {
        beginObject()
        if let id = view.id { member("id", id) }
        member("member_id", view.memberID)
        entries(view.entries)
        balanceMembers(view.balance)
        endObject()
    }

    /// An adjustment that waits.
    mutating func waiting(_ request: AdjustmentRequest) {
        beginObject()
        member("id", request.id)
        member("status", "awaiting_approval")
        member("member_id", request.memberID)
        member("wallet", request.wallet)
        member("points", request.points)
        member("reason_code", request.reason)
        member("requested_by", request.requestedBy)
        member("requested_at", timeMicros: request.requestedAt.micros)
        endObject()
    }

    /// What a purchase would bring.
    mutating func quote(_ view: QuoteView) {
        beginObject()
        if let id = view.memberID { member("member_id", id) } else { nullMember("member_id") }
        outcome(view.outcome)
        entries(view.entries)
        key("balance")
        beginObject()
        balanceMembers(view.balance)
        endObject()
        endObject()
    }

    private mutating func optionalMoney(_ name: StaticString, _ amount: Int64?, _ currency: String) {
        guard let amount else { return }
        key(name)
        beginObject()
        member("amount", amount)
        member("currency", currency)
        endObject()
    }
}

extension Reward.Kind {
    /// As files and answers name it.
    fileprivate var name: String {
        switch self {
        case .discount: "discount"
        case .cash: "cash"
        case .voucher: "voucher"
        case .product: "product"
        case .donation: "donation"
        case .upgrade: "upgrade"
        }
    }
}
