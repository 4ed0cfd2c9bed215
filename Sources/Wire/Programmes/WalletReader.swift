internal import Loyalty
internal import Yams

/// Reads wallets, and when points end or become available.
struct WalletReader {
    let context: VersionContext
    private var faults: ProgrammeFaults { context.faults }

    init(context: VersionContext) { self.context = context }

    /// Without wallets there is one, `points`; what the version itself says of expiry and maturity holds for all that
    /// say nothing of their own.
    func wallets(_ version: MappingReader) -> [WalletRules] {
        let expiry = expiry(version) ?? .never
        let maturity = maturity(version) ?? .immediately
        guard version.optional("wallets") != nil else { return [WalletRules(expiry: expiry, maturity: maturity)] }
        let wallets = context.list("wallets", of: version, atMost: 20, "wallet", one: "a wallet") { reader, id in
            if ["spend", "orders"].contains(id) {
                faults.add(at: reader.place(of: "id"), "a wallet must not be called `\(id)`: that is a metric of tiers")
            }
            return WalletRules(
                id: id, name: reader.text("name"), expiry: self.expiry(reader) ?? expiry,
                maturity: self.maturity(reader) ?? maturity)
        }
        if wallets.isEmpty { faults.add(at: version.place(of: "wallets"), "`wallets` must have at least one element") }
        return wallets
    }

    /// nil where nothing is said, or something wrong.
    func expiry(_ reader: MappingReader) -> Expiry? {
        guard let node = reader.optional("expiry") else { return nil }
        if case .scalar = node { return reader.word("expiry", of: node, among: ["never"]).map { _ in .never } }
        let expiry = MappingReader(node, "`expiry`", faults: faults)
        let inactivity = expiry.whole("inactivity_months", in: 1...1200)
        let years = expiry.whole("years", in: 1...100)
        let months = expiry.whole("months", in: 1...1200)
        let days = expiry.whole("days", in: 1...36_500)
        let boundary = boundary(expiry)
        let keys = ["inactivity_months", "years", "months", "days"]
        let given = keys.filter { expiry.optional($0) != nil }
        defer { expiry.close() }
        if given.isEmpty {
            if expiry.isMapping {
                faults.add(at: expiry.mark, "`expiry` must be never, or say inactivity_months, years, months or days")
            }
            return nil
        }
        if given.contains("inactivity_months") {
            let others = given.filter { $0 != "inactivity_months" } + (expiry.optional("then") == nil ? [] : ["then"])
            for key in others {
                faults.add(
                    at: expiry.place(of: key),
                    "`\(key)` does not go with inactivity_months: they are two kinds of expiry")
            }
            return inactivity.map { .inactivity(months: Int($0)) }
        }
        return .after(months: Int(years ?? 0) * 12 + Int(months ?? 0), days: Int(days ?? 0), then: boundary)
    }

    /// What a rule says of the end of its points.
    func ownExpiry(_ reader: MappingReader) -> Expiry? {
        let expiry = expiry(reader)
        guard case .inactivity = expiry else { return expiry }
        faults.add(
            at: reader.place(of: "expiry"),
            "`expiry` of a rule cannot be inactivity: a wallet lapses as a whole, say it there")
        return nil
    }

    private func boundary(_ reader: MappingReader) -> Expiry.Boundary {
        guard let node = reader.optional("then") else { return .sameDay }
        let words = ["next_month", "next_quarter", "next_year"]
        guard let text = reader.text("then", of: node) else { return .sameDay }
        switch text {
        case "next_month": return .nextMonth
        case "next_quarter": return .nextQuarter
        case "next_year": return .nextYear
        default:
            if let date = CivilDate("2000-" + text) { return .next(month: date.month, day: date.day) }
            let hint = Spelling.hint(for: text, among: words)
            faults.add(
                at: node.place,
                "`then` must be next_month, next_quarter, next_year or a day such as \"09-30\", not `\(text)`\(hint)")
            return .sameDay
        }
    }

    /// nil where nothing is said, or something wrong.
    func maturity(_ reader: MappingReader) -> Maturity? {
        let days = reader.whole("matures_after_days", in: 0...3650)
        let activity = reader.text("matures_on")
        if reader.optional("matures_after_days") != nil, reader.optional("matures_on") != nil {
            faults.add(
                at: reader.place(of: "matures_on"),
                "`matures_on` does not go with matures_after_days: points become available in one way")
        }
        if let activity { return .activity(activity) }
        return days.map { $0 == 0 ? .immediately : .days(Int($0)) }
    }
}
