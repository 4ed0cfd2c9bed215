import Testing

@testable import Loyalty

@Suite("Currencies")
struct CurrencyTests {
    @Test(
        "have the minor digits of ISO 4217",
        arguments: [
            ("EUR", 2), ("USD", 2), ("GBP", 2), ("JPY", 0), ("KRW", 0), ("VND", 0), ("ISK", 0), ("UGX", 0), ("CLP", 0),
            ("KWD", 3), ("TND", 3), ("OMR", 3), ("CLF", 4), ("UYW", 4), ("MYR", 2), ("HUF", 2), ("MGA", 2), ("XCG", 2),
        ])
    func digits(_ code: String, _ digits: Int) {
        #expect(Currency(code)?.digits == digits)
    }

    @Test("that are none are refused", arguments: ["", "eur", "EURO", "XXX", "XAU", "XTS", "AAA", "€"])
    func unknown(_ code: String) {
        #expect(Currency(code) == nil)
    }

    @Test(
        "write amounts with their own digits",
        arguments: [
            ("GBP", 139_12, "139.12 GBP"), ("GBP", 5, "0.05 GBP"), ("GBP", -5, "-0.05 GBP"), ("JPY", 100, "100 JPY"),
            ("KWD", 1_005, "1.005 KWD"), ("EUR", .min, "-92233720368547758.08 EUR"),
        ] as [(String, Int64, String)])
    func text(_ code: String, _ minor: Int64, _ text: String) {
        #expect(Currency(code)?.text(minor) == text)
    }

    @Test("write a comma where it is asked for")
    func comma() {
        #expect(Currency("EUR")?.text(1_50, decimalPoint: ",") == "1,50 EUR")
    }
}
