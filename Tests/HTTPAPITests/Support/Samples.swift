import Foundation

@testable import Loyalty
@testable import LoyaltyService
@testable import Wire

/// Values as the service would give them.
enum Samples {
    static func balance(at instant: Instant) -> Balance {
        let wallet = Balance.WalletBalance(
            id: "points", available: 139, pending: 0, reserved: 0,
            expiring: [.init(points: 139, on: CivilDate(year: 2026, month: 12, day: 1))], lifetimeEarned: 150,
            lifetimeRedeemed: 0)
        let next = Balance.NextTier(
            id: "vib", name: "VIB", requirements: [.init(metric: "spend", threshold: 35_000, remaining: 21_088)])
        let tier = Balance.Standing(
            id: "insider", name: "Insider", since: Instant(micros: 0), validUntil: nil,
            qualifying: [.init(metric: "spend", value: 13_912, currency: "GBP")], next: next, benefits: [])
        return Balance(
            asOf: instant, lastChange: Instant(micros: 7), wallets: [wallet], tier: tier, subscriptions: [])
    }

    static func member(_ body: EnrolmentBody, at instant: Instant) -> MemberView {
        MemberView(
            id: FakeLoyalty.memberID, programme: "beauty",
            profile: Profile(
                email: body.email, card: body.card ?? "4000", externalID: body.externalID, name: body.name,
                birthday: body.birthday),
            enrolledAt: instant, version: 1, balance: balance(at: instant))
    }

    static func entry(recordedAt: Instant?) -> EntryView {
        let order = OrderReference(source: "/tills/7", id: "536365")
        let accrued = PointsAccrued(
            wallet: "points", points: 139, expires: .inactivity, rule: "base", version: 1,
            reason: .base(order: order, amount: 13_912, currency: "GBP", rate: Ratio(1, 100)), balance: 139)
        let entry = LedgerEntry(
            kind: .accrual, wallet: "points", points: 139, isPending: false, rule: "base", version: 1, order: order,
            lot: .inactivity, at: FakeLoyalty.now, balance: 139, event: .pointsAccrued(accrued))
        return EntryView(
            entry: entry, explanation: "1 point per 1.00 GBP on 139.12 GBP", version: recordedAt == nil ? nil : 3,
            recordedAt: recordedAt)
    }

    /// A purchase as a till sends it.
    static func purchase(id: String = "536365", card: String = "4000", unitPrice: Int = 13_912) -> String {
        #"""
        {"specversion":"1.0","id":"\#(id)","source":"/tills/7","type":"purchase.completed",
         "time":"2025-11-22T08:00:00Z","data":{"member":{"card":"\#(card)"},"order_id":"o-\#(id)","currency":"GBP",
         "lines":[{"sku":"85123A","quantity":1,"unit_price":\#(unitPrice)}]}}
        """#
    }
}
