internal import Loyalty
internal import Yams

/// Reads partners and what holds for returns, adjustments, transfers and redemptions in general.
struct PolicyReader {
    let context: VersionContext
    private var faults: ProgrammeFaults { context.faults }

    init(context: VersionContext) { self.context = context }

    func partners(_ version: MappingReader) -> [Partner] {
        context.list("partners", of: version, atMost: 500, "partner", one: "a partner") { reader, id in
            Partner(
                id: id, name: reader.text("name") ?? id,
                pointPrice: reader.pointPrice("point_price", in: context.currency) ?? Ratio(0, 1))
        }
    }

    func returns(_ version: MappingReader) -> ReturnRules {
        guard let reader = version.mapping("returns") else { return ReturnRules() }
        let rules = ReturnRules(
            withoutReceipt: reader.word("without_receipt", as: ReturnRules.WithoutReceipt.self) ?? .take,
            debt: reader.word("debt", as: ReturnRules.Debt.self) ?? .owe)
        reader.close()
        return rules
    }

    func adjustments(_ version: MappingReader) -> AdjustmentRules {
        guard let reader = version.mapping("adjustments") else { return AdjustmentRules() }
        var seen: [String] = []
        _ = reader.list("reasons", count: 0...100) { node -> Bool? in
            guard let reason = reader.text("reasons", of: node) else { return nil }
            if seen.contains(reason) { faults.add(at: node.place, "the reason `\(reason)` is given twice") }
            seen.append(reason)
            return true
        }
        let rules = AdjustmentRules(
            reasons: seen, dailyLimit: reader.whole("daily_limit", in: 0...VersionContext.mostPoints),
            approvalAbove: reader.whole("approval_above", in: 0...VersionContext.mostPoints))
        reader.close()
        return rules
    }

    func transfers(_ version: MappingReader) -> TransferRules {
        guard let reader = version.mapping("transfers") else { return TransferRules() }
        let rules = TransferRules(
            isAllowed: reader.flag("allowed") ?? true,
            minimum: reader.whole("minimum", in: 1...VersionContext.mostPoints) ?? 1)
        reader.close()
        return rules
    }

    func redemption(_ version: MappingReader) -> RedemptionRules {
        guard let reader = version.mapping("redemption") else { return RedemptionRules() }
        let rules = RedemptionRules(
            reservationMinutes: Int(reader.whole("reservation_minutes", in: 1...525_600) ?? 15),
            value: reader.pointPrice("point_value", in: context.currency),
            minimum: reader.whole("minimum", in: 1...VersionContext.mostPoints) ?? 1)
        reader.close()
        return rules
    }
}
