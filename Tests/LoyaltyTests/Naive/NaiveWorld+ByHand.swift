@testable import Loyalty

/// What people do by hand.
extension NaiveWorld {
    mutating func judgeByHand(_ command: Command, at: Instant) throws {
        switch command {
        case .adjustment(let adjustment): try adjust(adjustment, at: at)
        case .transferOut(_, _, let wallet, let points): try transfer(points, from: wallet, at: at)
        case .transferIn(let transfer): add(.cameIn(wallet: transfer.wallet, parts: transfer.parts), at: at)
        case .subscription(let request): try change(request, at: at)
        case .grantTier(let tier, let until, _):
            guard programme.version(at: at).tiers.levels.contains(where: { $0.id == tier }) else {
                throw NaiveRefusal(.tierUnknown)
            }
            add(.granted(tier: tier, until: until), at: at)
        case .referral(_, let boughtAt, let isWithdrawn): refer(boughtAt: boughtAt, isWithdrawn, at: at)
        default: break
        }
    }

    private mutating func adjust(_ adjustment: Adjustment, at: Instant) throws {
        let version = programme.version(at: at)
        guard let wallet = version.wallets.first(where: { $0.id == adjustment.wallet }) else {
            throw NaiveRefusal(.walletUnknown)
        }
        let reasons = version.adjustments.reasons
        guard reasons.isEmpty || reasons.contains(adjustment.reason) else { throw NaiveRefusal(.reasonUnknown) }
        let end = wallet.expiry.naiveEnd(of: programme.day(at))
        add(.adjusted(wallet: wallet.id, points: adjustment.points, end: end), at: at)
    }

    private mutating func transfer(_ points: Int64, from wallet: String, at: Instant) throws {
        let rules = programme.version(at: at).transfers
        guard rules.isAllowed, points >= rules.minimum else { throw NaiveRefusal(.transferNotAllowed) }
        guard points <= member(at: at).available(wallet) else { throw NaiveRefusal(.insufficientPoints) }
        add(.wentOut(wallet: wallet, points: points), at: at)
    }

    private mutating func change(_ request: SubscriptionRequest, at: Instant) throws {
        let day = programme.day(at)
        guard let plan = programme.version(at: at).plans.first(where: { $0.id == request.plan }) else {
            throw NaiveRefusal(.planUnknown)
        }
        let running = member(at: at).plans.first { $0.id == plan.id }?.until
        guard (running == nil) == (request.action == .start) else { throw NaiveRefusal(.subscriptionState) }
        var until = day
        switch request.action {
        case .start: until = day.adding(months: plan.termMonths).adding(days: -1)
        case .renew: until = (running ?? day).adding(days: 1).adding(months: plan.termMonths).adding(days: -1)
        case .cancel: until = running ?? day
        case .refund: break
        }
        add(.subscribed(plan: plan.id, until: until, tier: plan.tier, ends: request.action == .refund), at: at)
    }

    private mutating func refer(boughtAt: Instant, _ isWithdrawn: Bool, at: Instant) {
        let version = programme.version(at: boughtAt)
        guard let rules = version.referral, rules.referrerPoints > 0 else {
            return add(.referral(nil, isWithdrawn: isWithdrawn), at: at)
        }
        var earning = earning(
            "referral", rules.wallet, rules.referrerPoints, nil, .days(rules.maturityDays), version: version,
            day: programme.day(boughtAt), order: nil, period: member(at: at).period(at: at))
        if case .on(let day)? = earning.waits, day <= programme.day(at) { earning.waits = nil }
        add(.referral(earning, isWithdrawn: isWithdrawn), at: at)
    }
}
