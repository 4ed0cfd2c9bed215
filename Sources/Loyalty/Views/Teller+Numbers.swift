extension Teller {
    /// Such as `1 point per 1.00 GBP`.
    func rate(_ rate: Ratio, _ currency: String) -> String {
        let unit = Currency(currency)?.minorUnits ?? 1
        let thousandths = Int128(rate.numerator) * Int128(unit) * 1000 / Int128(rate.denominator)
        let points = decimal(Int64(clamping: thousandths))
        let one = thousandths == 1000
        return say(
            "\(points) \(one ? "point" : "points") per \(money(unit, currency))",
            "\(points) \(one ? "Punkt" : "Punkte") je \(money(unit, currency))")
    }

    func money(_ minor: Int64, _ code: String) -> String {
        Currency(code)?.text(minor, decimalPoint: language.decimalPoint) ?? "\(minor) \(code)"
    }

    /// Thousandths: 1250 is `1.25`.
    func decimal(_ value: Int64) -> String {
        let (whole, sign) = (value.magnitude / 1000, value < 0 ? "-" : "")
        var (unit, rest) = (UInt64(1000), value.magnitude % 1000)
        while unit > 1, rest % 10 == 0 { (unit, rest) = (unit / 10, rest / 10) }
        guard unit > 1 else { return "\(sign)\(whole)" }
        // The unit in front keeps the zeros.
        return "\(sign)\(whole)\(language.decimalPoint)\(String(unit + rest).dropFirst())"
    }
}
