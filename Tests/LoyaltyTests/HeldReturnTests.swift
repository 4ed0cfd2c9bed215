import Testing

@testable import Loyalty

@Suite("A return that arrives before its sale")
struct HeldReturnTests {
    @Test("is held, changes nothing, and is applied when the sale comes")
    func held() throws {
        var till = Till()
        try till.buys(10_00, on: "2025-03-01")
        let before = till.state
        let held = try till.deliver(.goodsBack(.amount(30_00), of: "A", id: "r"), at: .on("2025-03-10"))
        #expect(held.outcome.change == 0)
        #expect(held.outcome.available == 10)
        #expect(till.state == before)
        #expect(try till.buys(100_00, on: "2025-03-05", order: "A").change == 100)
        #expect(till.state.points.available == 80)
        #expect(till.state.latest == .on("2025-03-10"))
        #expect(rejection { try till.returns(.amount(70_01), of: "A", on: "2025-03-11") } == .returnExceedsSale)
    }

    @Test("takes no more than was sold")
    func capped() throws {
        var till = Till()
        try till.returns(.amount(90_00), of: "A", on: "2025-03-10")
        try till.returns(.lines([.article(60_00, quantity: 5)]), of: "A", on: "2025-03-11")
        try till.buys(60_00, on: "2025-03-05", order: "A")
        #expect(till.state.points.available == 0)
        #expect(till.state.spend(in: 2025) == 0)
    }

    @Test("of several each is applied in its own time, also when the sale is late")
    func severalLate() throws {
        var till = Till()
        try till.returns(.amount(20_00), of: "A", on: "2024-06-10")
        try till.returns(.amount(10_00), of: "A", on: "2023-06-10")
        try till.buys(5_00, on: "2025-01-01")
        try till.buys(100_00, on: "2023-03-01", order: "A")
        // 10 were taken before the rest lapsed on 2024-03-01, and the later 20 take nothing more.
        #expect(till.state.points.available == 5)
        #expect(till.state.points.expired == 70)
        #expect(try till.programme.state(of: till.log, asOf: till.state.latest) == till.state)
    }

    @Test("in a currency that the sale was not paid in waits on and does not stop the sale")
    func otherCurrency() throws {
        var till = Till()
        try till.deliver(.goodsBack(.amount(10_00), of: "A", id: "r", currency: "CAD"), at: .on("2025-03-10"))
        #expect(try till.buys(60_00, on: "2025-03-05", order: "A").change == 60)
        #expect(till.state.points.available == 60)
    }

    @Test("in a currency that the programme does not accept is refused")
    func unknownCurrency() throws {
        var till = Till()
        let command = Command.goodsBack(.amount(10_00), of: "A", id: "r", currency: "EUR")
        #expect(rejection { try till.deliver(command, at: .on("2025-03-10")) } == .currencyNotAccepted)
    }

    @Test("with lines that no shop can have sold is refused")
    func impossible() throws {
        var till = Till()
        let goods = PurchaseReturn.Goods.lines([.article(.max, quantity: 2)])
        #expect(rejection { try till.returns(goods, of: "A", on: "2025-03-10") } == .amountTooLarge)
    }
}
