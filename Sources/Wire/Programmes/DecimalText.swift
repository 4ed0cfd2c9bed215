/// Decimal numbers without floating point.
enum DecimalText {
    /// `12.5` with 3 digits is 12500; nil for anything else than digits with at most so many behind a point, and for
    /// what leaves 64 bits.
    static func scaled(_ text: String, digits: Int) -> Int64? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), parts.allSatisfy({ !$0.isEmpty }) else { return nil }
        let fraction = parts.count == 2 ? parts[1] : ""
        guard fraction.utf8.count <= digits else { return nil }
        var value: Int64 = 0
        let zeros = String(repeating: "0", count: digits - fraction.utf8.count)
        for byte in (parts[0] + fraction + zeros).utf8 {
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
            let (tens, tooLarge) = value.multipliedReportingOverflow(by: 10)
            let (sum, tooLargeNow) = tens.addingReportingOverflow(Int64(byte & 0x0F))
            if tooLarge || tooLargeNow { return nil }
            value = sum
        }
        return value
    }
}
