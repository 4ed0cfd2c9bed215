internal import Loyalty
internal import Yams

/// Names that examples may use: those of every version.
struct ExampleNames {
    var wallets = KnownNames(what: "a wallet", names: [], isOpen: true)
    var tiers = KnownNames(what: "a tier", names: [], isOpen: true)
    var rewards = KnownNames(what: "a reward", names: [])
    var plans = KnownNames(what: "a plan", names: [])
    var activities = KnownNames(what: "an activity", names: [])

    init(_ versions: [ProgrammeVersion]) {
        for version in versions {
            wallets.names += version.wallets.map(\.id)
            tiers.names += version.tiers.levels.map(\.id)
            rewards.names += version.rewards.map(\.id)
            plans.names += version.plans.map(\.id)
            activities.names += version.activities.map(\.id) + version.wallets.map(\.maturity).compactMap(Self.activity)
            activities.names += version.earning.compactMap(\.maturity).compactMap(Self.activity)
        }
        for path in [\Self.wallets, \.tiers, \.rewards, \.plans, \.activities] { remove(doubles: path) }
    }

    private static func activity(_ maturity: Maturity) -> String? {
        if case .activity(let name) = maturity { name } else { nil }
    }

    private mutating func remove(doubles path: WritableKeyPath<Self, KnownNames>) {
        var seen: Set<String> = []
        self[keyPath: path].names.removeAll { !seen.insert($0).inserted }
    }
}

/// Reads the examples of a programme file.
struct ExampleReader {
    let faults: ProgrammeFaults
    let zone: ZoneRules
    let currencies: [Currency]
    let names: ExampleNames

    func examples(_ programme: MappingReader) -> [ProgrammeExample] {
        programme.list("examples", count: 0...1000) { node in
            let reader = MappingReader(node, "an example", faults: faults)
            let name = reader.required("name").flatMap { reader.text("name", of: $0) }
            let member = member(reader)
            let steps = StepReader(faults: faults, zone: zone, currencies: currencies, names: names)
            var latest: CivilDate?
            var parts: [ProgrammeExample.Part] = reader.list("given", count: 0...10_000) { node in
                part(node, steps, &latest)
            }
            parts += reader.list("expect", count: 0...1000) { node in
                expectation(MappingReader(node, "an expectation", faults: faults), after: latest)
                    .map(ProgrammeExample.Part.expectation)
            }
            reader.close()
            guard let name else { return nil }
            return ProgrammeExample(name: name, line: reader.mark.line, member: member, parts: parts)
        }
    }

    private func member(_ example: MappingReader) -> ProgrammeExample.Member {
        guard let reader = example.mapping("member") else { return ProgrammeExample.Member() }
        let member = ProgrammeExample.Member(
            enrolledAt: reader.optional("enrolled").flatMap { reader.instant("enrolled", of: $0, in: zone) },
            birthday: reader.optional("birthday").flatMap { reader.dayOfYear("birthday", of: $0) },
            referredBy: reader.text("referred_by"))
        reader.close()
        return member
    }

    private func part(_ node: Node, _ steps: StepReader, _ latest: inout CivilDate?) -> ProgrammeExample.Part? {
        let reader = MappingReader(node, "an event", faults: faults)
        if let expected = reader.optional("expect") {
            reader.close()
            return expectation(MappingReader(expected, "an expectation", faults: faults), after: latest)
                .map(ProgrammeExample.Part.expectation)
        }
        let step = steps.step(reader)
        reader.close()
        if let step { latest = zone.date(of: step.at) }
        return step.map(ProgrammeExample.Part.step)
    }

    /// `at` is the end of a day, or an instant; by default the end of the day of the event before.
    private func expectation(_ reader: MappingReader, after day: CivilDate?) -> ProgrammeExample.Expectation? {
        let at = reader.optional("at").flatMap { instant($0, reader) } ?? day.map(end)
        if at == nil, reader.isMapping, reader.optional("at") == nil {
            faults.add(at: reader.mark, "`at` is required: there is no event before")
        }
        var wallets: [String: ProgrammeExample.Points] = [:]
        let own = points(reader, available: "points")
        if own != ProgrammeExample.Points() { wallets[Programme.defaultWallet] = own }
        self.wallets(reader, &wallets)
        var expected = ProgrammeExample.Expectation(
            line: reader.mark.line, label: "", at: at ?? .distantPast, wallets: wallets,
            tier: reader.name("tier", names.tiers), validUntil: validUntil(reader), qualifying: qualifying(reader),
            vouchers: reader.whole("vouchers", in: 0...VersionContext.mostPoints), benefits: nil)
        if reader.optional("benefits") != nil { expected.benefits = reader.words("benefits") }
        if let at { expected.label = "on \(zone.date(of: at))" }
        reader.close()
        return at == nil ? nil : expected
    }

    private func instant(_ node: Node, _ reader: MappingReader) -> Instant? {
        if case .scalar(let scalar) = node, let day = CivilDate(scalar.string) { return end(of: day) }
        return reader.instant("at", of: node, in: zone)
    }

    /// The last instant of a day.
    private func end(of day: CivilDate) -> Instant {
        Instant(micros: zone.start(of: day.adding(days: 1)).micros - 1)
    }

    private func points(_ reader: MappingReader, available key: String) -> ProgrammeExample.Points {
        func number(_ key: String) -> Int64? {
            reader.optional(key).flatMap { reader.signed(key, of: $0, within: 1_000_000_000_000) }
        }
        return ProgrammeExample.Points(
            available: number(key), pending: number("pending"), reserved: number("reserved"))
    }

    /// `{stamps: 3}`, or `{stamps: {available: 3, pending: 1}}`.
    private func wallets(_ expectation: MappingReader, _ wallets: inout [String: ProgrammeExample.Points]) {
        guard let reader = expectation.mapping("wallets") else { return }
        for (wallet, mark, value) in reader.everything() {
            names.wallets.check(wallet, at: mark, faults)
            if value.isScalar {
                wallets[wallet] = ProgrammeExample.Points(
                    available: reader.signed("wallets", of: value, within: 1_000_000_000_000))
            } else {
                let inner = MappingReader(value, "points of a wallet", faults: faults)
                wallets[wallet] = points(inner, available: "available")
                inner.close()
            }
        }
    }

    private func validUntil(_ reader: MappingReader) -> CivilDate?? {
        guard let node = reader.optional("valid_until") else { return nil }
        if case .scalar(let scalar) = node, scalar.string == "forever" { return .some(nil) }
        return reader.date("valid_until", of: node).map { .some($0) }
    }

    private func qualifying(_ expectation: MappingReader) -> [String: Int64] {
        guard let reader = expectation.mapping("qualifying") else { return [:] }
        var values: [String: Int64] = [:]
        for (metric, _, value) in reader.everything() {
            values[metric] =
                metric == "spend"
                ? reader.signedMoney(metric, of: value, in: currencies.first)
                : reader.signed(metric, of: value, within: 1_000_000_000_000)
        }
        return values
    }
}
