import Loyalty
import LoyaltyService
import Wire

extension JSONWriter {
    /// What a member has.
    mutating func balance(_ view: BalanceView) {
        beginObject()
        member("member_id", view.memberID)
        member("version", view.version)
        balanceMembers(view.balance)
        endObject()
    }

    /// `as_of`, `wallets`, `tier` and `subscriptions`.
    mutating func balanceMembers(_ balance: Balance) {
        member("as_of", timeMicros: balance.asOf.micros)
        key("wallets")
        beginObject()
        for wallet in balance.wallets {
            key(named: wallet.id)
            self.wallet(wallet)
        }
        endObject()
        key("tier")
        standing(balance.tier)
        guard !balance.subscriptions.isEmpty else { return }
        key("subscriptions")
        beginArray()
        for subscription in balance.subscriptions { self.subscription(subscription) }
        endArray()
    }

    private mutating func subscription(_ subscription: Balance.Subscription) {
        beginObject()
        member("plan", subscription.plan)
        member("name", subscription.name)
        member("paid_until", subscription.paidUntil.description)
        member("cancelled", subscription.isCancelled)
        benefits(subscription.benefits)
        endObject()
    }

    private mutating func benefits(_ benefits: [Benefit]) {
        key("benefits")
        beginArray()
        for benefit in benefits {
            beginObject()
            member("id", benefit.id)
            member("name", benefit.name)
            endObject()
        }
        endArray()
    }

    private mutating func wallet(_ wallet: Balance.WalletBalance) {
        beginObject()
        member("available", wallet.available)
        member("pending", wallet.pending)
        member("reserved", wallet.reserved)
        key("expiring")
        beginArray()
        for lot in wallet.expiring {
            beginObject()
            member("points", lot.points)
            member("on", lot.on.description)
            endObject()
        }
        endArray()
        member("lifetime_earned", wallet.lifetimeEarned)
        member("lifetime_redeemed", wallet.lifetimeRedeemed)
        endObject()
    }

    private mutating func standing(_ tier: Balance.Standing) {
        beginObject()
        member("id", tier.id)
        member("name", tier.name)
        member("since", timeMicros: tier.since.micros)
        nullableMember("valid_until", tier.validUntil?.description)
        key("qualifying")
        beginArray()
        for figure in tier.qualifying {
            beginObject()
            member("metric", figure.metric)
            member("value", figure.value)
            if let currency = figure.currency { member("currency", currency) }
            endObject()
        }
        endArray()
        key("next")
        if let next = tier.next { nextTier(next) } else { null() }
        if !tier.benefits.isEmpty { benefits(tier.benefits) }
        endObject()
    }

    private mutating func nextTier(_ tier: Balance.NextTier) {
        beginObject()
        member("id", tier.id)
        member("name", tier.name)
        key("requirements")
        beginArray()
        for requirement in tier.requirements {
            beginObject()
            member("metric", requirement.metric)
            member("threshold", requirement.threshold)
            member("remaining", requirement.remaining)
            endObject()
        }
        endArray()
        endObject()
    }
}
