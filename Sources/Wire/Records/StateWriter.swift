internal import Loyalty

/// The shape of an account's state. What changes with most purchases stands at its end: PostgreSQL writes of an updated row
/// only what differs, from its first byte to its last.
extension JSONWriter {
    mutating func state(_ state: MemberState) {
        beginObject()
        member("v", StateCodec.version)
        member("programme", state.programme)
        member("language", state.language.rawValue)
        member("enrolled", state.enrolledAt.micros)
        optionalMember("birthday", state.birthday?.recorded)
        optionalMember("referred_by", state.referredBy)
        optionalMember("merged_into", state.mergedInto)
        member("absorbed", nonEmpty: state.absorbed)
        if state.identity != .kept { member("identity", state.identity.rawValue) }
        standingMembers(state.standing)
        if state.reached != state.standing {
            key("reached")
            beginObject()
            standingMembers(state.reached)
            endObject()
        }
        member("grants", nonEmpty: state.grants) { $0.grant($1) }
        member("subscriptions", nonEmpty: state.subscriptions) { $0.subscription($1) }
        gifts(state.gifts)
        member("conversions", nonZero: state.conversions)
        member("reservations", nonEmpty: state.reservations) { $0.reservation($1) }
        optionalMember("active", state.lastActive)
        member("wallets", nonEmpty: state.wallets) { $0.wallet($1) }
        member("totals", nonEmpty: state.totals) { $0.sum($1.period.recorded, $1.metric, $1.amount) }
        member("counters", nonEmpty: state.counters) { $0.sum($1.rule, $1.window, $1.value) }
        member("purchases", nonZero: state.purchases)
        member("latest", state.latest.micros)
        endObject()
    }

    private mutating func standingMembers(_ standing: MemberState.Standing) {
        member("tier", standing.tier)
        optionalMember("since", standing.since?.micros)
        optionalMember("until", standing.validUntil)
    }

    private mutating func wallet(_ wallet: Wallet) {
        beginObject()
        member("id", wallet.id)
        optionalMember("inactive", wallet.inactiveOn)
        if wallet.settledAt != .distantPast { member("settled", wallet.settledAt.micros) }
        member("debt", nonZero: wallet.debt)
        member("reserved", nonZero: wallet.reserved)
        member("transferred_in", nonZero: wallet.transferredIn)
        member("redeemed", nonZero: wallet.redeemed)
        member("transferred_out", nonZero: wallet.transferredOut)
        member("expired", nonZero: wallet.expired)
        member("revoked", nonZero: wallet.revoked)
        member("pending", nonEmpty: wallet.pending) { writer, pending in
            writer.beginObject()
            writer.member("until", pending.until)
            writer.member("end", pending.end)
            writer.member("points", pending.points)
            writer.endObject()
        }
        member("lots", nonEmpty: wallet.lots)
        member("issued", nonZero: wallet.issued)
        endObject()
    }

    private mutating func grant(_ grant: MemberState.Grant) {
        beginObject()
        member("tier", grant.tier)
        if case .plan(let plan) = grant.source { member("plan", plan) }
        member("since", grant.since.micros)
        optionalMember("until", grant.until)
        endObject()
    }

    private mutating func subscription(_ subscription: MemberState.Subscription) {
        beginObject()
        member("plan", subscription.plan)
        member("since", subscription.since.micros)
        member("paid_until", subscription.paidUntil)
        member("cancelled", ifTrue: subscription.isCancelled)
        endObject()
    }

    private mutating func reservation(_ reservation: MemberState.Reservation) {
        beginObject()
        members(of: reservation.redemption)
        member("expires", reservation.expiresAt.micros)
        member("taken", nonEmpty: reservation.taken)
        endObject()
    }

    /// There may be hundreds of sums, so that each is a short array.
    private mutating func sum(_ first: String, _ second: String, _ value: Int64) {
        beginArray()
        string(first)
        string(second)
        integer(value)
        endArray()
    }

    /// In the order of their rules' bytes: a dictionary has none of its own.
    private mutating func gifts(_ gifts: [String: Int]) {
        if gifts.isEmpty { return }
        key("gifts")
        beginObject()
        for (rule, year) in gifts.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
            key(named: rule)
            integer(Int64(year))
        }
        endObject()
    }
}
