import Testing

@testable import Wire

@Suite("decimal sums of money")
struct ShopDecimalTests {
    @Test(
        "become minor units exactly, for any currency's digits",
        arguments: [
            ("41.94", 2, 4194), ("41.9", 2, 4190), ("42", 2, 4200), ("-5.00", 2, -500), ("0.00", 2, 0),
            ("1250", 0, 1250), ("1250.00", 0, 1250), ("1.234", 3, 1234),
            ("90071992547409.93", 2, 9_007_199_254_740_993),
            ("18.318181", 2, 1832), ("0.005", 2, 1), ("-0.005", 2, -1), ("0.0049", 2, 0), ("0.29", 2, 29),
            ("19.9", 4, 199_000), ("99999.99999999999999999999", 2, 10_000_000),
        ])
    func exact(text: String, digits: Int, minor: Int64) {
        // 90071992547409.93 EUR is more than an order can come to, but not more than 64 bits hold.
        let largest: Int64 = 1_000_000_000_000_000
        #expect(ShopDecimal(text)?.minorUnits(digits: digits) == (minor <= largest ? minor : nil))
    }

    @Test(
        "are refused where they are none",
        arguments: ["", "-", ".5", "1e3", "1,50", "1.2.3", " 1", "NaN", "99999999999999999999", "+1", "0x10"])
    func refused(text: String) { #expect(ShopDecimal(text) == nil) }

    @Test("add up whatever their digits, and are written as they are read")
    func sums() throws {
        let terms = try ["1.5", "0.25", "-0.005"].map { try #require(ShopDecimal($0)) }
        #expect(ShopDecimal.sum(terms).text == "1.745")
        for text in ["0", "-5", "41.94", "-0.05", "1000000"] { #expect(ShopDecimal(text)?.text == text) }
    }
}
