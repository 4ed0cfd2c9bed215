/// An amount of money as a shop writes it: a decimal text such as `41.94`, kept exactly. No floating point comes near it.
public struct ShopDecimal: Hashable, Sendable {
    /// All its digits as one whole number, with the sign.
    let digits: Int64
    /// How many of them stand behind the point.
    let scale: Int

    static let zero = ShopDecimal(digits: 0, scale: 0)
    /// Beyond it no order is believed: 10^15 of the smallest unit there is.
    private static let largest: Int64 = 1_000_000_000_000_000
    private static let mostDecimals = 12

    init(digits: Int64, scale: Int) { (self.digits, self.scale) = (digits, scale) }

    /// nil for anything but a sign, digits and at most one point; and for more than ``largest``.
    init?(_ text: String) {
        var (value, scale, seen, isNegative) = (Int64(0), 0, false, false)
        var isFraction = false
        for (place, byte) in text.utf8.enumerated() {
            switch byte {
            case UInt8(ascii: "-") where place == 0: isNegative = true
            case UInt8(ascii: ".") where seen && !isFraction: isFraction = true
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                seen = true
                // Decimals beyond what any currency has are dropped: no shop means them.
                if isFraction, scale == Self.mostDecimals { continue }
                let (grown, overflow) = value.multipliedReportingOverflow(by: 10)
                let (next, overflowAgain) = grown.addingReportingOverflow(Int64(byte - UInt8(ascii: "0")))
                guard !overflow, !overflowAgain else { return nil }
                value = next
                scale += isFraction ? 1 : 0
            default: return nil
            }
        }
        guard seen else { return nil }
        guard value / Self.power(scale) <= Self.largest else { return nil }
        self = ShopDecimal(digits: isNegative ? -value : value, scale: scale).shortest
    }

    /// Minor units of a currency with so many digits; what is finer is rounded, halves away from zero. nil where it is more
    /// than an order can come to.
    func minorUnits(digits places: Int) -> Int64? {
        let minor: Int64
        if scale <= places {
            let (grown, overflow) = digits.multipliedReportingOverflow(by: Self.power(places - scale))
            if overflow { return nil }
            minor = grown
        } else {
            let unit = Self.power(scale - places)
            let (quotient, remainder) = digits.quotientAndRemainder(dividingBy: unit)
            let isUp = remainder.magnitude >= UInt64(unit) - remainder.magnitude
            minor = isUp ? quotient + (digits < 0 ? -1 : 1) : quotient
        }
        return minor.magnitude <= UInt64(Self.largest) ? minor : nil
    }

    /// Without zeros at the end of its fraction: equal sums are equal values.
    var shortest: ShopDecimal {
        var (digits, scale) = (digits, scale)
        while scale > 0, digits.isMultiple(of: 10) { (digits, scale) = (digits / 10, scale - 1) }
        return ShopDecimal(digits: digits, scale: scale)
    }

    /// As it is written: `-5`, `41.94`.
    var text: String {
        guard scale > 0 else { return String(digits) }
        let unit = UInt64(Self.power(scale))
        let fraction = String(digits.magnitude % unit)
        let zeros = String(repeating: "0", count: scale - fraction.count)
        return "\(digits < 0 ? "-" : "")\(digits.magnitude / unit).\(zeros)\(fraction)"
    }

    var isZero: Bool { digits == 0 }
    var magnitude: ShopDecimal { ShopDecimal(digits: Int64(clamping: digits.magnitude), scale: scale) }

    private static func power(_ exponent: Int) -> Int64 { (0..<exponent).reduce(1) { value, _ in value * 10 } }
}
