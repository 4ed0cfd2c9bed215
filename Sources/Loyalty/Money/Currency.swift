/// A currency of ISO 4217 with its number of minor digits.
public struct Currency: Hashable, Sendable {
    /// Three capital letters, such as `EUR`.
    public let code: String
    /// Digits behind the point: 2 for EUR, 0 for JPY, 3 for KWD.
    public let digits: Int

    /// nil for a code that ISO 4217 does not list as money.
    public init?(_ code: String) {
        guard let digits = Currency.digitsByCode[code] else { return nil }
        (self.code, self.digits) = (code, digits)
    }

    /// Minor units in one unit: 100 for EUR.
    public var minorUnits: Int64 { (0..<digits).reduce(1) { value, _ in value * 10 } }

    /// Such as `139.12 GBP`.
    public func text(_ minor: Int64, decimalPoint: String = ".") -> String {
        guard digits > 0 else { return "\(minor) \(code)" }
        let unit = UInt64(minorUnits)
        // The unit in front keeps the zeros.
        let fraction = String(unit + minor.magnitude % unit).dropFirst()
        return "\(minor < 0 ? "-" : "")\(minor.magnitude / unit)\(decimalPoint)\(fraction) \(code)"
    }

    private static let digitsByCode: [String: Int] = {
        var table: [String: Int] = [:]
        for (digits, codes) in listed {
            for code in codes.split(whereSeparator: \.isWhitespace) { table[String(code)] = digits }
        }
        return table
    }()

    /// The active codes of ISO 4217:2015 with its amendments, by minor digits.
    private static let listed: [(Int, String)] = [
        (0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"),
        (3, "BHD IQD JOD KWD LYD OMR TND"),
        (4, "CLF UYW"),
        (
            2,
            """
            AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD
            CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD
            GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA
            MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR
            RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD
            TZS UAH USD USN UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG
            """
        ),
    ]
}
