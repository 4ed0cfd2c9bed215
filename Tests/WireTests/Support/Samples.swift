import Loyalty

/// Parts of the samples of recorded events, with every optional part at least once.
enum Samples {
    static let order = OrderReference(source: "https://shop.example/tills/7", id: "536365")
    static let outcome = Outcome(
        change: 139, available: 1039, pending: 0, tier: "vib", previousTier: "insider", followers: 1)
    static let day = CivilDate(year: 2026, month: 3, day: 1)
    static let lapse = CivilDate(year: 2027, month: 3, day: 1)
    static let newYear = CivilDate(year: 2028, month: 1, day: 1)
    static let instant = Instant(micros: 1_772_355_600_000_000)
    static let friend = "0198c0de-0000-7000-8000-000000000002"
    static let clock = InactivityClock(wallet: "points", on: lapse)
    static let count = Count(rule: "triple", window: "2026-03", before: 2, added: 1)
    static let stay = PendingPoints.Until.activity(name: "stay/end", order: "R-17")
    static let line = Line(
        sku: "85123A", name: "T-light \"heart\"", quantity: 6, unitPrice: 255, discount: 30,
        categories: ["home", "gift"],
        brand: "Crème")

    static let bought = Purchase(
        order: order, currency: "GBP", lines: [line, Line(sku: "POST", quantity: 1, unitPrice: 0)],
        channel: "online", store: "london", partner: "cafe", redemptionID: "0198c0de", couponCodes: ["SPRING"])

    static let goods = PurchaseReturn(
        source: order.source, order: order, returnID: "C536379", currency: "GBP", goods: .lines([line]))

    static let money = PurchaseReturn(
        source: order.source, order: nil, returnID: "R1", currency: "GBP", goods: .amount(500))

    static let redemption = Redemption(
        id: "0198c0de", reward: "ten-off", wallet: "points", points: 500, value: 1000, currency: "GBP",
        coPayment: 250, paysOrder: true, order: "536365", partner: "cafe", version: 2,
        counts: [Count(rule: "reward:ten-off", window: "life", before: 0, added: 1)])

    static let expired = PointsExpired(wallet: "points", points: 61, lot: .inactivity, inactiveSince: day, balance: 0)

    static let standing = MemberState.Standing(
        tier: "vib", since: instant, validUntil: CivilDate(year: 2027, month: 12, day: 31))

    static let tier = TierChanged(
        from: "insider", to: "vib", reason: .reached, validUntil: standing.validUntil, reached: standing,
        ended: day, measured: [.init(metric: "spend", value: 40_000)], period: .year(2026))

    static let wallet: Wallet = {
        var wallet = Wallet(id: "points")
        wallet.lots = [Lot(.on(newYear), 500), Lot(.inactivity, 139), Lot(.never, 1)]
        wallet.pending = [
            PendingPoints(until: .on(day), end: .inactivity, points: 20),
            PendingPoints(until: stay, end: .never, points: 5),
        ]
        (wallet.debt, wallet.reserved, wallet.issued, wallet.transferredIn) = (7, 500, 1200, 318)
        (wallet.redeemed, wallet.transferredOut, wallet.expired, wallet.revoked) = (200, 92, 61, 7)
        (wallet.inactiveOn, wallet.settledAt) = (lapse, instant)
        return wallet
    }()

    static let state: MemberState = {
        var state = MemberState(
            programme: "sephora-beauty-insider", language: .german, enrolledAt: Instant(micros: 1), tier: "rouge")
        (state.birthday, state.referredBy) = (MonthDay(month: 2, day: 29), friend)
        (state.latest, state.reached) = (instant, standing)
        state.wallets = [wallet, Wallet(id: "status")]
        state.grants = [
            .init(tier: "rouge", source: .plan("club"), since: instant, until: lapse),
            .init(tier: "vib", source: .hand, since: instant, until: nil),
        ]
        state.subscriptions = [.init(plan: "club", since: instant, paidUntil: lapse, isCancelled: true)]
        state.totals = [
            .init(period: .life, metric: "orders", amount: 3), .init(period: .year(2026), metric: "spend", amount: -5),
            .init(period: .membershipYear(0), metric: "spend", amount: 40_000),
            .init(period: .day(20_512), metric: "points", amount: 139),
        ]
        state.counters = [.init(rule: "triple", window: "2026-03", value: 3)]
        (state.purchases, state.lastActive) = (3, day)
        state.reservations = [
            .init(redemption: redemption, expiresAt: instant, taken: [Lot(.on(newYear), 500)])
        ]
        (state.gifts, state.conversions, state.mergedInto) = (["birthday": 2026, "anniversary": 2025], 1, friend)
        (state.absorbed, state.identity) = ([friend], .changed)
        return state
    }()
}
