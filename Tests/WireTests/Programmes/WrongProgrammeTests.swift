import Foundation
import Testing
import Wire

@Suite("A wrong programme is refused with the line and what was expected")
struct WrongProgrammeTests {
    /// A right file that uses most of the format; each case replaces one piece of it.
    static let right = """
        id: p
        currencies: [EUR, USD]
        enrolment: automatic
        versions:
          - from: 2020-01-01
            wallets:
              - {id: points, expiry: {months: 12, then: next_month}}
              - {id: stamps, matures_after_days: 14}
            earning:
              - {id: base, points: 1, per: 2, by_tier: {gold: 2}}
              - {id: triple, multiplier: 2.5, when: {from: 2026-11-01, until: 2026-11-08, weekdays: [monday], hours: "16:00-18:00"}}
              - {id: stamp, points: 1, points_per: item, wallet: stamps, when: {categories: [coffee], minimum: 2.50}}
              - {id: set, points: 9, points_per: {set: [{sku: a}, {sku: b, quantity: 2}]}}
              - {id: month, accumulate: {points: 3, per: 1, from_total: 600}, cap: {points: 3000, per: life}, unless: [set]}
            activities: [{id: review, points: 5, cap: {points: 15, per: day}}]
            gifts: [{id: birthday, occasion: birthday, points: 100, tiers: [gold]}]
            referral: {referrer_points: 5, friend_points: 3}
            tiers:
              metrics: [spend, stamps]
              validity: {end_of_month: 2, years_after: 2}
              levels: [{id: base}, {id: gold, spend: 99.50, stamps: 5, benefits: [lounge]}, {id: vip, spend: 200, stamps: 5}]
            plans: [{id: card, fee: 62.90, months: 12, tier: gold}]
            partners: [{id: shop, point_price: 0.01}]
            rewards:
              - {id: cash, kind: cash, points: 500, value: 5.00, when: {plans: [card]}}
              - {id: up, kind: upgrade, points: 900, tier: gold, months: 3}
              - {id: code, kind: voucher, points: 100, automatic: true, voucher: {valid_days: 9}, per_member: {count: 1, per: year}}
            returns: {without_receipt: take, debt: owe}
            adjustments: {reasons: [late], approval_above: 100}
            transfers: {allowed: true}
            redemption: {point_value: 0.01, minimum: 200}
        examples:
          - name: a purchase
            given: [{on: 2026-01-01, buys: 4.00, earns: 2}, {on: 2026-01-02, redeems: cash, refused: not_eligible}]
            expect: [{at: 2026-01-02, points: 2, tier: base, wallets: {stamps: 0}}]
        """

    @Test("the file that the cases change is right")
    func rightFile() {
        #expect(ProgrammeFileTests.faults(Self.right) == [])
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var piece: String
        var replacement: String
        var fault: String
        var testDescription: String { fault }

        init(_ piece: String, _ replacement: String, _ fault: String) {
            (self.piece, self.replacement, self.fault) = (piece, replacement, fault)
        }
    }

    @Test(
        "a wrong piece is named with its line", arguments: programmes + earning + tiers + rewards + policies + examples)
    func wrong(wrong: Case) {
        #expect(Self.right.contains(wrong.piece))
        let found = ProgrammeFileTests.faults(
            Self.right.replacing(wrong.piece, with: wrong.replacement, maxReplacements: 1))
        #expect(found.first == wrong.fault)
    }

    @Test("there are more than fifty kinds")
    func kinds() {
        let all = Self.programmes + Self.earning + Self.tiers + Self.rewards + Self.policies + Self.examples
        #expect(Set(all.map(\.fault)).count >= 80)
    }
}
