internal import Loyalty

/// The shapes of recorded events. The order of members is part of the bytes that are hashed.
extension JSONWriter {
    mutating func event(_ event: LoyaltyEvent) {
        beginObject()
        member("v", EventCodec.version)
        switch event {
        case .enrolled(let enrolled):
            member("programme", enrolled.programme)
            member("tier", enrolled.tier)
            member("language", enrolled.language.rawValue)
        case .purchaseCompleted(let purchase): members(of: purchase)
        case .pointsAccrued(let accrual): members(of: accrual)
        case .purchaseReturned(let goods): members(of: goods)
        case .returnHeld(let held):
            members(of: held.goods)
            member("outcome", held.outcome)
        case .activityCompleted(let activity): members(of: activity)
        case .pointsRevoked(let revoked): members(of: revoked)
        case .pointsExpired(let expired): members(of: expired)
        case .tierChanged(let change): members(of: change)
        case .restated(let restated): members(of: restated)
        case .profileChanged(let change): members(of: change)
        case .erased: break
        }
        endObject()
    }

    private mutating func members(of event: PurchaseCompleted) {
        members(of: event.purchase)
        member("programme_version", Int64(event.version))
        member("tier", event.tier)
        member("qualifying", event.qualifying)
        member("period", Int64(event.period))
        member("day", event.day)
        optionalMember("inactive_on", event.inactiveOn)
        optionalMember("lot", event.lot)
        member("outcome", event.outcome)
    }

    private mutating func members(of event: ActivityCompleted) {
        members(of: event.activity)
        member("programme_version", Int64(event.version))
        optionalMember("inactive_on", event.inactiveOn)
        member("outcome", event.outcome)
    }

    private mutating func members(of event: PointsAccrued) {
        member("wallet", event.wallet)
        member("points", event.points)
        member("lot", event.lot)
        member("expires", event.expires.word)
        member("rule", event.rule)
        member("programme_version", Int64(event.version))
        key("reason")
        reason(event.reason)
        member("balance", event.balance)
    }

    private mutating func reason(_ reason: AccrualReason) {
        beginObject()
        switch reason {
        case .base(let order, let amount, let currency, let rate):
            member("kind", "base")
            sale(order, amount, currency)
            key("rate")
            beginObject()
            member("points", rate.numerator)
            member("per_minor_units", rate.denominator)
            endObject()
        case .multiplier(let order, let amount, let currency, let thousandths):
            member("kind", "multiplier")
            sale(order, amount, currency)
            member("thousandths", thousandths)
        case .activity(let name):
            member("kind", "activity")
            member("activity", name)
        }
        endObject()
    }

    private mutating func sale(_ order: OrderReference, _ amount: Int64, _ currency: String) {
        member("order", order)
        member("amount", amount)
        member("currency", currency)
    }

    private mutating func members(of event: PurchaseReturned) {
        members(of: event.goods)
        member("programme_version", Int64(event.version))
        member("tier", event.tier)
        member("points", event.points)
        optionalMember("lot", event.lot)
        member("qualifying", event.qualifying)
        member("period", Int64(event.period))
        member("outcome", event.outcome)
    }

    private mutating func members(of event: PointsRevoked) {
        member("wallet", event.wallet)
        member("points", event.points)
        member("expired", event.expired)
        optionalMember("lot", event.lot)
        if let order = event.order { member("order", order) }
        member("return_id", event.returnID)
        member("programme_version", Int64(event.version))
        member("balance", event.balance)
    }

    private mutating func members(of event: PointsExpired) {
        member("wallet", event.wallet)
        member("points", event.points)
        member("lot", event.lot)
        optionalMember("inactive_since", event.inactiveSince)
        member("balance", event.balance)
    }

    private mutating func members(of event: TierChanged) {
        member("from", event.from)
        member("to", event.to)
        member("reason", event.reason.rawValue)
        optionalMember("valid_until", event.validUntil)
        member("spend", event.spend)
        member("period", Int64(event.period))
    }

    private mutating func members(of event: MemberRestated) {
        key("corrections")
        beginArray()
        for correction in event.corrections {
            beginObject()
            member("effect", correction.effect.rawValue)
            member("at", timeMicros: correction.at.micros)
            member("type", RecordedType(of: correction.event).rawValue)
            key("event")
            self.event(correction.event)
            member("points", correction.points)
            member("balance", correction.balance)
            endObject()
        }
        endArray()
        key("state")
        state(event.state)
    }

    private mutating func member(_ name: StaticString, _ outcome: Outcome) {
        key(name)
        beginObject()
        member("change", outcome.change)
        member("available", outcome.available)
        member("pending", outcome.pending)
        member("tier", outcome.tier)
        member("previous_tier", outcome.previousTier)
        member("followers", Int64(outcome.followers))
        endObject()
    }
}

extension Lot.End {
    /// The word that is recorded.
    var word: String {
        switch self {
        case .never: "never"
        case .inactivity: "inactivity"
        }
    }

    /// The end of a recorded word.
    init?(word: String) {
        switch word {
        case "never": self = .never
        case "inactivity": self = .inactivity
        default: return nil
        }
    }
}
