extension JSONParser {
    /// Reads `-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?`; whole numbers that fit become integers.
    mutating func number() throws(JSONSyntaxError) {
        let start = at
        let isNegative = take(UInt8(ascii: "-"))
        guard let digits = integerDigits() else { throw unexpected("a digit") }
        let mark = at
        if take(UInt8(ascii: ".")) {
            guard skipDigits() else { throw unexpected("a digit after the decimal point") }
        }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            _ = take(UInt8(ascii: "+")) || take(UInt8(ascii: "-"))
            guard skipDigits() else { throw unexpected("a digit in the exponent") }
        }
        if mark == at, let value = integer(digits, isNegative: isNegative) {
            add(.integer, start..<at, number: value)
        } else {
            add(.number, start..<at)
        }
    }

    /// The digits before a decimal point: no zero may lead further digits.
    private mutating func integerDigits() -> Range<Int>? {
        let start = at
        if take(UInt8(ascii: "0")) { return start..<at }
        return skipDigits() ? start..<at : nil
    }

    private mutating func skipDigits() -> Bool {
        let start = at
        while at < bytes.count, bytes[at] >= UInt8(ascii: "0"), bytes[at] <= UInt8(ascii: "9") { at += 1 }
        return at > start
    }

    /// Counts downwards, because the smallest integer has no positive twin.
    private func integer(_ digits: Range<Int>, isNegative: Bool) -> Int64? {
        var value: Int64 = 0
        for index in digits {
            let (tens, tooLarge) = value.multipliedReportingOverflow(by: 10)
            let (sum, tooLargeNow) = tens.subtractingReportingOverflow(Int64(bytes[index] & 0x0F))
            if tooLarge || tooLargeNow { return nil }
            value = sum
        }
        if isNegative { return value }
        return value == .min ? nil : -value
    }
}
