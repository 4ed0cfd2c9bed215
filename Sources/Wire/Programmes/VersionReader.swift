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
        var context = VersionContext(faults: faults, zone: zone, currency: currency)
        let excluded = reader.words("excluded_categories")
        let wallets = WalletReader(context: context).wallets(reader)
        context.wallets.names = wallets.map(\.id)
        let tiers = TierReader(context: context).tiers(reader)
        context.tiers.names = tiers.levels.map(\.id)
        let plans = PlanReader(context: context).plans(reader)
        context.plans.names = plans.map(\.id)
        let partners = PolicyReader(context: context).partners(reader)
        context.partners.names = partners.map(\.id)
        let policies = PolicyReader(context: context)
        let giving = GivingReader(context: context)
        let version = ProgrammeVersion(
            number: number, from: from ?? .distantPast, excludedCategories: excluded, wallets: wallets,
            earning: EarningReader(context: context).rules(reader),
            stacking: reader.word("stacking", as: ProgrammeVersion.Stacking.self) ?? .highest,
            activities: giving.activities(reader), gifts: giving.gifts(reader), referral: giving.referral(reader),
            tiers: tiers, rewards: RewardReader(context: context).rewards(reader), plans: plans, partners: partners,
            returns: policies.returns(reader), adjustments: policies.adjustments(reader),
            transfers: policies.transfers(reader), redemption: policies.redemption(reader))
        reader.close()
        guard from != nil, !wallets.isEmpty, !tiers.levels.isEmpty else { return nil }
        return version
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
}

/// What the parts of one version need of each other: names, which others may use.
struct VersionContext {
    let faults: ProgrammeFaults
    let zone: ZoneRules
    /// The programme's own currency; nil where that is at fault.
    let currency: Currency?
    var wallets = KnownNames(what: "a wallet", names: [], isOpen: true)
    var tiers = KnownNames(what: "a tier", names: [], isOpen: true)
    var plans = KnownNames(what: "a plan", names: [])
    /// Partners that a version does not list are free texts.
    var partners = KnownNames(what: "a partner", names: [], isOpen: true)

    init(faults: ProgrammeFaults, zone: ZoneRules, currency: Currency?) {
        (self.faults, self.zone, self.currency) = (faults, zone, currency)
    }

    /// The largest number of points that a file may name.
    static let mostPoints: Int64 = 1_000_000_000

    /// A list of mappings, each with an `id` of its own.
    func list<Value>(
        _ key: String, of reader: MappingReader, atMost count: Int, _ what: String, one: String,
        _ body: (MappingReader, String) -> Value?
    ) -> [Value] {
        var seen = UniqueNames(faults: faults, what: what)
        return reader.list(key, count: 0...count) { node in
            let reader = MappingReader(node, one, faults: faults)
            let id = reader.identifier("id")
            seen.insert(id, of: reader)
            let value = body(reader, id ?? "")
            reader.close()
            return id == nil ? nil : value
        }
    }

    /// Benefits: ids alone, or with a name that people read.
    func benefits(_ reader: MappingReader) -> [Benefit] {
        var seen = UniqueNames(faults: faults, what: "benefit")
        return reader.list("benefits", count: 0...50) { node in
            if node.isScalar { return reader.text("benefits", of: node).map { Benefit(id: $0, name: $0) } }
            let benefit = MappingReader(node, "a benefit", faults: faults)
            let id = benefit.identifier("id")
            seen.insert(id, of: benefit)
            let name = benefit.text("name")
            benefit.close()
            return id.map { Benefit(id: $0, name: name ?? $0) }
        }
    }

    /// Both ends of a stretch of time; each may be absent.
    func span(_ reader: MappingReader) -> (from: Instant?, until: Instant?) {
        let from = reader.optional("from").flatMap { reader.instant("from", of: $0, in: zone) }
        let until = reader.optional("until").flatMap { reader.instant("until", of: $0, in: zone) }
        if let from, let until, until <= from {
            faults.add(at: reader.place(of: "until"), "`until` must be later than `from`")
        }
        return (from, until)
    }
}
