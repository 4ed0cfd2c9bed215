internal import Loyalty
internal import Yams

/// Reads one version of a programme.
struct VersionReader {
    let faults: ProgrammeFaults
    let zone: ZoneRules
    /// The programme's own currency; nil where that is at fault.
    let currency: Currency?

    /// - Parameter latest: the `from` of the version before; it must be exceeded, and becomes this version's.
    func version(_ node: Node, number: Int, after latest: inout Instant?) -> ProgrammeVersion? {
        let reader = MappingReader(node, "a version", faults: faults)
        let from = from(reader, number: number, after: &latest)
        let excluded = texts(reader, "excluded_categories")
        let (tiers, validity) = tiers(reader)
        let rules = EarningReader(faults: faults, zone: zone, currency: currency, tiers: tiers.map(\.id))
        let earning = rules.rules(reader)
        let activities = activities(reader)
        let expiry = expiry(reader)
        reader.close()
        guard let from, let expiry, let validity, !tiers.isEmpty else { return nil }
        return ProgrammeVersion(
            number: number, from: from, excludedCategories: Set(excluded), earning: earning, activities: activities,
            expiry: expiry, tiers: tiers, tierValidityYears: validity)
    }

    /// The first version reaches back without bound, whatever date it names.
    private func from(_ reader: MappingReader, number: Int, after latest: inout Instant?) -> Instant? {
        guard let node = number == 1 ? reader.optional("from") : reader.required("from") else {
            return number == 1 ? .distantPast : nil
        }
        guard let from = reader.instant("from", of: node, in: zone) else { return nil }
        if let latest, from <= latest {
            faults.add(
                at: node.place,
                "`from` must be later than that of the version before, "
                    + "which is \(RFC3339.text(micros: latest.micros)): each version holds until the next begins")
            return nil
        }
        latest = from
        return number == 1 ? .distantPast : from
    }

    private func texts(_ reader: MappingReader, _ key: String) -> [String] {
        reader.list(key, count: 0...1000) { reader.text(key, of: $0) }
    }

    private func activities(_ reader: MappingReader) -> [ActivityRule] {
        var seen = UniqueNames(faults: faults, what: "activity")
        return reader.list("activities", count: 0...200) { node in
            let rule = MappingReader(node, "an activity", faults: faults)
            let id = rule.identifier("id")
            if let id { seen.insert(id, at: rule.place(of: "id")) }
            let points = rule.required("points").flatMap {
                rule.decimal("points", of: $0, digits: 0, in: 1...1_000_000_000)
            }
            rule.close()
            guard let id, let points else { return nil }
            return ActivityRule(id: id, wallet: Programme.defaultWallet, points: points)
        }
    }

    private func expiry(_ reader: MappingReader) -> Expiry? {
        guard let node = reader.optional("expiry") else { return .never }
        if case .scalar = node { return reader.word("expiry", of: node, among: ["never"]).map { _ in .never } }
        let expiry = MappingReader(node, "`expiry`", faults: faults)
        let months = expiry.required("inactivity_months").flatMap {
            expiry.decimal("inactivity_months", of: $0, digits: 0, in: 1...1200)
        }
        expiry.close()
        return months.map { .inactivity(months: Int($0)) }
    }

    /// Without tiers everybody stands in one.
    private func tiers(_ reader: MappingReader) -> (tiers: [Tier], validity: Int?) {
        guard let node = reader.optional("tiers") else {
            return ([Tier(id: "member", name: "Member", threshold: 0)], 1)
        }
        let tiers = MappingReader(node, "`tiers`", faults: faults)
        _ = tiers.optional("metric").map { tiers.word("metric", of: $0, among: ["spend"]) }
        _ = tiers.optional("period").map { tiers.word("period", of: $0, among: ["calendar_year"]) }
        let validity =
            tiers.optional("valid_years").map { tiers.decimal("valid_years", of: $0, digits: 0, in: 0...100) } ?? 1
        let levels = levels(tiers)
        tiers.close()
        return (levels, validity.map(Int.init))
    }

    private func levels(_ tiers: MappingReader) -> [Tier] {
        var seen = UniqueNames(faults: faults, what: "tier")
        var levels: [Tier] = []
        var isFirst = true
        _ = tiers.list("levels", count: 1...50) { node -> Bool? in
            let reader = MappingReader(node, "a tier", faults: faults)
            let id = reader.identifier("id")
            if let id { seen.insert(id, at: reader.place(of: "id")) }
            let name = reader.optional("name").map { reader.text("name", of: $0) } ?? id
            let threshold = threshold(reader, isFirst: isFirst, after: levels.last?.threshold)
            isFirst = false
            reader.close()
            let assumed = threshold ?? levels.last?.threshold ?? 0
            if let id { levels.append(Tier(id: id, name: name ?? id, threshold: assumed)) }
            return true
        }
        return levels
    }

    private func threshold(_ reader: MappingReader, isFirst: Bool, after below: Int64?) -> Int64? {
        if isFirst {
            guard let node = reader.optional("spend") else { return 0 }
            faults.add(at: node.place, "`spend` must be absent in the first tier: everybody begins there")
            return 0
        }
        guard let node = reader.required("spend"),
            let spend = reader.decimal("spend", of: node, digits: currency?.digits ?? 4, in: 0...1_000_000_000)
        else { return nil }
        if let below, spend <= below {
            faults.add(at: node.place, "`spend` must be more than that of the tier below: tiers go from low to high")
        }
        return spend
    }
}

/// Names that must not come twice.
struct UniqueNames {
    let faults: ProgrammeFaults
    let what: String
    private var seen: Set<String> = []

    init(faults: ProgrammeFaults, what: String) {
        (self.faults, self.what) = (faults, what)
    }

    mutating func insert(_ name: String, at mark: FilePlace) {
        if !seen.insert(name).inserted { faults.add(at: mark, "the \(what) `\(name)` is given twice") }
    }
}
