import Loyalty

/// What the fixtures of the first versions say in the shapes of today.
extension Samples {
    static let old: [(String, LoyaltyEvent)] = [
        ("return.held", .returnHeld(ReturnHeld(goods: goods, outcome: outcome))),
        ("member.absorbed", .absorbed(MemberAbsorbed(from: friend, state: state))),
        (
            "member.enrolled",
            .enrolled(MemberEnrolled(programme: "sephora-beauty-insider", tier: "insider", language: .german))
        ),
        (
            "member.updated",
            .profileChanged(
                ProfileChanged(
                    fields: ["consents.marketing", "email", "locale"], marketing: .given, language: .german,
                    releasesIdentifier: true))
        ),
        ("member.updated.least", .profileChanged(ProfileChanged(fields: ["name"]))),
        (
            "purchase.completed",
            .purchaseCompleted(
                PurchaseCompleted(
                    purchase: bought, version: 2, circumstances: Circumstances(tier: "insider"), qualifying: 1500,
                    period: .year(2026), day: day, clocks: [clock], outcome: outcome))
        ),
        ("purchase.completed.least", .purchaseCompleted(leastPurchase)),
        ("points.accrued.base", .pointsAccrued(leastAccrual)),
        (
            "points.accrued.multiplier",
            .pointsAccrued(
                PointsAccrued(
                    wallet: "points", points: 278, expires: .never, rule: "triple", version: 2,
                    reason: .multiplier(order: order, amount: 13_912, currency: "GBP", thousandths: 3000),
                    balance: 1317))
        ),
        (
            "points.accrued.activity",
            .pointsAccrued(
                PointsAccrued(
                    wallet: "points", points: 5, expires: .inactivity, rule: "review", version: 2,
                    reason: .activity(name: "review", reference: nil), balance: 5))
        ),
        ("purchase.returned", .purchaseReturned(returned(goods, points: 15, qualifying: 1500))),
        ("purchase.returned.amount", .purchaseReturned(returned(money, points: 5, qualifying: 500))),
        (
            "activity.completed",
            .activityCompleted(
                ActivityCompleted(
                    activity: Activity(name: "review", reference: "p1", value: 4), version: 2, outcome: outcome))
        ),
        (
            "points.revoked",
            .pointsRevoked(
                PointsRevoked(
                    wallet: "points", parts: [.init(points: 10)], order: order, returnID: "C536379", version: 2,
                    balance: -10))
        ),
        ("points.expired", .pointsExpired(expired)),
        ("tier.changed", .tierChanged(oldTier)),
        (
            "member.restated",
            .restated(
                MemberRestated(
                    corrections: [
                        .init(
                            effect: .withdrawn, at: Instant(micros: 1_772_355_600_123_000),
                            event: .pointsExpired(expired), wallet: "points", points: 61, balance: 61),
                        .init(
                            effect: .added, at: instant, event: .tierChanged(oldTier), wallet: "points", points: 0,
                            balance: 61),
                    ], state: oldState))
        ),
    ]

    private static func returned(_ goods: PurchaseReturn, points: Int64, qualifying: Int64) -> PurchaseReturned {
        PurchaseReturned(
            goods: goods, version: 2, tier: "insider",
            taken: [.init(rule: "base", wallet: "points", points: points)], qualifying: qualifying,
            period: .year(2026), outcome: outcome)
    }

    private static let oldTier = TierChanged(
        from: "insider", to: "vib", reason: .reached, validUntil: standing.validUntil,
        reached: .init(tier: "vib", validUntil: standing.validUntil),
        measured: [.init(metric: "spend", value: 40_000)], period: .year(2026))

    static let oldState: MemberState = {
        var state = MemberState(
            programme: "sephora-beauty-insider", language: .german, enrolledAt: Instant(micros: 1), tier: "vib")
        (state.latest, state.standing, state.reached) = (instant, standing, standing)
        var wallet = Wallet(id: "points")
        wallet.lots = [Lot(.inactivity, 139)]
        (wallet.debt, wallet.issued, wallet.expired, wallet.revoked) = (7, 200, 61, 7)
        (wallet.inactiveOn, wallet.settledAt) = (lapse, instant)
        state.wallets = [wallet]
        state.totals = [
            .init(period: .year(2025), metric: "spend", amount: -100),
            .init(period: .year(2026), metric: "spend", amount: 40_000),
        ]
        (state.purchases, state.lastActive) = (1, day)
        return state
    }()
}
