/// Whether points may be spent on something, and for how much.
extension Judge {
    /// What is agreed, before points are taken.
    func judge(_ request: RedemptionRequest) throws(Rejection) -> Redemption {
        if let currency = request.orderCurrency, !counts(currency) {
            throw Rejection(
                .currencyNotAccepted, "Rewards are worth \(programme.currencies[0].code).",
                at: "/order_total/currency")
        }
        let redemption =
            switch request.what {
            case .points(let points): try redemption(request, of: points)
            case .reward(let id): try redemption(request, of: id)
            }
        let available = state.wallet(redemption.wallet).available
        guard redemption.points <= max(0, available) else {
            throw Rejection(
                .insufficientPoints, "It takes \(redemption.points) points, and \(available) are available.")
        }
        return redemption
    }

    private func redemption(_ request: RedemptionRequest, of points: Int64) throws(Rejection) -> Redemption {
        let rules = version.redemption
        guard points >= rules.minimum else {
            throw Rejection(.notEligible, "At least \(rules.minimum) points can be spent at once.", at: "/points")
        }
        let value = rules.value.flatMap(points.scaled(by:))
        if let value, let total = request.orderTotal, value > total {
            throw Rejection(
                .notEligible, "The points are worth \(value) minor units, and the order comes to \(total).",
                at: "/points")
        }
        return Redemption(
            id: request.id, reward: nil, wallet: Programme.defaultWallet, points: points, value: value,
            currency: programme.currencies[0].code, paysOrder: value != nil, order: request.order,
            partner: request.partner, version: version.number)
    }

    private func redemption(_ request: RedemptionRequest, of id: String) throws(Rejection) -> Redemption {
        guard let reward = version.reward(id) else {
            throw Rejection(.rewardNotFound, "The programme has no reward `\(id)` now.", at: "/reward")
        }
        try accept(reward.condition, request)
        let redemption = redemption(reward, id: request.id, order: request.order, partner: request.partner)
        for count in redemption.counts {
            let limit = count.window.hasPrefix("order:") ? reward.perOrder : reward.perMember?.count
            guard let limit, count.before >= limit else { continue }
            throw Rejection(
                .notEligible,
                "`\(id)` can be had \(limit) time(s) per \(count.window.hasPrefix("order:") ? "order" : reward.perMember?.window.rawValue ?? "member")."
            )
        }
        if reward.perOrder != nil, request.order == nil {
            throw Rejection(.orderRequired, "`\(id)` is limited per order: name the order.", at: "/order_id")
        }
        return redemption
    }

    /// A reward at this member's price.
    func redemption(_ reward: Reward, id: String, order: String? = nil, partner: String? = nil) -> Redemption {
        var windows: [String] = []
        if let limit = reward.perMember { windows.append(limit.window.name(on: day)) }
        if reward.perOrder != nil, let order { windows.append("order:\(order)") }
        let rule = "reward:\(reward.id)"
        return Redemption(
            id: id, reward: reward.id, wallet: reward.wallet, points: reward.price(in: state.standing.tier),
            value: reward.value, currency: programme.currencies[0].code, coPayment: reward.coPayment,
            paysOrder: reward.kind == .discount && reward.value != nil && reward.voucher == nil, order: order,
            partner: partner, version: version.number,
            counts: windows.map { Count(rule: rule, window: $0, before: state.counter(rule, $0), added: 1) })
    }

    private func accept(_ condition: RewardCondition, _ request: RedemptionRequest) throws(Rejection) {
        if let reason = refusal(condition) { throw Rejection(.notEligible, reason, at: "/reward") }
        guard let minimum = condition.minimumOrder else { return }
        guard let total = request.orderTotal else {
            throw Rejection(
                .orderRequired, "The reward asks for an order of at least \(minimum) minor units: send `order_total`.",
                at: "/order_total")
        }
        guard total >= minimum else {
            throw Rejection(
                .notEligible, "The reward asks for an order of at least \(minimum) minor units.", at: "/order_total")
        }
    }

    /// Why this member may not have it now; nil where they may.
    func refusal(_ condition: RewardCondition) -> String? {
        if let from = condition.from, at < from { return "It is not to be had yet." }
        if let until = condition.until, at >= until { return "It is no longer to be had." }
        if !condition.tiers.isEmpty, !condition.tiers.contains(state.standing.tier) {
            return "It is for \(condition.tiers.sorted().joined(separator: ", "))."
        }
        if !condition.plans.isEmpty, !state.subscriptions.contains(where: { condition.plans.contains($0.plan) }) {
            return "It is for members of \(condition.plans.sorted().joined(separator: ", "))."
        }
        if condition.birthdayMonth, state.birthday?.month != day.month {
            return "It is for the month of the member's birthday."
        }
        return nil
    }
}

extension Programme {
    /// Whether a member who has been brought forward to `at` may have a reward, whatever it costs.
    public func isEligible(_ reward: Reward, for state: MemberState, at: Instant) -> Bool {
        let judge = Judge(programme: self, state: state, at: at)
        guard judge.refusal(reward.condition) == nil else { return false }
        return judge.redemption(reward, id: "").counts.allSatisfy { count in
            reward.perMember.map { count.before < $0.count } ?? true
        }
    }
}
