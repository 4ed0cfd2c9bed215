import Testing

@testable import Loyalty

/// What random lives have brought to light, as small as it goes.
@Suite("Found by random lives")
struct FoundByChanceTests {
    @Test("goods that come back one by one take no more than the order earned, although rounding shifts a point")
    func shiftedPoint() throws {
        var till = Till(.flat)
        // On the whole: 2 base and 0 more; without the second line 1 base and 1 more.
        let lines: [Line] = [
            .article(1_90, sku: "a"), .article(10, sku: "b"), .article(8, sku: "c", categories: ["skincare"]),
        ]
        let earned = try till.buys(lines, at: .on("2025-03-01"), order: "A").change
        var taken: Int64 = 0
        for line in [lines[1], lines[0], lines[2]] {
            taken -= try till.returns(.lines([line]), of: "A", on: "2025-03-02").change
        }
        #expect(taken == earned)
        #expect(till.state.points.debt == 0)
    }

    @Test("points that mature behind their end are gone at once, and the answer says so, late or not")
    func maturedTooLate() throws {
        for isLate in [false, true] {
            var till = Till(
                .one {
                    $0.wallets = [
                        WalletRules(expiry: .after(months: 2, days: 0, then: .sameDay), maturity: .activity("shipped"))
                    ]
                })
            try till.buys(90_00, on: "2025-03-01", order: "A")
            if isLate { try till.buys(1_00, on: "2025-07-13") }
            let shipped = Activity(name: "shipped", reference: "A")
            let outcome = try till.deliver(.activity(shipped), at: .on("2025-07-12")).outcome
            #expect(outcome.available == 0)
            #expect(outcome.change == -90)
            #expect(till.state.points.expired == 90)
            #expect(try till.programme.state(of: till.log, asOf: till.state.latest) == till.state)
        }
    }

    @Test("points that mature or redeem themselves raise nobody: that they come back makes no difference to the tier")
    func maturedAndReturned() throws {
        let note = Reward(id: "note", kind: .voucher, price: 60, voucher: VoucherRules(), isAutomatic: true)
        for rewards in [[], [note]] {
            var till = Till(
                .one {
                    $0.wallets = [WalletRules(expiry: .never, maturity: .days(60))]
                    $0.rewards = rewards
                    $0.tiers = TierRules(
                        levels: [
                            Tier(id: "member", name: "Member"),
                            Tier(id: "vib", name: "VIB", requirements: [.init(.spend, 200_00)]),
                        ], period: .rolling(months: 6), validity: .forever)
                })
            try till.returns(.amount(300_00), of: nil, on: "2025-01-10")
            try till.buys(400_00, on: "2025-03-01")
            // Its points mature when the return before has left the window, and the purchase before has not.
            try till.buys(60_00, on: "2025-05-20", order: "A")
            try till.settle(to: .on("2025-08-01"))
            #expect(try till.programme.state(of: till.log, asOf: till.state.latest) == till.state)
            try till.returns(.amount(60_00), of: "A", on: "2025-10-01")
            #expect(till.state.standing.tier == "member")
            #expect(try till.programme.state(of: till.log, asOf: till.state.latest) == till.state)
        }
    }

    @Test("what was waived is not owed again when a late purchase brings points that would have been there")
    func waivedStands() throws {
        var till = Till(.one { $0.returns.debt = .waive })
        try till.buys(50_00, on: "2025-02-01")
        #expect(try till.returns(.amount(80_00), of: nil, on: "2025-03-01").available == 0)
        #expect(till.state.points.debt == 0)
        try till.buys(100_00, on: "2025-01-15")
        #expect(till.state.points.available == 100)
        #expect(till.state.points.isBalanced)
    }

    @Test("a complete return in two parts takes what the order earned, although the first part was waived")
    func waivedInParts() throws {
        var till = Till(.one { $0.returns.debt = .waive })
        try till.buys([.article(50_00, quantity: 2)], at: .on("2025-02-01"), order: "A")
        try till.deliver(
            .redemption(RedemptionRequest(id: "d", what: .points(80), confirm: true)), at: .on("2025-02-02"))
        #expect(try till.returns(.lines([.article(50_00)]), of: "A", on: "2025-02-03").change == -20)
        try till.buys(100_00, on: "2025-02-04")
        #expect(try till.returns(.lines([.article(50_00)]), of: "A", on: "2025-02-05").change == -50)
        #expect(till.state.points.available == 50)
    }

    @Test(
        "a friend's goods that come back take the referrer's points while they wait, and nothing where there are none")
    func referralWithdrawn() throws {
        var till = Till(.one { $0.referral = ReferralRules(referrerPoints: 40, friendPoints: 25) })
        let bought = Instant.on("2025-03-01")
        func referral(_ isWithdrawn: Bool) -> Command {
            .referral(friend: "f", boughtAt: bought, isWithdrawn: isWithdrawn)
        }
        try till.deliver(referral(true), at: bought.later(hours: 1))
        #expect(till.state.points.available == 0)
        try till.deliver(referral(false), at: bought.later(hours: 2))
        #expect(till.state.points.pendingPoints == 40)
        try till.deliver(referral(true), at: bought.later(hours: 3))
        #expect(till.state.points.pendingPoints == 0)
        #expect(till.state.points.available == 0)
    }

    @Test("what a friend's return took of points that a purchase had brought is not taken again with its goods")
    func withdrawnOnce() throws {
        var till = Till(
            .one {
                $0.wallets = [WalletRules(expiry: .never, maturity: .days(60))]
                $0.referral = ReferralRules(referrerPoints: 40, friendPoints: 25)
            })
        try till.buys(15_00, on: "2025-03-01", order: "A")
        // It gave nothing, and what it would have given had waited for the day on which the purchase's points mature.
        try till.deliver(
            .referral(friend: "f", boughtAt: .on("2025-03-31"), isWithdrawn: true), at: .on("2025-04-02"))
        try till.deliver(.adjustment(Adjustment(wallet: "points", points: 50, reason: "x")), at: .on("2025-04-03"))
        try till.returns(.amount(15_00), of: "A", on: "2025-05-10")
        #expect(till.state.points.available == 50)
        #expect(try till.programme.state(of: till.log, asOf: till.state.latest) == till.state)
    }

    @Test("asking again for what is so already tells what is available now, recorded or not")
    func unchanged() throws {
        var till = Till(.one { $0.wallets = [WalletRules(maturity: .days(14))] })
        try till.deliver(.adjustment(Adjustment(wallet: "points", points: 10, reason: "x")), at: .on("2025-02-28"))
        try till.buys(90_00, on: "2025-03-01")
        let request = RedemptionRequest(id: "d", what: .points(10), confirm: true)
        try till.deliver(.redemption(request), at: .on("2025-03-02"))
        #expect(try till.deliver(.confirmRedemption(id: "d"), at: .on("2025-04-01")).outcome.available == 90)
        #expect(try till.deliver(.settle, at: .on("2025-04-01")).outcome.available == 90)
    }

    @Test("a late purchase confirms the reservation that held at its own time, whether or not its lapse is recorded")
    func lateConfirmation() throws {
        for isRecorded in [false, true] {
            var till = Till(.one { _ in })
            try till.buys(90_00, on: "2025-03-01")
            let reserved = Instant.on("2025-03-02")
            try till.deliver(.redemption(RedemptionRequest(id: "d", what: .points(40))), at: reserved)
            if isRecorded { try till.settle(to: reserved.later(hours: 2)) }
            try till.buys(1_00, on: "2025-03-03")
            let sale = Purchase(
                order: .init(source: "shop", id: "A"), currency: "USD", lines: [.article(20_00)], redemptionID: "d")
            try till.deliver(.purchase(sale), at: Instant(micros: reserved.micros + 60_000_000))
            #expect(till.state.points.redeemed == 40)
            #expect(till.state.points.available == 90 - 40 + 1 + 19)
            #expect(till.state.reservations.isEmpty)
            #expect(try till.folded() == till.state)
        }
    }

    @Test("a purchase long after the reservation has lapsed is refused")
    func tooLateConfirmation() throws {
        var till = Till(.one { _ in })
        try till.buys(90_00, on: "2025-03-01")
        try till.deliver(.redemption(RedemptionRequest(id: "d", what: .points(40))), at: .on("2025-03-02"))
        let sale = Purchase(
            order: .init(source: "shop", id: "A"), currency: "USD", lines: [.article(20_00)], redemptionID: "d")
        #expect(rejection { try till.deliver(.purchase(sale), at: .on("2025-03-03")) } == .redemptionClosed)
    }

    @Test("what is redeemed by itself when points mature leaves those alone that end at the same instant")
    func convertedBehindExpiry() throws {
        var till = Till(
            .one {
                $0.wallets = [WalletRules(expiry: .never, maturity: .days(10))]
                $0.rewards = [
                    Reward(id: "note", kind: .voucher, price: 100, voucher: VoucherRules(), isAutomatic: true)
                ]
            })
        let transfer = PointsTransferred(
            id: "t", direction: .in, other: "b", wallet: "points", parts: [Lot(.on("2025-03-11"), 60)], version: 1)
        try till.deliver(.transferIn(transfer), at: .on("2025-02-28"))
        try till.buys(90_00, on: "2025-03-01")
        try till.settle(to: .on("2025-03-12"))
        #expect(till.state.points.available == 90)
        #expect(till.state.points.expired == 60)
        #expect(try till.programme.state(of: till.log, asOf: till.state.latest) == till.state)
    }

    @Test("what is reserved when two members become one is given back first, so that it goes to the other")
    func mergedWithReservation() throws {
        var till = Till(.one { _ in })
        try till.buys(90_00, on: "2025-03-01")
        let reserved = Instant.on("2025-03-02")
        try till.deliver(.redemption(RedemptionRequest(id: "d", what: .points(40))), at: reserved)
        let decision = try till.deliver(.merge(into: "b"), at: reserved)
        #expect(decision.events.count == 2)
        #expect(decision.events[decision.primary].event == .merged(MemberMerged(into: "b")))
        #expect(till.state.points.reserved == 0)
        #expect(till.state.points.transferredOut == 90)
        #expect(try till.folded() == till.state)
    }
}

extension Programme {
    /// One point for each dollar, and what the test changes.
    static func one(_ change: (inout ProgrammeVersion) -> Void) -> Programme {
        var version = ProgrammeVersion(number: 1, from: .distantPast, earning: [.base(Ratio(1, 100))])
        version.activities = [ActivityRule(id: "review", points: 5)]
        version.redemption = RedemptionRules(value: Ratio(1, 1))
        change(&version)
        return Programme(
            id: "one", name: "One", zone: .losAngeles, currencies: [.usd, .cad], enrolment: .explicit,
            versions: [version])
    }
}
