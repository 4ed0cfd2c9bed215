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

    /// `as_of`, `wallets` and `tier`.
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
            member("currency", figure.currency)
            endObject()
        }
        endArray()
        key("next")
        if let next = tier.next { nextTier(next) } else { null() }
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
