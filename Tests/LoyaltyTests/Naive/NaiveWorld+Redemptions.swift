@testable import Loyalty

/// Points spent.
extension NaiveWorld {
    private struct Story {
        var redemption: NaiveRedemption
        var reserved: (at: Instant, until: Instant)?
        var isSpent = false
        var isOver = false
    }

    private func story(_ id: String) -> Story? {
        var story: Story?
        for fact in facts {
            switch fact.kind {
            case .reserved(let redemption, let until) where redemption.id == id:
                story = Story(redemption: redemption, reserved: (fact.at, until))
            case .spent(let redemption, _, _) where redemption.id == id:
                story = story ?? Story(redemption: redemption)
                story?.isSpent = true
            case .cancelled(let redemption) where redemption.id == id,
                .refunded(let redemption) where redemption.id == id:
                story?.isOver = true
            default: continue
            }
        }
        return story
    }

    // MARK: Conditions

    func refusal(of condition: RewardCondition, for member: NaiveMember, at: Instant) -> NaiveRefusal? {
        let plans = Set(member.plans.map(\.id))
        let fits =
            (condition.from.map { at >= $0 } ?? true) && (condition.until.map { at < $0 } ?? true)
            && (condition.tiers.isEmpty || condition.tiers.contains(member.standing.tier))
            && (condition.plans.isEmpty || !condition.plans.isDisjoint(with: plans))
            && (!condition.birthdayMonth || birthday?.month == programme.day(at).month)
        return fits ? nil : NaiveRefusal(.notEligible)
    }

    func redemption(
        of reward: Reward, _ id: String, order: String?, for member: NaiveMember, at: Instant
    ) -> NaiveRedemption {
        var counts: [NaiveCounter] = []
        if let limit = reward.perMember {
            counts.append(
                NaiveCounter(name: "reward \(reward.id)", window: limit.window.naiveName(programme.day(at))))
        }
        if reward.perOrder != nil, let order {
            counts.append(NaiveCounter(name: "reward \(reward.id)", window: "order \(order)"))
        }
        return NaiveRedemption(
            id: id, reward: reward, wallet: reward.wallet, points: reward.price(in: member.standing.tier),
            value: reward.value, paysOrder: reward.kind == .discount && reward.value != nil && reward.voucher == nil,
            counts: counts)
    }

    func isUsedUp(_ reward: Reward, _ redemption: NaiveRedemption, _ member: NaiveMember) -> Bool {
        redemption.counts.contains { counter in
            let limit = counter.window.hasPrefix("order ") ? reward.perOrder : reward.perMember?.count
            return member.counters[counter, default: 0] >= limit ?? .max
        }
    }

    // MARK: What is asked for

    mutating func redeem(_ request: RedemptionRequest, at: Instant) throws {
        let (member, version) = (member(at: at), programme.version(at: at))
        let redemption: NaiveRedemption
        switch request.what {
        case .points(let points):
            guard points >= version.redemption.minimum else { throw NaiveRefusal(.notEligible) }
            let value = version.redemption.value.map { points * $0.numerator / $0.denominator }
            if let value, let total = request.orderTotal, value > total { throw NaiveRefusal(.notEligible) }
            redemption = NaiveRedemption(
                id: request.id, wallet: "points", points: points, value: value, paysOrder: value != nil, counts: [])
        case .reward(let id):
            guard let reward = version.rewards.first(where: { $0.id == id }) else {
                throw NaiveRefusal(.rewardNotFound)
            }
            if let refusal = refusal(of: reward.condition, for: member, at: at) { throw refusal }
            if let least = reward.condition.minimumOrder {
                guard let total = request.orderTotal else { throw NaiveRefusal(.orderRequired) }
                guard total >= least else { throw NaiveRefusal(.notEligible) }
            }
            redemption = self.redemption(of: reward, request.id, order: request.order, for: member, at: at)
            guard !isUsedUp(reward, redemption, member) else { throw NaiveRefusal(.notEligible) }
            if reward.perOrder != nil, request.order == nil { throw NaiveRefusal(.orderRequired) }
        }
        guard redemption.points <= max(0, member.available(redemption.wallet)) else {
            throw NaiveRefusal(.insufficientPoints)
        }
        if request.confirm { return spend(redemption, wasReserved: false, at: at) }
        let until = Instant(micros: at.micros + Int64(version.redemption.reservationMinutes) * 60_000_000)
        add(.reserved(redemption, until: until), at: at)
    }

    mutating func spend(_ redemption: NaiveRedemption, wasReserved: Bool, at: Instant) {
        add(.spent(redemption, wasReserved: wasReserved, byItself: false), at: at)
        if let reward = redemption.reward, case .upgrade(let tier, let months) = reward.kind {
            add(.granted(tier: tier, until: programme.day(at).adding(months: months).adding(days: -1)), at: at)
        }
    }

    mutating func confirm(_ id: String, at: Instant) throws {
        guard let story = story(id) else { throw NaiveRefusal(.redemptionNotFound) }
        if story.isSpent && !story.isOver { return }
        guard !story.isOver, let reserved = story.reserved, at < reserved.until else {
            throw NaiveRefusal(.redemptionClosed)
        }
        spend(story.redemption, wasReserved: true, at: at)
    }

    mutating func cancel(_ id: String, at: Instant) throws {
        guard let story = story(id) else { throw NaiveRefusal(.redemptionNotFound) }
        guard !story.isOver else { return }
        if story.isSpent { return add(.refunded(story.redemption), at: at) }
        if let reserved = story.reserved, at < reserved.until { add(.cancelled(story.redemption), at: at) }
    }

    /// What a purchase is paid with, and when it confirms that: at its own time, or when it was reserved, if that is later.
    func payment(
        of purchase: Purchase, at: Instant
    ) throws -> (redemption: NaiveRedemption, money: Int64, confirmsAt: Instant?)? {
        guard let id = purchase.redemptionID else { return nil }
        guard let story = story(id) else { throw NaiveRefusal(.redemptionNotFound) }
        let pays = story.redemption.paysOrder && purchase.currency == programme.currencies[0].code
        let money = pays ? story.redemption.value ?? 0 : 0
        if story.isSpent && !story.isOver { return (story.redemption, money, nil) }
        guard !story.isOver, let reserved = story.reserved, max(at, reserved.at) < reserved.until else {
            throw NaiveRefusal(.redemptionClosed)
        }
        return (story.redemption, money, max(at, reserved.at))
    }
}
