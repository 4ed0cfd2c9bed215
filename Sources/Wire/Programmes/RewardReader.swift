internal import Loyalty
internal import Yams

/// Reads what points buy.
struct RewardReader {
    let context: VersionContext
    private var faults: ProgrammeFaults { context.faults }

    init(context: VersionContext) { self.context = context }

    func rewards(_ version: MappingReader) -> [Reward] {
        context.list("rewards", of: version, atMost: 500, "reward", one: "a reward") { reader, id in
            let name = reader.text("name") ?? id
            let kind = kind(reader)
            let wallet = reader.wallet(context.wallets)
            let price = reader.requiredWhole("points", in: 0...VersionContext.mostPoints)
            let byTier = prices(reader)
            let value = reader.money("value", in: context.currency)
            let coPayment = reader.money("co_payment", in: context.currency)
            let condition = condition(reader)
            let limit = memberLimit(reader)
            let reward = Reward(
                id: id, name: name, kind: kind ?? .product, wallet: wallet, price: price ?? 0, priceByTier: byTier,
                value: value, coPayment: coPayment, condition: condition, perMember: limit,
                perOrder: reader.whole("per_order", in: 1...1000),
                stock: reader.whole("stock", in: 0...VersionContext.mostPoints), voucher: voucher(reader, kind),
                isAutomatic: reader.flag("automatic") ?? false)
            if let kind { check(reward, kind, reader) }
            return kind == nil || price == nil ? nil : reward
        }
    }

    private static let kinds = ["discount", "cash", "voucher", "product", "donation", "upgrade"]

    private func kind(_ reader: MappingReader) -> Reward.Kind? {
        let tier = reader.name("tier", context.tiers)
        let months = reader.whole("months", in: 1...1200)
        guard let word = reader.required("kind").flatMap({ reader.word("kind", of: $0, among: Self.kinds) })
        else { return nil }
        if word != "upgrade" {
            reader.refuse(["tier", "months"]) { "`\($0)` belongs to a reward of kind upgrade" }
        }
        switch word {
        case "discount": return .discount
        case "cash": return .cash
        case "voucher": return .voucher
        case "donation": return .donation
        case "upgrade":
            for key in ["tier", "months"] where reader.optional(key) == nil {
                faults.add(at: reader.mark, "`\(key)` is required: an upgrade is a tier for so many months")
            }
            guard let tier, let months else { return nil }
            return .upgrade(tier: tier, months: Int(months))
        default: return .product
        }
    }

    private func prices(_ reader: MappingReader) -> [String: Int64] {
        guard let prices = reader.mapping("points_by_tier") else { return [:] }
        var byTier: [String: Int64] = [:]
        for (tier, mark, value) in prices.everything() {
            context.tiers.check(tier, at: mark, faults)
            byTier[tier] = prices.decimal("points_by_tier", of: value, digits: 0, in: 0...VersionContext.mostPoints)
        }
        return byTier
    }

    private func condition(_ reward: MappingReader) -> RewardCondition {
        guard let node = reward.optional("when") else { return RewardCondition() }
        let reader = MappingReader(node, "`when` of a reward", faults: faults)
        let (from, until) = context.span(reader)
        let condition = RewardCondition(
            from: from, until: until, tiers: reader.names("tiers", context.tiers),
            plans: reader.names("plans", context.plans), birthdayMonth: reader.flag("birthday_month") ?? false,
            minimumOrder: reader.money("minimum_order", in: context.currency))
        reader.close()
        return condition
    }

    private func memberLimit(_ reward: MappingReader) -> Reward.MemberLimit? {
        guard let reader = reward.mapping("per_member") else { return nil }
        let count = reader.requiredWhole("count", in: 1...1_000_000)
        let window = reader.required("per").flatMap {
            reader.word("per", of: $0, as: EarningRule.Cap.Window.self)
        }
        reader.close()
        guard let count, let window else { return nil }
        return Reward.MemberLimit(count: count, window: window)
    }

    private func voucher(_ reward: MappingReader, _ kind: Reward.Kind?) -> VoucherRules? {
        guard let reader = reward.mapping("voucher") else { return kind == .voucher ? VoucherRules() : nil }
        let days = reader.whole("valid_days", in: 1...36_500)
        let codes = reader.optional("codes").flatMap { reader.word("codes", of: $0, among: ["generated", "pool"]) }
        reader.close()
        return VoucherRules(validDays: days.map(Int.init), fromPool: codes == "pool")
    }

    /// What the kind asks for.
    private func check(_ reward: Reward, _ kind: Reward.Kind, _ reader: MappingReader) {
        let needsValue = [Reward.Kind.discount, .cash, .donation].contains(kind)
        if needsValue, reader.optional("value") == nil {
            faults.add(at: reader.mark, "`value` is required: money is what this kind of reward gives")
        }
        if needsValue, reader.optional("co_payment") != nil {
            faults.add(at: reader.place(of: "co_payment"), "`co_payment` belongs to goods, not to money")
        }
        guard reward.isAutomatic else { return }
        let place = reader.place(of: "automatic")
        if reward.price == 0 || reward.priceByTier.values.contains(0) {
            faults.add(
                at: place, "`automatic` needs a price of at least 1 point: what is free would be redeemed for ever")
        }
        if reward.condition.minimumOrder != nil || reward.perOrder != nil || reward.coPayment != nil
            || kind == .discount
        {
            faults.add(
                at: place,
                "`automatic` does not go with an order, a co-payment or money off: nobody stands at a till then")
        }
        if reward.stock != nil {
            faults.add(at: place, "`automatic` does not go with `stock`, which is reserved by whoever asks for it")
        }
        if reward.voucher?.fromPool == true {
            faults.add(at: place, "`automatic` does not go with codes out of a pool, which may be empty by then")
        }
    }
}
