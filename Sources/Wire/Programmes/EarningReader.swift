internal import Loyalty
internal import Yams

/// Reads the earning rules of a version.
struct EarningReader {
    let faults: ProgrammeFaults
    let zone: ZoneRules
    /// The programme's own currency; nil where that is at fault.
    let currency: Currency?
    /// The tiers of the version, which conditions and rates may name.
    let tiers: [String]

    /// Digits behind the point that a number of points may have in a rate.
    private static let pointDigits = 6

    func rules(_ version: MappingReader) -> [EarningRule] {
        var seen = UniqueNames(faults: faults, what: "earning rule")
        return version.list("earning", count: 0...500) { node in
            let reader = MappingReader(node, "an earning rule", faults: faults)
            let id = reader.identifier("id")
            if let id { seen.insert(id, at: reader.place(of: "id")) }
            let effect = effect(reader)
            let condition = condition(reader)
            reader.close()
            guard let id, let effect, let condition else { return nil }
            return EarningRule(id: id, wallet: Programme.defaultWallet, effect: effect, condition: condition)
        }
    }

    private func effect(_ reader: MappingReader) -> EarningRule.Effect? {
        let points = reader.optional("points")
        let multiplier = reader.optional("multiplier")
        switch (points, multiplier) {
        case (let points?, nil):
            return base(reader, points)
        case (nil, let multiplier?):
            for key in ["per", "by_tier"] {
                if let node = reader.optional(key) {
                    faults.add(at: node.place, "`\(key)` belongs to a rule with points, not to a multiplier")
                }
            }
            let thousandths = reader.decimal("multiplier", of: multiplier, digits: 3, in: 1...1000)
            if thousandths == 1000 {
                faults.add(at: multiplier.place, "`multiplier` must be greater than 1")
                return nil
            }
            return thousandths.map { .multiplier(thousandths: $0) }
        default:
            _ = [reader.optional("per"), reader.optional("by_tier")]
            faults.add(at: reader.mark, "an earning rule must have either `points` or `multiplier`")
            return nil
        }
    }

    private func base(_ reader: MappingReader, _ points: Node) -> EarningRule.Effect? {
        let per = per(reader)
        let standard = reader.decimal("points", of: points, digits: Self.pointDigits, in: 0...1_000_000)
        var byTier: [String: Int64] = [:]
        if let node = reader.optional("by_tier") {
            let rates = MappingReader(node, "`by_tier`", faults: faults)
            for (tier, mark, value) in rates.everything() {
                check(tier, at: mark)
                byTier[tier] = rates.decimal("by_tier", of: value, digits: Self.pointDigits, in: 0...1_000_000)
            }
        }
        guard let per, let standard else { return nil }
        return .base(standard: rate(standard, per), byTier: byTier.mapValues { rate($0, per) })
    }

    /// Minor units for which the points are given; one unit of the currency where the file says nothing.
    private func per(_ reader: MappingReader) -> Int64? {
        guard let node = reader.optional("per") else { return currency?.minorUnits ?? 1 }
        let digits = currency?.digits ?? 4
        guard let per = reader.decimal("per", of: node, digits: digits, in: 0...1_000_000) else { return nil }
        if per > 0 { return per }
        faults.add(at: node.place, "`per` must be greater than 0")
        return nil
    }

    /// Millionths of points for minor units, reduced.
    private func rate(_ millionths: Int64, _ minorUnits: Int64) -> Ratio {
        let denominator = minorUnits * 1_000_000
        var (divisor, rest) = (denominator, millionths)
        while rest != 0 { (divisor, rest) = (rest, divisor % rest) }
        return Ratio(millionths / divisor, denominator / divisor)
    }

    private func condition(_ rule: MappingReader) -> EarningCondition? {
        guard let node = rule.optional("when") else { return EarningCondition() }
        let reader = MappingReader(node, "`when`", faults: faults)
        let from = reader.optional("from").map { reader.instant("from", of: $0, in: zone) }
        let until = reader.optional("until").map { reader.instant("until", of: $0, in: zone) }
        if let from = from ?? nil, let until = until ?? nil, until <= from {
            faults.add(at: reader.place(of: "until"), "`until` must be later than `from`")
        }
        let condition = EarningCondition(
            from: from ?? nil, until: until ?? nil, tiers: conditionTiers(reader), channels: words(reader, "channels"),
            stores: words(reader, "stores"), partners: words(reader, "partners"),
            categories: words(reader, "categories"), brands: words(reader, "brands"), skus: words(reader, "skus"))
        reader.close()
        return condition
    }

    private func conditionTiers(_ reader: MappingReader) -> Set<String> {
        Set(
            reader.list("tiers", count: 0...50) { node in
                guard let tier = reader.text("tiers", of: node) else { return nil }
                check(tier, at: node.place)
                return tier
            })
    }

    private func words(_ reader: MappingReader, _ key: String) -> Set<String> {
        Set(reader.list(key, count: 0...1000) { reader.text(key, of: $0) })
    }

    private func check(_ tier: String, at mark: FilePlace) {
        if tiers.isEmpty || tiers.contains(tier) { return }
        let hint = Spelling.hint(for: tier, among: tiers)
        faults.add(
            at: mark, "`\(tier)` is not a tier of this version, which has \(tiers.joined(separator: ", "))\(hint)")
    }
}
