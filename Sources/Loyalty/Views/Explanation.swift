/// A language that members read.
public enum Language: String, Hashable, Sendable, CaseIterable {
    case english = "en"
    case german = "de"

    /// From a locale such as `de-AT`; English where it is another or none.
    public init(locale: String?) {
        let primary = locale?.prefix { $0 != "-" && $0 != "_" }.lowercased()
        self = primary.flatMap(Language.init(rawValue:)) ?? .english
    }

    func text(_ english: String, _ german: String) -> String { self == .english ? english : german }

    var decimalPoint: String { text(".", ",") }

    /// A day as that language writes it in a sentence.
    func day(_ date: CivilDate) -> String { text(date.description, "\(date.day).\(date.month).\(date.year)") }
}

extension LedgerEntry {
    /// A sentence that a member understands.
    public func explanation(in language: Language, under programme: Programme) -> String {
        let teller = Teller(language: language, programme: programme)
        let sentence = teller.sentence(for: event, at: at)
        switch kind {
        case .expiryReversal, .revocationReversal, .tierReversal:
            return language.text("No longer so since an earlier event arrived: ", "Durch eine Nachmeldung aufgehoben: ")
                + sentence
        default:
            return sentence
        }
    }
}

/// Tells why points moved.
private struct Teller {
    let language: Language
    let programme: Programme

    func sentence(for event: LoyaltyEvent, at: Instant) -> String {
        switch event {
        case .pointsAccrued(let event): accrual(event.reason)
        case .pointsRevoked(let event): revocation(event)
        case .pointsExpired(let event): expiry(event, at: at)
        case .tierChanged(let event): tier(event)
        case .returnHeld(let event):
            language.text(
                "Return \(event.goods.returnID) waits for its order \(event.goods.order?.id ?? "")",
                "Rückgabe \(event.goods.returnID) wartet auf ihre Bestellung \(event.goods.order?.id ?? "")")
        default: ""
        }
    }

    private func accrual(_ reason: AccrualReason) -> String {
        switch reason {
        case .base(_, let amount, let currency, let rate):
            return language.text(
                "\(self.rate(rate, currency)) on \(money(amount, currency))",
                "\(self.rate(rate, currency)) auf \(money(amount, currency))")
        case .multiplier(_, let amount, let currency, let thousandths):
            let times = decimal(thousandths, digits: 3)
            return language.text(
                "\(times) times the points on \(money(amount, currency))",
                "\(times)-fache Punkte auf \(money(amount, currency))")
        case .activity(let name):
            return language.text("For \(name)", "Für \(name)")
        }
    }

    /// Such as `1 point per 1.00 GBP`.
    private func rate(_ rate: Ratio, _ currency: String) -> String {
        let unit = Currency(currency)?.minorUnits ?? 1
        let thousandths = Int128(rate.numerator) * Int128(unit) * 1000 / Int128(rate.denominator)
        let points = decimal(Int64(clamping: thousandths), digits: 3)
        let one = thousandths == 1000
        return language.text(
            "\(points) \(one ? "point" : "points") per \(money(unit, currency))",
            "\(points) \(one ? "Punkt" : "Punkte") je \(money(unit, currency))")
    }

    private func revocation(_ event: PointsRevoked) -> String {
        let order = event.order.map { language.text(" of order \($0.id)", " der Bestellung \($0.id)") } ?? ""
        let lapsed =
            event.expired > 0
            ? language.text(
                "; \(event.expired) of its points had lapsed already",
                "; \(event.expired) ihrer Punkte waren schon verfallen") : ""
        return language.text("Return \(event.returnID)\(order)", "Rückgabe \(event.returnID)\(order)") + lapsed
    }

    private func expiry(_ event: PointsExpired, at: Instant) -> String {
        guard let since = event.inactiveSince else { return language.text("Points lapsed", "Punkte verfallen") }
        return language.text(
            "Points lapsed: nothing bought since \(language.day(since))",
            "Punkte verfallen: kein Einkauf seit dem \(language.day(since))")
    }

    private func tier(_ event: TierChanged) -> String {
        let version = programme.versions.last { $0.tiers.contains { $0.id == event.to } }
        let name = version?.tiers.first { $0.id == event.to }?.name ?? event.to
        let spend = money(event.spend, programme.currencies.first?.code ?? "")
        let until =
            event.validUntil.map { language.text(", until \(language.day($0))", ", bis \(language.day($0))") } ?? ""
        switch event.reason {
        case .reached:
            return language.text(
                "\(name) reached with \(spend) in \(event.period)\(until)",
                "\(name) erreicht mit \(spend) im Jahr \(event.period)\(until)")
        case .reviewed:
            return language.text(
                "\(name) after review: \(spend) in \(event.period)\(until)",
                "\(name) nach Prüfung: \(spend) im Jahr \(event.period)\(until)")
        }
    }

    private func money(_ minor: Int64, _ code: String) -> String {
        Currency(code)?.text(minor, decimalPoint: language.decimalPoint) ?? "\(minor) \(code)"
    }

    /// `1250` with three digits is `1.25`.
    private func decimal(_ value: Int64, digits: Int) -> String {
        var fraction = String(value % 1000)
        fraction = String(repeating: "0", count: digits - fraction.count) + fraction
        while fraction.last == "0" { fraction.removeLast() }
        return fraction.isEmpty ? "\(value / 1000)" : "\(value / 1000)\(language.decimalPoint)\(fraction)"
    }
}
