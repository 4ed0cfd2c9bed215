extension JSONParser {
    /// Reads `-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?`; whole numbers that fit become integers.
    mutating func number() throws(JSONSyntaxError) {
        let start = at
        let isNegative = take(UInt8(ascii: "-"))
        let value = try integerDigits(isNegative: isNegative)
        let mark = at
        if take(UInt8(ascii: ".")) {
            guard skipDigits() else { throw unexpected("a digit after the decimal point") }
        }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            _ = take(UInt8(ascii: "+")) || take(UInt8(ascii: "-"))
            guard skipDigits() else { throw unexpected("a digit in the exponent") }
        }
        if mark == at, let value {
            add(.integer, start..<at, number: value)
        } else {
            add(.number, start..<at)
        }
    }

    /// The digits before a decimal point, as a number where that fits: no zero may lead further digits.
    ///
    /// Counts downwards, because the smallest integer has no positive twin.
    private mutating func integerDigits(isNegative: Bool) throws(JSONSyntaxError) -> Int64? {
        if take(UInt8(ascii: "0")) { return 0 }
        let start = at
        var value: Int64 = 0
        var fits = true
        while at < bytes.count, bytes[at] >= UInt8(ascii: "0"), bytes[at] <= UInt8(ascii: "9") {
            let (tens, tooLarge) = value.multipliedReportingOverflow(by: 10)
            let (sum, tooLargeNow) = tens.subtractingReportingOverflow(Int64(bytes[at] & 0x0F))
            if tooLarge || tooLargeNow { fits = false }
            value = sum
            at += 1
        }
        guard at > start else { throw unexpected("a digit") }
        if !fits || (!isNegative && value == .min) { return nil }
        return isNegative ? value : -value
    }

    private mutating func skipDigits() -> Bool {
        let start = at
        while at < bytes.count, bytes[at] >= UInt8(ascii: "0"), bytes[at] <= UInt8(ascii: "9") { at += 1 }
        return at > start
    }
}
