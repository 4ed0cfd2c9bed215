import Loyalty

/// One event of each shape, with every optional part at least once.
enum Samples {
    static let order = OrderReference(source: "https://shop.example/tills/7", id: "536365")
    static let outcome = Outcome(
        change: 139, available: 1039, pending: 0, tier: "vib", previousTier: "insider", followers: 1)
    static let day = CivilDate(year: 2026, month: 3, day: 1)
    static let lapse = CivilDate(year: 2027, month: 3, day: 1)
    static let line = Line(
        sku: "85123A", name: "T-light \"heart\"", quantity: 6, unitPrice: 255, discount: 30,
        categories: ["home", "gift"],
        brand: "Crème")

    static let purchase = PurchaseCompleted(
        purchase: Purchase(
            order: order, currency: "GBP", lines: [line, Line(sku: "POST", quantity: 1, unitPrice: 0)],
            channel: "online", store: "london", partner: "cafe", redemptionID: "0198c0de", couponCodes: ["SPRING"]),
        version: 2, tier: "insider", qualifying: 1500, period: 2026, day: day, inactiveOn: lapse, lot: day,
        outcome: outcome)

    static let accrual = PointsAccrued(
        wallet: "points", points: 139, lot: day, expires: .inactivity, rule: "base", version: 2,
        reason: .base(order: order, amount: 13_912, currency: "GBP", rate: Ratio(1, 100)), balance: 1039)

    static let goods = PurchaseReturn(
        source: order.source, order: order, returnID: "C536379", currency: "GBP", goods: .lines([line]))

    static let revoked = PointsRevoked(
        wallet: "points", points: 15, expired: 5, lot: day, order: order, returnID: "C536379", version: 2, balance: -10)

    static let state: MemberState = {
        var state = MemberState(
            programme: "sephora-beauty-insider", language: .german, enrolledAt: Instant(micros: 1), tier: "vib")
        state.latest = Instant(micros: 1_772_355_600_000_000)
        state.standing.since = Instant(micros: 1_772_355_600_000_000)
        state.standing.validUntil = CivilDate(year: 2027, month: 12, day: 31)
        state.spend = [.init(period: 2025, amount: -100), .init(period: 2026, amount: 40_000)]
        state.wallet = Wallet(
            open: [Lot(id: day, end: .inactivity, available: 139)],
            ended: [Lot(id: CivilDate(year: 2024, month: 2, day: 29), end: .never, available: 0, expired: 61)],
            debt: 7, issued: 200, revoked: 7, expired: 61)
        (state.lastActive, state.inactiveOn) = (day, lapse)
        return state
    }()

    static let tier = TierChanged(
        from: "insider", to: "vib", reason: .reached, validUntil: CivilDate(year: 2027, month: 12, day: 31),
        spend: 40_000, period: 2026)

    static let expired = PointsExpired(wallet: "points", points: 61, lot: day, inactiveSince: day, balance: 0)

    static let events: [(String, LoyaltyEvent)] = [
        (
            "member.enrolled",
            .enrolled(
                MemberEnrolled(programme: "sephora-beauty-insider", tier: "insider", language: .german))
        ),
        ("purchase.completed", .purchaseCompleted(purchase)),
        (
            "purchase.completed.least",
            .purchaseCompleted(
                PurchaseCompleted(
                    purchase: Purchase(
                        order: order, currency: "GBP", lines: [Line(sku: "a", quantity: 1, unitPrice: 5)]),
                    version: 1, tier: "insider", qualifying: 5, period: 2026, day: day, inactiveOn: nil,
                    outcome: outcome))
        ),
        ("points.accrued.base", .pointsAccrued(accrual)),
        (
            "points.accrued.multiplier",
            .pointsAccrued(
                PointsAccrued(
                    wallet: "points", points: 278, lot: day, expires: .never, rule: "triple", version: 2,
                    reason: .multiplier(order: order, amount: 13_912, currency: "GBP", thousandths: 3000), balance: 1317
                ))
        ),
        (
            "points.accrued.activity",
            .pointsAccrued(
                PointsAccrued(
                    wallet: "points", points: 5, lot: day, expires: .inactivity, rule: "review", version: 2,
                    reason: .activity(name: "review"), balance: 5))
        ),
        (
            "purchase.returned",
            .purchaseReturned(
                PurchaseReturned(
                    goods: goods, version: 2, tier: "insider", points: 15, lot: day, qualifying: 1500, period: 2026,
                    outcome: outcome))
        ),
        (
            "purchase.returned.amount",
            .purchaseReturned(
                PurchaseReturned(
                    goods: PurchaseReturn(
                        source: order.source, order: nil, returnID: "R1", currency: "GBP", goods: .amount(500)),
                    version: 2, tier: "insider", points: 5, lot: nil, qualifying: 500, period: 2026, outcome: outcome))
        ),
        ("return.held", .returnHeld(ReturnHeld(goods: goods, outcome: outcome))),
        (
            "activity.completed",
            .activityCompleted(
                ActivityCompleted(
                    activity: Activity(name: "review", reference: "p1", value: 4), version: 2, inactiveOn: lapse,
                    outcome: outcome))
        ),
        ("points.revoked", .pointsRevoked(revoked)),
        ("points.expired", .pointsExpired(expired)),
        ("tier.changed", .tierChanged(tier)),
        (
            "member.restated",
            .restated(
                MemberRestated(
                    corrections: [
                        .init(
                            effect: .withdrawn, at: Instant(micros: 1_772_355_600_123_000),
                            event: .pointsExpired(expired),
                            points: 61, balance: 61),
                        .init(
                            effect: .added, at: Instant(micros: 1_772_355_600_000_000), event: .tierChanged(tier),
                            points: 0,
                            balance: 61),
                    ], state: state))
        ),
        (
            "member.updated",
            .profileChanged(
                ProfileChanged(
                    fields: ["consents.marketing", "email", "locale"], marketing: .given, language: .german,
                    releasesIdentifier: true))
        ),
        ("member.updated.least", .profileChanged(ProfileChanged(fields: ["name"]))),
        ("member.erased", .erased),
    ]
}
