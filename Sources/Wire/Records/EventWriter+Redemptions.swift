internal import Loyalty

/// The shapes of recorded redemptions and vouchers.
extension JSONWriter {
    /// What was agreed; a reservation in a member's state has the same members.
    mutating func members(of redemption: Redemption) {
        member("redemption_id", redemption.id)
        optionalMember("reward", redemption.reward)
        member("wallet", redemption.wallet)
        member("points", redemption.points)
        optionalMember("value", redemption.value)
        member("currency", redemption.currency)
        optionalMember("co_payment", redemption.coPayment)
        member("pays_order", ifTrue: redemption.paysOrder)
        optionalMember("order_id", redemption.order)
        optionalMember("partner", redemption.partner)
        member("programme_version", Int64(redemption.version))
        member("counts", nonEmpty: redemption.counts)
    }

    /// A member with clocks of inactivity, left out where there are none.
    mutating func member(_ name: StaticString, nonEmpty clocks: [InactivityClock]) {
        member(name, nonEmpty: clocks) { writer, clock in
            writer.beginObject()
            writer.member("wallet", clock.wallet)
            writer.member("on", clock.on)
            writer.endObject()
        }
    }

    mutating func members(of event: RedemptionReserved) {
        members(of: event.redemption)
        member("expires_at", timeMicros: event.expiresAt.micros)
        member("clocks", nonEmpty: event.clocks)
        member("day", event.day)
        member("balance", event.balance)
    }

    mutating func members(of event: RedemptionConfirmed) {
        members(of: event.redemption)
        member("was_reserved", ifTrue: event.wasReserved)
        optionalMember("conversion", event.conversion)
        member("clocks", nonEmpty: event.clocks)
        member("day", event.day)
        member("balance", event.balance)
    }

    mutating func members(of event: RedemptionCancelled) {
        members(of: event.redemption)
        member("reason", event.reason.rawValue)
        member("taken", nonEmpty: event.taken)
        member("balance", event.balance)
    }

    mutating func members(of event: VoucherIssued) {
        member("redemption_id", event.redemption)
        member("reward", event.reward)
        optionalMember("value", event.value)
        member("currency", event.currency)
        optionalMember("valid_until", event.validUntil)
        member("from_pool", ifTrue: event.fromPool)
    }
}
