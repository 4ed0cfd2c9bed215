internal import Loyalty
internal import Yams

/// Reads what earns points beside purchases: activities, dates, friends.
struct GivingReader {
    let context: VersionContext
    private var faults: ProgrammeFaults { context.faults }
    private var values: WalletReader { WalletReader(context: context) }

    init(context: VersionContext) { self.context = context }

    /// The same activity may come once for each wallet.
    func activities(_ version: MappingReader) -> [ActivityRule] {
        var seen: [String: Set<String>] = [:]
        return version.list("activities", count: 0...200) { node in
            let reader = MappingReader(node, "an activity", faults: faults)
            let id = reader.identifier("id")
            let wallet = reader.wallet(context.wallets)
            if let id, !seen[id, default: []].insert(wallet).inserted {
                faults.add(at: reader.place(of: "id"), "the activity `\(id)` is given twice")
            }
            let points = reader.requiredWhole("points", in: 1...VersionContext.mostPoints)
            let rule = ActivityRule(
                id: id ?? "", wallet: wallet, points: points ?? 1, perValue: reader.flag("per_value") ?? false,
                cap: EarningReader(context: context).cap(reader),
                oncePerReference: reader.flag("once_per_reference") ?? false, expiry: values.ownExpiry(reader),
                maturity: values.maturity(reader))
            reader.close()
            return id == nil || points == nil ? nil : rule
        }
    }

    func gifts(_ version: MappingReader) -> [GiftRule] {
        context.list("gifts", of: version, atMost: 50, "gift", one: "a gift") { reader, id in
            let occasion = reader.required("occasion").flatMap {
                reader.word("occasion", of: $0, as: GiftRule.Occasion.self)
            }
            let points = reader.requiredWhole("points", in: 1...VersionContext.mostPoints)
            let wallet = reader.wallet(context.wallets)
            let tiers = reader.names("tiers", context.tiers)
            let expiry = values.ownExpiry(reader)
            guard let occasion, let points else { return nil }
            return GiftRule(id: id, occasion: occasion, wallet: wallet, points: points, tiers: tiers, expiry: expiry)
        }
    }

    func referral(_ version: MappingReader) -> ReferralRules? {
        guard let reader = version.mapping("referral") else { return nil }
        let referrer = reader.requiredWhole("referrer_points", in: 0...VersionContext.mostPoints)
        let friend = reader.requiredWhole("friend_points", in: 0...VersionContext.mostPoints)
        let wallet = reader.wallet(context.wallets)
        let days = reader.whole("matures_after_days", in: 0...3650) ?? 30
        let minimum = reader.money("minimum", in: context.currency) ?? 0
        reader.close()
        guard let referrer, let friend else { return nil }
        return ReferralRules(
            referrerPoints: referrer, friendPoints: friend, wallet: wallet, maturityDays: Int(days),
            minimumAmount: minimum)
    }
}
