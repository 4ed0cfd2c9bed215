internal import Loyalty
internal import Yams

extension MappingReader {
    /// An optional text.
    func text(_ key: String) -> String? { optional(key).flatMap { text(key, of: $0) } }

    /// An optional whole number.
    func whole(_ key: String, in range: ClosedRange<Int64>) -> Int64? {
        optional(key).flatMap { decimal(key, of: $0, digits: 0, in: range) }
    }

    /// A whole number that must be there.
    func requiredWhole(_ key: String, in range: ClosedRange<Int64>) -> Int64? {
        required(key).flatMap { decimal(key, of: $0, digits: 0, in: range) }
    }

    /// An optional whole number that may be below zero.
    func signed(_ key: String, of node: Node, within bound: Int64) -> Int64? {
        if case .scalar(let scalar) = node, scalar.style == .plain || scalar.style == .any {
            let isNegative = scalar.string.hasPrefix("-")
            let digits = isNegative ? String(scalar.string.dropFirst()) : scalar.string
            if let value = DecimalText.scaled(digits, digits: 0), value <= bound { return isNegative ? -value : value }
        }
        faults.add(
            at: node.place, "`\(key)` must be a whole number, between \(-bound) and \(bound), not \(node.kind)")
        return nil
    }

    /// An optional amount of money, in minor units.
    func money(_ key: String, in currency: Currency?, from least: Int64 = 0) -> Int64? {
        optional(key).flatMap { money(key, of: $0, in: currency, from: least) }
    }

    /// An amount of money in units of the currency, as minor units.
    func money(_ key: String, of node: Node, in currency: Currency?, from least: Int64 = 0) -> Int64? {
        decimal(key, of: node, digits: currency?.digits ?? 4, in: least...1_000_000_000)
    }

    /// An amount of money that may be below zero, as minor units.
    func signedMoney(_ key: String, of node: Node, in currency: Currency?) -> Int64? {
        if case .scalar(let scalar) = node, scalar.string.hasPrefix("-"),
            let value = DecimalText.scaled(String(scalar.string.dropFirst()), digits: currency?.digits ?? 4)
        {
            return -value
        }
        return money(key, of: node, in: currency)
    }

    /// An exact fraction of minor units for a point.
    func pointPrice(_ key: String, in currency: Currency?) -> Ratio? {
        optional(key).flatMap { node in
            decimal(key, of: node, digits: 8, in: 0...1000).map {
                Ratio(reducing: $0 * (currency?.minorUnits ?? 1), 100_000_000)
            }
        }
    }

    /// An optional `true` or `false`.
    func flag(_ key: String) -> Bool? {
        guard let node = optional(key) else { return nil }
        if case .scalar(let scalar) = node, scalar.style == .plain || scalar.style == .any {
            if scalar.string == "true" { return true }
            if scalar.string == "false" { return false }
        }
        faults.add(at: node.place, "`\(key)` must be true or false, not \(node.kind)")
        return nil
    }

    /// A word of a list of values that know their words.
    func word<Value: RawRepresentable & CaseIterable>(
        _ key: String, of node: Node, as type: Value.Type
    ) -> Value? where Value.RawValue == String {
        word(key, of: node, among: type.allCases.map(\.rawValue)).flatMap(Value.init(rawValue:))
    }

    /// An optional word of a list of values that know their words.
    func word<Value: RawRepresentable & CaseIterable>(_ key: String, as type: Value.Type) -> Value?
    where Value.RawValue == String {
        optional(key).flatMap { word(key, of: $0, as: type) }
    }

    /// Texts without an order; a single one needs no list.
    func words(_ key: String) -> Set<String> {
        guard let node = optional(key) else { return [] }
        if node.isScalar { return Set([text(key, of: node)].compactMap { $0 }) }
        return Set(list(key, of: node, count: 0...1000) { text(key, of: $0) })
    }

    /// Names that must be among those of a version; a single one needs no list.
    func names(_ key: String, _ known: KnownNames) -> Set<String> {
        guard let node = optional(key) else { return [] }
        func one(_ node: Node) -> String? {
            guard let name = text(key, of: node) else { return nil }
            known.check(name, at: node.place, faults)
            return name
        }
        if node.isScalar { return Set([one(node)].compactMap { $0 }) }
        return Set(list(key, of: node, count: 0...1000, one))
    }

    /// A name that must be among those of a version.
    func name(_ key: String, _ known: KnownNames) -> String? {
        guard let node = optional(key), let name = text(key, of: node) else { return nil }
        known.check(name, at: node.place, faults)
        return name
    }

    /// A wallet of the version; `points` (or the only one there is) where the file says nothing.
    func wallet(_ known: KnownNames) -> String {
        if optional("wallet") != nil { return name("wallet", known) ?? Programme.defaultWallet }
        if known.names.isEmpty || known.names.contains(Programme.defaultWallet) { return Programme.defaultWallet }
        if known.names.count > 1 {
            faults.add(at: mark, "`wallet` is required: no wallet of this version is called `points`")
        }
        return known.names[0]
    }

    /// A day of the year, such as `"09-30"`.
    func dayOfYear(_ key: String, of node: Node) -> MonthDay? {
        guard let text = text(key, of: node) else { return nil }
        // 2000 has a 29 February.
        if let date = CivilDate("2000-" + text) { return MonthDay(month: date.month, day: date.day) }
        faults.add(at: node.place, "`\(key)` must be a day of the year such as \"09-30\", not `\(text)`")
        return nil
    }

    /// A date.
    func date(_ key: String, of node: Node) -> CivilDate? {
        guard let text = text(key, of: node) else { return nil }
        if let date = CivilDate(text) { return date }
        faults.add(at: node.place, "`\(key)` must be a date such as 2026-01-31, not `\(text)`")
        return nil
    }
}

/// Names of one kind that a version has.
struct KnownNames {
    /// In messages: `a tier`.
    let what: String
    var names: [String]
    /// Whether any name will do where the version names none.
    var isOpen = false

    /// Notes a fault where this is none of them.
    func check(_ name: String, at mark: FilePlace, _ faults: ProgrammeFaults) {
        if names.contains(name) || (isOpen && names.isEmpty) { return }
        let hint = Spelling.hint(for: name, among: names)
        let all = names.isEmpty ? "none" : names.joined(separator: ", ")
        faults.add(at: mark, "`\(name)` is not \(what) of this version, which has \(all)\(hint)")
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

    mutating func insert(_ name: String?, of reader: MappingReader) {
        guard let name else { return }
        if !seen.insert(name).inserted {
            faults.add(at: reader.place(of: "id"), "the \(what) `\(name)` is given twice")
        }
    }
}

extension Ratio {
    /// In lowest terms.
    init(reducing numerator: Int64, _ denominator: Int64) {
        var (divisor, rest) = (denominator, numerator)
        while rest != 0 { (divisor, rest) = (rest, divisor % rest) }
        self.init(numerator / divisor, denominator / divisor)
    }
}
