import Testing

@testable import Loyalty

@Suite("Returns")
struct ReturnTests {
    @Test("takes what the order earned before less what the rest of it earns")
    func rounding() throws {
        var till = Till()
        #expect(try till.buys([.article(99, quantity: 3)], at: .on("2025-03-01"), order: "A").change == 2)
        #expect(try till.returns(.lines([.article(99)]), of: "A", on: "2025-03-02").change == -1)
        #expect(try till.returns(.lines([.article(99)]), of: "A", on: "2025-03-03").change == -1)
        #expect(try till.returns(.lines([.article(99)]), of: "A", on: "2025-03-04").change == 0)
        #expect(till.state.spend(in: 2025) == 0)
    }

    @Test("is judged by the version and tier of the sale")
    func saleVersion() throws {
        var till = Till()
        try till.buys(1_000_00, on: "2019-06-01")
        try till.buys(80_00, on: "2020-05-01", order: "A")
        #expect(try till.returns(.amount(80_00), of: "A", on: "2020-06-10").change == -120)
    }

    @Test("takes the points of a multiplier back as well")
    func multiplied() throws {
        var till = Till()
        let lines: [Line] = [.article(10_00, sku: "a", categories: ["skincare"]), .article(5_00, sku: "b")]
        #expect(try till.buys(lines, at: .on("2025-03-01"), order: "A").change == 45)
        #expect(try till.returns(.lines([lines[0]]), of: "A", on: "2025-03-02").change == -40)
    }

    @Test("of more than was sold is refused and changes nothing")
    func exceeds() throws {
        var till = Till()
        try till.buys([.article(10_00, quantity: 2)], at: .on("2025-03-01"), order: "A")
        let before = till.state
        for goods: PurchaseReturn.Goods in [
            .lines([.article(10_00, quantity: 3)]), .amount(20_01), .lines([.article(10_00, sku: "other")]),
            .lines([.article(10_01)]), .lines([.article(10_00, quantity: 2), .article(10_00)]),
        ] {
            #expect(rejection { try till.returns(goods, of: "A", on: "2025-03-02") } == .returnExceedsSale)
        }
        #expect(till.state == before)
        try till.returns(.lines([.article(10_00)]), of: "A", on: "2025-03-02")
        #expect(rejection { try till.returns(.amount(10_01), of: "A", on: "2025-03-03") } == .returnExceedsSale)
        try till.returns(.amount(10_00), of: "A", on: "2025-03-03")
        #expect(till.state.points.available == 0)
    }

    @Test("without the discount of the sale takes no more than was paid")
    func missingDiscount() throws {
        var till = Till()
        try till.buys([.article(10_00, quantity: 2, discount: 5_00)], at: .on("2025-03-01"), order: "A")
        #expect(try till.returns(.lines([.article(10_00, quantity: 2)]), of: "A", on: "2025-03-02").change == -15)
    }

    @Test("at a lower price leaves the rest of the money with the order")
    func lowerPrice() throws {
        var till = Till()
        try till.buys(10_00, on: "2025-03-01", order: "A")
        #expect(try till.returns(.lines([.article(6_00)]), of: "A", on: "2025-03-02").change == -6)
        #expect(till.state.spend(in: 2025) == 4_00)
    }

    @Test("of money alone comes off what earned first")
    func amountFirstOffEarning() throws {
        var till = Till()
        let lines: [Line] = [.article(30_00, sku: "card", categories: ["gift_card"]), .article(10_00)]
        try till.buys(lines, at: .on("2025-03-01"), order: "A")
        #expect(try till.returns(.amount(10_00), of: "A", on: "2025-03-02").change == -10)
        #expect(try till.returns(.amount(30_00), of: "A", on: "2025-03-03").change == 0)
    }

    @Test("in another currency than the sale is refused")
    func otherCurrency() throws {
        var till = Till()
        try till.buys(10_00, on: "2025-03-01", order: "A")
        let command = Command.goodsBack(.amount(1_00), of: "A", id: "r", currency: "CAD")
        #expect(rejection { try till.deliver(command, at: .on("2025-03-02")) } == .currencyDiffers)
    }

    @Test("without a receipt takes what a sale would earn at its own time and tier")
    func withoutReceipt() throws {
        var till = Till()
        try till.buys(400_00, on: "2019-03-01")
        #expect(try till.returns(.amount(79_99), of: nil, on: "2019-03-02").change == -99)
        #expect(till.state.spend(in: 2019) == 320_01)
        #expect(
            rejection {
                try till.deliver(.goodsBack(.amount(1), of: nil, id: "r", currency: "EUR"), at: .on("2019-03-03"))
            } == .currencyNotAccepted)
    }

    @Test("takes nothing more for points that have lapsed, the rest becomes debt")
    func afterExpiry() throws {
        var till = Till()
        try till.buys(100_00, on: "2025-03-01", order: "A")
        try till.returns(.amount(30_00), of: nil, on: "2025-03-02")
        try till.buys(50_00, on: "2026-06-01")
        #expect(try till.returns(.amount(100_00), of: "A", on: "2026-06-02").change == -30)
        #expect(till.state.points.available == 20)
        #expect(till.state.points.expired == 0)
    }

    @Test("of points that had been taken by then does not count those that lapsed earlier")
    func emptiedLot() throws {
        var till = Till()
        try till.buys(50_00, on: "2023-01-10")
        try till.buys(30_00, on: "2024-06-01", order: "A")
        try till.returns(.amount(30_00), of: nil, on: "2024-06-02")
        try till.buys(20_00, on: "2025-07-01")
        #expect(try till.returns(.amount(30_00), of: "A", on: "2025-07-02").available == -10)
    }

    @Test("debt is paid by what is earned next")
    func debtPaid() throws {
        var till = Till()
        try till.returns(.amount(30_00), of: nil, on: "2025-03-02")
        let outcome = try till.buys(50_00, on: "2025-03-03")
        #expect(outcome.change == 50)
        #expect(outcome.available == 20)
        #expect(till.state.points.debt == 0)
    }

    @Test("a second sale of the same order is refused")
    func orderExists() throws {
        var till = Till()
        try till.buys(10_00, on: "2025-03-01", order: "A")
        #expect(rejection { try till.buys(10_00, on: "2025-03-02", order: "A") } == .orderExists)
        #expect(rejection { try till.buys(10_00, on: "2025-02-02", order: "A") } == .orderExists)
    }

    @Test("dated before its sale counts from the sale on")
    func beforeSaleByTime() throws {
        var till = Till()
        try till.buys(10_00, on: "2025-03-01", order: "A")
        let decision = try till.deliver(.goodsBack(.amount(10_00), of: "A", id: "r"), at: .on("2025-02-01"))
        #expect(decision.events[decision.primary].at == .on("2025-03-01"))
        #expect(till.state.points.available == 0)
    }
}
