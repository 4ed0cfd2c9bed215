internal import Loyalty
internal import Yams

/// Reads the whole of a programme file.
struct ProgrammeReader {
    let faults: ProgrammeFaults

    func document(_ root: Node) -> ProgrammeDocument? {
        let reader = MappingReader(root, "a programme", faults: faults)
        let id = reader.identifier("id")
        let name = reader.optional("name").map { reader.text("name", of: $0) } ?? id
        let zone = zone(reader)
        let currencies = currencies(reader)
        let enrolment =
            reader.optional("enrolment").map { node in
                reader.word("enrolment", of: node, among: Programme.Enrolment.allCases.map(\.rawValue))
                    .flatMap(Programme.Enrolment.init)
            } ?? .explicit
        let context = VersionReader(faults: faults, zone: zone ?? .utc, currency: currencies.first)
        let versions = versions(reader, context)
        let examples = ExampleReader(
            faults: faults, zone: zone ?? .utc, currencies: currencies,
            names: ExampleNames(versions)
        ).examples(reader)
        reader.close()
        guard let id, let name, let zone, let enrolment, !currencies.isEmpty, !versions.isEmpty else { return nil }
        let programme = Programme(
            id: id, name: name, zone: zone, currencies: currencies, enrolment: enrolment, versions: versions)
        return ProgrammeDocument(programme: programme, examples: examples)
    }

    private func zone(_ reader: MappingReader) -> ZoneRules? {
        guard let node = reader.optional("time_zone") else { return .utc }
        guard let name = reader.text("time_zone", of: node) else { return nil }
        if let zone = ZoneTable.zone(named: name) { return zone }
        let hint = Spelling.hint(for: name, among: ZoneTable.names)
        faults.add(at: node.place, "`time_zone` must be an IANA time zone such as Europe/London, not `\(name)`\(hint)")
        return nil
    }

    private func currencies(_ reader: MappingReader) -> [Currency] {
        var seen: [Currency] = []
        _ = reader.list("currencies", count: 1...50) { node -> Bool? in
            guard let code = reader.text("currencies", of: node) else { return nil }
            guard let currency = Currency(code) else {
                faults.add(at: node.place, "`currencies` must be ISO 4217 codes such as EUR, not `\(code)`")
                return nil
            }
            if seen.contains(currency) {
                faults.add(at: node.place, "the currency \(code) is given twice")
            } else if let first = seen.first, first.digits != currency.digits {
                faults.add(
                    at: node.place,
                    "\(code) has \(currency.digits) digits behind the point and \(first.code) has \(first.digits): "
                        + "one rate cannot serve both, they need programmes of their own")
            }
            seen.append(currency)
            return true
        }
        return seen
    }

    private func versions(_ reader: MappingReader, _ context: VersionReader) -> [ProgrammeVersion] {
        var versions: [ProgrammeVersion] = []
        var latest: Instant?
        var number = 0
        _ = reader.list("versions", count: 1...1000) { node -> Bool? in
            number += 1
            guard let version = context.version(node, number: number, after: &latest) else { return nil }
            versions.append(version)
            return true
        }
        return versions
    }
}
