import Testing

@testable import Loyalty

@Suite("What members are told")
struct TellerTests {
    private func teller(_ language: Language) -> Teller { Teller(language: language, programme: Programme.flat) }

    @Test(
        "has as many digits behind the point as say something",
        arguments: [
            (0, "0"), (1, "0.001"), (50, "0.05"), (1000, "1"), (1005, "1.005"), (1050, "1.05"), (1250, "1.25"),
            (1500, "1.5"),
            (120_000, "120"), (-1250, "-1.25"), (.max, "9223372036854775.807"),
        ] as [(Int64, String)])
    func decimals(thousandths: Int64, text: String) { #expect(teller(.english).decimal(thousandths) == text) }

    @Test("is in the language that they read")
    func languages() {
        let rate = Ratio(5, 400)
        #expect(teller(.english).rate(rate, "GBP") == "1.25 points per 1.00 GBP")
        #expect(teller(.german).rate(rate, "GBP") == "1,25 Punkte je 1,00 GBP")
        #expect(teller(.german).rate(Ratio(1, 100), "EUR") == "1 Punkt je 1,00 EUR")
        #expect(teller(.english).rate(Ratio(1, 1), "JPY") == "1 point per 1 JPY")
    }
}
