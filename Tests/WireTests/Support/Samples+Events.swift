import Loyalty

/// At least one event of each shape, by the name of its fixture.
extension Samples {
    static let events: [(String, LoyaltyEvent)] = sales + points + redemptions + members

    private static let sales: [(String, LoyaltyEvent)] = [
        (
            "purchase.completed",
            .purchaseCompleted(
                PurchaseCompleted(
                    purchase: bought, version: 2,
                    circumstances: Circumstances(
                        tier: "insider", plans: ["club"], isFirst: true, isReferred: true, inBirthdayMonth: true),
                    qualifying: 1500, period: .year(2026), day: day, clocks: [clock], paidWithPoints: 1000,
                    counts: [count], outcome: outcome))
        ),
        ("purchase.completed.least", .purchaseCompleted(leastPurchase)),
        (
            "purchase.returned",
            .purchaseReturned(
                PurchaseReturned(
                    goods: goods, version: 2, tier: "insider",
                    taken: [
                        .init(rule: "base", wallet: "points", points: 15, waived: 2),
                        .init(rule: "status", wallet: "status", points: 1, period: .membershipYear(3)),
                    ],
                    qualifying: 1500, orders: 1, period: .membershipYear(3), counts: [count], waivesDebt: true,
                    partner: "drugstore", outcome: outcome))
        ),
        (
            "purchase.returned.amount",
            .purchaseReturned(
                PurchaseReturned(
                    goods: money, version: 2, tier: "insider", taken: [], qualifying: 500, period: .day(20_512),
                    outcome: outcome))
        ),
        ("return.held", .returnHeld(ReturnHeld(goods: goods, outcome: outcome))),
        (
            "activity.completed",
            .activityCompleted(
                ActivityCompleted(
                    activity: Activity(name: "review", reference: "p1", value: 4), version: 2, counts: [count],
                    outcome: outcome))
        ),
    ]

    static let leastPurchase = PurchaseCompleted(
        purchase: Purchase(order: order, currency: "GBP", lines: [Line(sku: "a", quantity: 1, unitPrice: 5)]),
        version: 1, circumstances: Circumstances(tier: "insider"), qualifying: 5, period: .year(2026), day: day,
        outcome: outcome)

    static let leastAccrual = accrual(
        .base(order: order, amount: 13_912, currency: "GBP", rate: Ratio(1, 100)), expires: .inactivity)

    private static func accrual(_ reason: AccrualReason, expires: Lot.End) -> PointsAccrued {
        PointsAccrued(
            wallet: "points", points: 139, expires: expires, rule: "base", version: 2, reason: reason, balance: 1039)
    }

    private static let accruals: [(String, LoyaltyEvent)] = {
        var pending = accrual(.fixed(order: order, count: 6), expires: .on(newYear))
        (pending.matures, pending.partner, pending.period) = (stay, "cafe", .life)
        pending.inactiveOn = lapse
        let accumulated = AccrualReason.accumulated(order: order, total: 20_000, currency: "GBP", rate: Ratio(1, 100))
        let multiplier = AccrualReason.multiplier(order: order, amount: 13_912, currency: "GBP", thousandths: 3000)
        return [
            ("points.accrued.base", .pointsAccrued(leastAccrual)),
            ("points.accrued.multiplier", .pointsAccrued(accrual(multiplier, expires: .never))),
            ("points.accrued.fixed", .pointsAccrued(pending)),
            ("points.accrued.accumulated", .pointsAccrued(accrual(accumulated, expires: .inactivity))),
            (
                "points.accrued.activity",
                .pointsAccrued(accrual(.activity(name: "review", reference: "p1"), expires: .inactivity))
            ),
            ("points.accrued.gift", .pointsAccrued(accrual(.gift(.birthday, year: 2026), expires: .never))),
            ("points.accrued.referral", .pointsAccrued(accrual(.referral(order: order), expires: .never))),
        ]
    }()

    private static let parts = [
        PointsRevoked.Part(points: 10, expires: .inactivity),
        PointsRevoked.Part(points: 5, matures: .on(day), expires: .on(newYear)),
    ]

    private static let points: [(String, LoyaltyEvent)] =
        accruals + [
            (
                "points.revoked",
                .pointsRevoked(
                    PointsRevoked(
                        wallet: "points", parts: parts, pending: 5, lapsed: 3, order: order, returnID: "C536379",
                        version: 2, waivesDebt: true, balance: -7))
            ),
            (
                "points.matured",
                .pointsMatured(
                    PointsMatured(
                        wallet: "points", points: 20, until: .on(day), expires: .inactivity, inactiveOn: lapse,
                        balance: 159))
            ),
            ("points.expired", .pointsExpired(expired)),
            (
                "points.adjusted",
                .pointsAdjusted(
                    PointsAdjusted(
                        adjustment: Adjustment(
                            wallet: "points", points: 50, reason: "goodwill", note: "c2VhbGVk", agent: "key-7"),
                        expires: .on(newYear), inactiveOn: lapse, version: 2, balance: 189))
            ),
            (
                "points.transferred",
                .pointsTransferred(
                    PointsTransferred(
                        id: "t-1", direction: .in, other: friend, wallet: "points",
                        parts: [Lot(.on(newYear), 10), Lot(.never, 5)], inactiveOn: lapse, version: 2, balance: 204))
            ),
            (
                "referral.completed",
                .referralCompleted(ReferralCompleted(friend: friend, wallet: "points", withdrawn: parts, version: 2))
            ),
        ]

    private static let redemptions: [(String, LoyaltyEvent)] = [
        (
            "redemption.reserved",
            .redemptionReserved(
                RedemptionReserved(
                    redemption: redemption, expiresAt: instant, clocks: [clock], day: day, balance: 139))
        ),
        (
            "redemption.confirmed",
            .redemptionConfirmed(
                RedemptionConfirmed(redemption: redemption, wasReserved: true, clocks: [clock], day: day, balance: 139))
        ),
        (
            "redemption.confirmed.points",
            .redemptionConfirmed(
                RedemptionConfirmed(
                    redemption: Redemption(
                        id: "conversion-1", reward: nil, wallet: "points", points: 100, value: nil, currency: "GBP",
                        version: 2),
                    wasReserved: false, conversion: 0, clocks: [], day: day, balance: 39))
        ),
        (
            "redemption.cancelled",
            .redemptionCancelled(
                RedemptionCancelled(
                    redemption: redemption, reason: .refunded, taken: [Lot(.on(newYear), 500)], balance: 639))
        ),
        (
            "voucher.issued",
            .voucherIssued(
                VoucherIssued(
                    redemption: "0198c0de", reward: "ten-off", value: 1000, currency: "GBP", validUntil: lapse,
                    fromPool: true))
        ),
        ("voucher.redeemed", .voucherRedeemed(VoucherRedeemed(redemption: "0198c0de"))),
    ]

    private static let members: [(String, LoyaltyEvent)] = [
        (
            "member.enrolled",
            .enrolled(
                MemberEnrolled(
                    programme: "sephora-beauty-insider", tier: "insider", language: .german,
                    birthday: MonthDay(month: 2, day: 29), referredBy: friend))
        ),
        (
            "member.updated",
            .profileChanged(
                ProfileChanged(
                    fields: ["birthday", "consents.marketing", "email", "locale"], marketing: .given,
                    language: .german, birthday: .on(MonthDay(month: 12, day: 3)), releasesIdentifier: true))
        ),
        (
            "member.updated.unknown",
            .profileChanged(ProfileChanged(fields: ["birthday"], birthday: .unknown))
        ),
        ("member.erased", .erased),
        (
            "subscription.changed",
            .subscriptionChanged(
                SubscriptionChanged(
                    plan: "club", action: .started, paidUntil: lapse, fee: 1000, tier: "vib", version: 2))
        ),
        (
            "tier.granted",
            .tierGranted(TierGranted(tier: "rouge", until: lapse, reason: "goodwill", version: 2))
        ),
        ("tier.changed", .tierChanged(tier)),
        ("member.merged", .merged(MemberMerged(into: friend))),
        ("member.absorbed", .absorbed(MemberAbsorbed(from: friend, state: state))),
        (
            "member.restated",
            .restated(
                MemberRestated(
                    corrections: [
                        .init(
                            effect: .withdrawn, at: Instant(micros: 1_772_355_600_123_000),
                            event: .pointsExpired(expired), wallet: "points", points: 61, balance: 61),
                        .init(
                            effect: .added, at: instant, event: .tierChanged(tier), wallet: "points", points: 0,
                            balance: 61),
                    ], state: state))
        ),
    ]
}
