internal import Loyalty

/// The shapes of recorded events. The order of members is part of the bytes that are hashed.
extension JSONWriter {
    mutating func event(_ event: LoyaltyEvent, _ type: RecordedType) {
        beginObject()
        member("v", type.version)
        switch event {
        case .enrolled(let event): members(of: event)
        case .profileChanged(let event): members(of: event)
        case .purchaseCompleted(let event): members(of: event)
        case .pointsAccrued(let event): members(of: event)
        case .purchaseReturned(let event): members(of: event)
        case .returnHeld(let event):
            members(of: event.goods)
            member("outcome", event.outcome)
        case .activityCompleted(let event): members(of: event)
        case .pointsRevoked(let event): members(of: event)
        case .pointsMatured(let event): members(of: event)
        case .pointsExpired(let event): members(of: event)
        case .pointsAdjusted(let event): members(of: event)
        case .pointsTransferred(let event): members(of: event)
        case .redemptionReserved(let event): members(of: event)
        case .redemptionConfirmed(let event): members(of: event)
        case .redemptionCancelled(let event): members(of: event)
        case .voucherIssued(let event): members(of: event)
        case .voucherRedeemed(let event): member("redemption_id", event.redemption)
        case .referralCompleted(let event): members(of: event)
        case .subscriptionChanged(let event): members(of: event)
        case .tierGranted(let event): members(of: event)
        case .tierChanged(let event): members(of: event)
        case .merged(let event): member("into", event.into)
        case .absorbed(let event):
            member("from", event.from)
            key("state")
            state(event.state)
        case .restated(let event): members(of: event)
        case .erased: break
        }
        endObject()
    }

    private mutating func members(of event: PurchaseCompleted) {
        members(of: event.purchase)
        member("programme_version", Int64(event.version))
        member("tier", event.circumstances.tier)
        member("plans", nonEmpty: event.circumstances.plans)
        member("first", ifTrue: event.circumstances.isFirst)
        member("referred", ifTrue: event.circumstances.isReferred)
        member("birthday_month", ifTrue: event.circumstances.inBirthdayMonth)
        member("qualifying", event.qualifying)
        member("period", event.period.recorded)
        member("day", event.day)
        member("clocks", nonEmpty: event.clocks)
        member("paid_with_points", nonZero: event.paidWithPoints)
        member("counts", nonEmpty: event.counts)
        member("outcome", event.outcome, tier: event.circumstances.tier)
    }

    private mutating func members(of event: PurchaseReturned) {
        members(of: event.goods)
        member("programme_version", Int64(event.version))
        member("tier", event.tier)
        member("taken", nonEmpty: event.taken) { writer, taken in
            writer.beginObject()
            writer.member("rule", taken.rule)
            writer.member("wallet", taken.wallet)
            writer.member("points", taken.points)
            writer.member("waived", nonZero: taken.waived)
            writer.optionalMember("period", taken.period)
            writer.endObject()
        }
        member("qualifying", event.qualifying)
        member("orders", nonZero: event.orders)
        member("period", event.period.recorded)
        member("counts", nonEmpty: event.counts)
        member("waives_debt", ifTrue: event.waivesDebt)
        optionalMember("partner", event.partner)
        member("outcome", event.outcome, tier: event.tier)
    }

    private mutating func members(of event: ActivityCompleted) {
        members(of: event.activity)
        member("programme_version", Int64(event.version))
        member("counts", nonEmpty: event.counts)
        member("outcome", event.outcome)
    }

    /// What most events leave as it was is not said: nothing waits, and the tier is the one before.
    ///
    /// - Parameter tier: that of the event, where it says one.
    private mutating func member(_ name: StaticString, _ outcome: Outcome, tier: String? = nil) {
        key(name)
        beginObject()
        member("change", outcome.change)
        member("available", outcome.available)
        member("pending", nonZero: outcome.pending)
        if outcome.tier != tier { member("tier", outcome.tier) }
        if outcome.previousTier != outcome.tier { member("previous_tier", outcome.previousTier) }
        member("followers", Int64(outcome.followers))
        endObject()
    }
}
