/// What people do by hand, and what comes from other members.
extension Decider {
    func decideByHand(_ command: Command, at: Instant) throws -> Decision {
        switch command {
        case .adjustment(let adjustment):
            let decision = try record(at: at) { try $0.judge(adjustment) }
            return try converted(decision, at: at)
        case .transferOut(let id, let other, let wallet, let points):
            return try record(at: at) { try $0.judgeTransfer(id, to: other, wallet, points) }
        case .transferIn(let transfer):
            let decision = try record(at: at) { judge in
                var transfer = transfer
                (transfer.direction, transfer.version) = (.in, judge.version.number)
                return Fact(at: at, .pointsTransferred(transfer))
            }
            return try converted(decision, at: at)
        case .subscription(let request): return try record(at: at) { try $0.judge(request) }
        case .grantTier(let tier, let until, let reason):
            return try record(at: at) { try $0.judgeGrant(of: tier, until: until, reason: reason) }
        case .referral(let friend, let boughtAt, let isWithdrawn):
            let decision = try record(at: at) { $0.judgeReferral(of: friend, boughtAt: boughtAt, isWithdrawn) }
            return try converted(decision, at: at)
        case .merge(let other):
            if state.mergedInto == other { return try unchanged(at: at) }
            if let another = state.mergedInto { throw Rejection(.memberMerged, "The member has become \(another).") }
            return try merge(into: other, at: at)
        case .absorb(let absorbed): return try record(at: at) { _ in Fact(at: at, .absorbed(absorbed)) }
        default: throw LoyaltyFault.contradiction("a command without a decision")
        }
    }
}

extension Decider {
    /// Nothing is lost: what is held for redemptions is given back first, and so goes to the other member.
    private func merge(into other: String, at: Instant) throws -> Decision {
        if state.mergedInto == other { return try unchanged(at: at) }
        if let another = state.mergedInto { throw Rejection(.memberMerged, "The member has become \(another).") }
        var (now, events) = (self, [DatedEvent]())
        for reservation in state.reservations where at < reservation.expiresAt {
            let cancelled = try now.cancel(reservation.redemption.id, at: at)
            events += cancelled.events
            now = Decider(programme: programme, state: cancelled.state, known: known.followed(by: events))
        }
        var decision = try now.record(at: at) { _ in Fact(at: at, .merged(MemberMerged(into: other))) }
        decision.events = events + decision.events
        decision.primary += events.count
        return decision
    }
}

extension Judge {
    fileprivate func judge(_ adjustment: Adjustment) throws(Rejection) -> Fact {
        let version = version
        guard version.wallets.contains(where: { $0.id == adjustment.wallet }) else {
            let known = version.wallets.map(\.id).joined(separator: ", ")
            throw Rejection(.walletUnknown, "The programme has the wallets \(known).", at: "/wallet")
        }
        guard abs(adjustment.points) <= Earning.mostPoints else {
            throw Rejection(.amountTooLarge, "At most \(Earning.mostPoints) points at once.", at: "/points")
        }
        let reasons = version.adjustments.reasons
        guard reasons.isEmpty || reasons.contains(adjustment.reason) else {
            throw Rejection(
                .reasonUnknown, "The programme knows the reasons \(reasons.joined(separator: ", ")).",
                at: "/reason_code")
        }
        let end = version.wallet(adjustment.wallet).expiry.end(earnedOn: day)
        return Fact(
            at: at, .pointsAdjusted(PointsAdjusted(adjustment: adjustment, expires: end, version: version.number)))
    }

    fileprivate func judgeTransfer(
        _ id: String, to other: String, _ wallet: String, _ points: Int64
    ) throws(Rejection) -> Fact {
        let version = version
        guard version.transfers.isAllowed else {
            throw Rejection(.transferNotAllowed, "The programme does not let points be transferred.")
        }
        guard points >= version.transfers.minimum else {
            throw Rejection(
                .transferNotAllowed, "At least \(version.transfers.minimum) points can be transferred.", at: "/points")
        }
        var held = state.wallet(wallet)
        guard points <= held.available else {
            throw Rejection(
                .insufficientPoints, "It takes \(points) points, and \(held.available) are available.", at: "/points")
        }
        let parts = held.spend(points, at: at).taken
        return Fact(
            at: at,
            .pointsTransferred(
                PointsTransferred(
                    id: id, direction: .out, other: other, wallet: wallet, parts: parts, version: version.number)))
    }

    fileprivate func judge(_ request: SubscriptionRequest) throws(Rejection) -> Fact {
        let version = version
        guard let plan = version.plan(request.plan) else {
            let known = version.plans.map(\.id).joined(separator: ", ")
            throw Rejection(
                .planUnknown, known.isEmpty ? "The programme has no plans." : "The programme has the plans \(known).",
                at: "/plan")
        }
        let running = state.subscriptions.first { $0.plan == plan.id }
        func changed(_ action: SubscriptionChanged.Action, until: CivilDate, fee: Int64) -> Fact {
            Fact(
                at: at,
                .subscriptionChanged(
                    SubscriptionChanged(
                        plan: plan.id, action: action, paidUntil: until, fee: fee, tier: plan.tier,
                        version: version.number)))
        }
        switch (request.action, running) {
        case (.start, nil):
            return changed(.started, until: day.adding(months: plan.termMonths).adding(days: -1), fee: plan.fee)
        case (.renew, let running?):
            let until = running.paidUntil.adding(days: 1).adding(months: plan.termMonths).adding(days: -1)
            return changed(.renewed, until: until, fee: plan.fee)
        case (.cancel, let running?): return changed(.cancelled, until: running.paidUntil, fee: 0)
        case (.refund, .some): return changed(.refunded, until: day.adding(days: -1), fee: -plan.fee)
        case (.start, .some):
            throw Rejection(.subscriptionState, "`\(plan.id)` runs already: renew it.", at: "/action")
        case (_, nil): throw Rejection(.subscriptionState, "`\(plan.id)` does not run: start it.", at: "/action")
        }
    }

    fileprivate func judgeGrant(of tier: String, until: CivilDate?, reason: String) throws(Rejection) -> Fact {
        let tiers = version.tiers.levels.map(\.id)
        guard tiers.contains(tier) else {
            throw Rejection(.tierUnknown, "The programme has the tiers \(tiers.joined(separator: ", ")).", at: "/tier")
        }
        return Fact(
            at: at, .tierGranted(TierGranted(tier: tier, until: until, reason: reason, version: version.number)))
    }

    /// What the referrer gets. It waits as long as the friend's goods may come back; what comes back in time takes it.
    fileprivate func judgeReferral(of friend: String, boughtAt: Instant, _ isWithdrawn: Bool) -> Fact {
        let version = programme.version(at: boughtAt)
        let rules = version.referral
        var event = ReferralCompleted(
            friend: friend, wallet: rules?.wallet ?? Programme.defaultWallet, version: version.number)
        guard let rules, rules.referrerPoints > 0 else { return Fact(at: at, .referralCompleted(event)) }
        let source = AccrualSource(
            version: version, day: programme.zone.date(of: boughtAt),
            period: programme.period(of: at, for: state, under: version))
        var accrual = source.accrual(
            rules.referrerPoints, in: rules.wallet, by: ReferralRules.rule, .referral(order: nil),
            maturity: .days(rules.maturityDays))
        if case .on(let due)? = accrual.matures, due <= day { accrual.matures = nil }
        guard isWithdrawn else { return Fact(at: at, .referralCompleted(event), [accrual]) }
        event.withdrawn = [
            PointsRevoked.Part(points: accrual.points, matures: accrual.matures, expires: accrual.expires)
        ]
        return Fact(at: at, .referralCompleted(event))
    }
}
