internal import Loyalty

/// The shapes of recorded movements of points.
extension JSONWriter {
    mutating func members(of event: PointsAccrued) {
        member("wallet", event.wallet)
        member("points", event.points)
        member("expires", event.expires)
        if let until = event.matures { member("matures", until) }
        member("rule", event.rule)
        member("programme_version", Int64(event.version))
        key("reason")
        reason(event.reason)
        optionalMember("partner", event.partner)
        optionalMember("period", event.period)
        optionalMember("inactive_on", event.inactiveOn)
        member("balance", event.balance)
    }

    mutating func members(of event: PointsRevoked) {
        member("wallet", event.wallet)
        member("parts", event.parts)
        member("pending", nonZero: event.pending)
        member("lapsed", nonZero: event.lapsed)
        if let order = event.order { member("order", order) }
        member("return_id", event.returnID)
        member("programme_version", Int64(event.version))
        member("waives_debt", ifTrue: event.waivesDebt)
        member("balance", event.balance)
    }

    mutating func members(of event: PointsMatured) {
        member("wallet", event.wallet)
        member("points", event.points)
        member("until", event.until)
        member("expires", event.expires)
        optionalMember("inactive_on", event.inactiveOn)
        member("balance", event.balance)
    }

    mutating func members(of event: PointsExpired) {
        member("wallet", event.wallet)
        member("points", event.points)
        member("lot", event.lot)
        optionalMember("inactive_since", event.inactiveSince)
        member("balance", event.balance)
    }

    mutating func members(of event: PointsAdjusted) {
        member("wallet", event.adjustment.wallet)
        member("points", event.adjustment.points)
        member("reason", event.adjustment.reason)
        optionalMember("note", event.adjustment.note)
        optionalMember("agent", event.adjustment.agent)
        member("expires", event.expires)
        optionalMember("inactive_on", event.inactiveOn)
        member("programme_version", Int64(event.version))
        member("balance", event.balance)
    }

    mutating func members(of event: PointsTransferred) {
        member("transfer_id", event.id)
        member("direction", event.direction.rawValue)
        member("other", event.other)
        member("wallet", event.wallet)
        member("parts", nonEmpty: event.parts)
        optionalMember("inactive_on", event.inactiveOn)
        member("programme_version", Int64(event.version))
        member("balance", event.balance)
    }

    mutating func members(of event: ReferralCompleted) {
        member("friend", event.friend)
        member("wallet", event.wallet)
        if !event.withdrawn.isEmpty { member("withdrawn", event.withdrawn) }
        member("programme_version", Int64(event.version))
    }

    private mutating func member(_ name: StaticString, _ parts: [PointsRevoked.Part]) {
        key(name)
        beginArray()
        for part in parts {
            beginObject()
            member("points", part.points)
            if let until = part.matures { member("matures", until) }
            if let end = part.expires { member("expires", end) }
            endObject()
        }
        endArray()
    }

    private mutating func reason(_ reason: AccrualReason) {
        beginObject()
        switch reason {
        case .base(let order, let amount, let currency, let rate):
            member("kind", "base")
            sale(order, amount, currency)
            self.rate(rate)
        case .multiplier(let order, let amount, let currency, let thousandths):
            member("kind", "multiplier")
            sale(order, amount, currency)
            member("thousandths", thousandths)
        case .fixed(let order, let count):
            member("kind", "fixed")
            member("order", order)
            member("count", count)
        case .accumulated(let order, let total, let currency, let rate):
            member("kind", "accumulated")
            member("order", order)
            member("total", total)
            member("currency", currency)
            self.rate(rate)
        case .activity(let name, let reference):
            member("kind", "activity")
            member("activity", name)
            optionalMember("reference", reference)
        case .gift(let occasion, let year):
            member("kind", "gift")
            member("occasion", occasion.rawValue)
            member("year", Int64(year))
        case .referral(let order):
            member("kind", "referral")
            if let order { member("order", order) }
        }
        endObject()
    }

    private mutating func sale(_ order: OrderReference, _ amount: Int64, _ currency: String) {
        member("order", order)
        member("amount", amount)
        member("currency", currency)
    }

    private mutating func rate(_ rate: Ratio) {
        key("rate")
        beginObject()
        member("points", rate.numerator)
        member("per_minor_units", rate.denominator)
        endObject()
    }
}
