internal import Loyalty
internal import Yams

/// Reads how members rise and fall.
struct TierReader {
    let context: VersionContext
    private var faults: ProgrammeFaults { context.faults }

    /// Without tiers everybody stands in one. No levels where they are at fault.
    func tiers(_ version: MappingReader) -> TierRules {
        guard let reader = version.mapping("tiers") else { return TierRules() }
        let metrics = metrics(reader)
        let period = period(reader)
        let validity = validity(reader, period)
        let grace = reader.whole("grace_days", in: 0...3650) ?? 0
        let soft = reader.flag("soft_landing") ?? false
        let levels = levels(reader, metrics)
        reader.close()
        return TierRules(
            levels: levels, period: period, validity: validity, graceDays: Int(grace), softLanding: soft)
    }

    private func metrics(_ reader: MappingReader) -> [String] {
        let known = KnownNames(
            what: "a metric (spend, orders or a wallet)", names: ["spend", "orders"] + context.wallets.names)
        let single = reader.optional("metric")
        let several = reader.optional("metrics")
        if single != nil, several != nil {
            faults.add(at: reader.place(of: "metrics"), "either `metric` or `metrics`, not both")
        }
        func one(_ key: String, _ node: Node) -> String? {
            guard let name = reader.text(key, of: node) else { return nil }
            known.check(name, at: node.place, faults)
            return name
        }
        if let several { return reader.list("metrics", of: several, count: 1...10) { one("metrics", $0) } }
        return single.map { [one("metric", $0)].compactMap { $0 } } ?? ["spend"]
    }

    private func period(_ reader: MappingReader) -> TierRules.Period {
        guard let node = reader.optional("period") else { return .calendarYear }
        if node.isScalar {
            switch reader.word("period", of: node, among: ["calendar_year", "membership_year", "lifetime"]) {
            case "membership_year": return .membershipYear
            case "lifetime": return .lifetime
            default: return .calendarYear
            }
        }
        let rolling = MappingReader(node, "`period`", faults: faults)
        let months = rolling.requiredWhole("rolling_months", in: 1...36)
        rolling.close()
        return .rolling(months: Int(months ?? 12))
    }

    private func validity(_ reader: MappingReader, _ period: TierRules.Period) -> TierRules.Validity {
        let years = reader.whole("valid_years", in: 0...100)
        let isLasting =
            switch period {
            case .calendarYear, .membershipYear: false
            default: true
            }
        if reader.optional("valid_years") != nil, isLasting { refusePeriods("valid_years", of: reader) }
        guard let node = reader.optional("validity") else {
            if let years { return .periods(Int(years)) }
            switch period {
            case .rolling(let months): return .months(months)
            case .lifetime: return .forever
            default: return .periods(1)
            }
        }
        if reader.optional("valid_years") != nil {
            faults.add(at: reader.place(of: "validity"), "either `validity` or `valid_years`, not both")
        }
        if node.isScalar {
            return reader.word("validity", of: node, among: ["forever"]).map { _ in .forever } ?? .forever
        }
        return span(MappingReader(node, "`validity`", faults: faults), isLasting)
    }

    private func span(_ validity: MappingReader, _ isLasting: Bool) -> TierRules.Validity {
        let periods = validity.whole("periods", in: 0...100)
        let months = validity.whole("months", in: 1...1200)
        let month = validity.whole("end_of_month", in: 1...12)
        let years = validity.whole("years_after", in: 0...100)
        defer { validity.close() }
        let given = ["periods", "months", "end_of_month"].filter { validity.optional($0) != nil }
        guard given.count == 1 else {
            if validity.isMapping {
                faults.add(
                    at: validity.mark, "`validity` must be forever, or say one of periods, months or end_of_month")
            }
            return .forever
        }
        if given != ["end_of_month"] {
            validity.refuse(["years_after"]) { "`\($0)` belongs to end_of_month" }
        }
        if let month { return .endOf(month: Int(month), yearsAfter: Int(years ?? 1)) }
        if let months { return .months(Int(months)) }
        if isLasting { refusePeriods("periods", of: validity) }
        return .periods(Int(periods ?? 1))
    }

    private func refusePeriods(_ key: String, of reader: MappingReader) {
        faults.add(
            at: reader.place(of: key),
            "`\(key)` needs a period of whole years: with a rolling or lifetime period say "
                + "`validity: {months: 12}`, `{end_of_month: 12}` or `forever`")
    }

    private func levels(_ tiers: MappingReader, _ metrics: [String]) -> [Tier] {
        var seen = UniqueNames(faults: faults, what: "tier")
        var levels: [Tier] = []
        var isFirst = true
        _ = tiers.list("levels", count: 1...50) { node -> Bool? in
            let reader = MappingReader(node, "a tier", faults: faults)
            let id = reader.identifier("id")
            seen.insert(id, of: reader)
            let name = reader.text("name") ?? id
            let isGiven = reader.flag("granted") ?? false
            let below = levels.last { !$0.requirements.isEmpty }
            let asked = requirements(reader, metrics, isFirst: isFirst, isGiven: isGiven, after: below)
            isFirst = false
            let benefits = context.benefits(reader)
            reader.close()
            if let id { levels.append(Tier(id: id, name: name ?? id, requirements: asked, benefits: benefits)) }
            return true
        }
        return levels
    }

    private func requirements(
        _ reader: MappingReader, _ metrics: [String], isFirst: Bool, isGiven: Bool, after below: Tier?
    ) -> [Tier.Requirement] {
        var asked: [Tier.Requirement] = []
        for metric in metrics {
            let node = reader.chosen(metric)
            if isFirst || isGiven {
                let why = isFirst ? "in the first tier: everybody begins there" : "in a tier that is only granted"
                if let node { faults.add(at: node.place, "`\(metric)` must be absent \(why)") }
                continue
            }
            guard let node else {
                if reader.isMapping { faults.add(at: reader.mark, "`\(metric)` is required") }
                continue
            }
            let threshold =
                metric == "spend"
                ? reader.money(metric, of: node, in: context.currency)
                : reader.decimal(metric, of: node, digits: 0, in: 0...1_000_000_000_000)
            guard let threshold else { continue }
            asked.append(Tier.Requirement(Metric(name: metric), threshold))
        }
        let floor = below?.requirements ?? asked.map { Tier.Requirement($0.metric, 0) }
        if !asked.isEmpty, asked.count == floor.count { check(asked, above: floor, reader) }
        return asked
    }

    /// Tiers go from low to high: no threshold falls, and one at least rises.
    private func check(_ asked: [Tier.Requirement], above below: [Tier.Requirement], _ reader: MappingReader) {
        let pairs = zip(asked, below)
        guard
            pairs.contains(where: { $0.threshold < $1.threshold }) || pairs.allSatisfy({ $0.threshold == $1.threshold })
        else { return }
        let first = pairs.first { $0.threshold < $1.threshold }?.0 ?? asked[0]
        let place = reader.chosen(first.metric.name)?.place ?? reader.mark
        faults.add(
            at: place, "`\(first.metric.name)` must be more than that of the tier below: tiers go from low to high")
    }
}
