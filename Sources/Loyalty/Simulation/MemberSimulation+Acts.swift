/// What people did by request.
extension MemberSimulation {
    mutating func redeem(_ redemption: Redemption, confirm: Bool, at: Instant) throws(Stop) {
        let request = RedemptionRequest(
            id: redemption.id, what: redemption.reward.map { .reward($0) } ?? .points(redemption.points),
            // What the order came to was not recorded; it was enough then.
            order: redemption.order, orderTotal: Earning.mostMoney, partner: redemption.partner, confirm: confirm)
        let decision = try perform(.redemption(request), as: .redemption, points: redemption.points, at: at)
        if decision == nil { without.insert(redemption.id) }
    }

    mutating func confirm(_ event: RedemptionConfirmed, at: Instant) throws(Stop) {
        let redemption = event.redemption
        if let conversion = event.conversion {
            // It happens by itself, or it does not.
            names[redemption.id] = name(ofConversion: conversion)
            return try pass(to: at)
        }
        delivered = redemption.reward.map { ($0, at) }
        guard event.wasReserved else { return try redeem(redemption, confirm: true, at: at) }
        guard !without.contains(redemption.id) else { return }
        try perform(.confirmRedemption(id: redemption.id), as: .redemption, points: redemption.points, at: at)
    }

    mutating func cancel(_ event: RedemptionCancelled, at: Instant) throws(Stop) {
        if event.reason == .lapsed { return try pass(to: at) }
        let id = event.redemption.id
        guard !without.contains(id) else { return }
        try perform(.cancelRedemption(id: names[id] ?? id), as: .redemption, points: event.redemption.points, at: at)
    }

    mutating func useVoucher(of redemption: String, at: Instant) throws(Stop) {
        guard !without.contains(redemption) else { return }
        try perform(.redeemVoucher(redemption: names[redemption] ?? redemption), as: .voucher, at: at)
    }

    mutating func change(_ event: SubscriptionChanged, at: Instant) throws(Stop) {
        let action: SubscriptionRequest.Action
        switch event.action {
        case .started: action = .start
        case .renewed: action = .renew
        case .cancelled: action = .cancel
        case .refunded: action = .refund
        case .ended: return try pass(to: at)
        }
        try perform(.subscription(SubscriptionRequest(plan: event.plan, action: action)), as: .subscription, at: at)
    }

    mutating func grant(_ event: TierGranted, at: Instant) throws(Stop) {
        // What a reward brings follows from its redemption.
        if let delivered, delivered.at == at, event.reason == "reward:\(delivered.reward)" { return }
        try perform(.grantTier(tier: event.tier, until: event.until, reason: event.reason), as: .tierGrant, at: at)
    }
}

/// What has two sides.
extension MemberSimulation {
    mutating func transfer(
        _ event: PointsTransferred, at: Instant, _ lookUp: (LifeLink) -> LifeLink.Value?
    ) throws(Stop) {
        let link = LifeLink.transfer(event.id)
        guard event.direction == .in else {
            let command = Command.transferOut(
                id: event.id, to: event.other, wallet: event.wallet, points: event.points)
            let decision = try perform(command, as: .transferOut, points: event.points, at: at)
            guard let decision, case .pointsTransferred(let sent) = decision.events[decision.primary].event else {
                return publish(.nothing, as: link)
            }
            return publish(.points(sent.parts), as: link)
        }
        var received = event
        received.inactiveOn = nil
        switch try found(link, lookUp) {
        case .points(let parts): received.parts = parts
        case .nothing: return leaveOut(.transferIn, "not_sent", event.points, at: at)
        default: takenAsRecorded += 1
        }
        try perform(.transferIn(received), as: .transferIn, points: event.points, at: at)
    }

    mutating func refer(
        _ event: ReferralCompleted, at: Instant, _ lookUp: (LifeLink) -> LifeLink.Value?
    ) throws(Stop) {
        // One that took nothing looks like one that gave nothing; the second about a friend takes.
        let isWithdrawn = !event.withdrawn.isEmpty || friends.contains(event.friend)
        friends.insert(event.friend)
        let boughtAt: Instant
        switch try found(.referral(friend: event.friend, isWithdrawn: isWithdrawn), lookUp) {
        case .boughtAt(let instant): boughtAt = instant
        case .asRecorded:
            takenAsRecorded += 1
            boughtAt = at
        default: return leaveOut(.referral, "not_earned", at: at)
        }
        try perform(
            .referral(friend: event.friend, boughtAt: boughtAt, isWithdrawn: isWithdrawn), as: .referral, at: at)
    }

    mutating func merge(_ event: MemberMerged, at: Instant) throws(Stop) {
        var before = state
        guard let decision = try perform(.merge(into: event.into), as: .merge, at: at) else { return }
        for dated in decision.events {
            if case .merged = dated.event { break }
            do throws(LoyaltyFault) { try before?.evolve(dated) } catch { throw .fault(error) }
        }
        guard let before else { return }
        var lives = absorbed
        lives[member] = events
        publish(.life(MergedLife(state: before, events: lives, names: names, held: held)), as: .merge(of: member))
    }

    mutating func absorb(
        _ event: MemberAbsorbed, at: Instant, _ lookUp: (LifeLink) -> LifeLink.Value?
    ) throws(Stop) {
        var taken = event
        if case .life(let life) = try found(.merge(of: event.from), lookUp) {
            taken.state = life.state
            absorbed.merge(life.events) { _, new in new }
            names.merge(life.names) { known, _ in known }
            held.merge(life.held, uniquingKeysWith: +)
        } else {
            takenAsRecorded += 1
        }
        try perform(.absorb(taken), as: .merge, at: at)
    }

    private func found(
        _ link: LifeLink, _ lookUp: (LifeLink) -> LifeLink.Value?
    ) throws(Stop) -> LifeLink.Value {
        guard let value = lookUp(link) else { throw .waits(for: link) }
        return value
    }
}
