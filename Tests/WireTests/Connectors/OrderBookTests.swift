import Loyalty
import Testing

@testable import Wire

@Suite("the book of an order")
struct OrderBookTests {
    private static let shopify = ["orders-paid", "refund-goods", "refund-money", "orders-updated"]
    private static let woo = [
        "order-created", "order-updated-refund-1", "order-updated-refund-2", "order-updated-completed",
    ]

    private static func message(_ name: String) throws -> ShopMessage {
        switch name {
        case let name where name.hasPrefix("refund-"): try Payloads.shopify(name, topic: "refunds/create")
        case let name where name.hasPrefix("orders-updated"): try Payloads.shopify(name, topic: "orders/updated")
        case let name where name.hasPrefix("orders-"): try Payloads.shopify(name)
        default: try Payloads.woo(name)
        }
    }

    /// What an outbox says, whatever its order and times: each event by its id with what it moves.
    private static func told(_ book: OrderBook) -> Set<String> {
        Set(
            book.outbox.map { event in
                switch event.command {
                case .purchase(let purchase): "\(event.id) \(purchase.lines.map { $0.amount ?? 0 })"
                case .purchaseReturn(let goods): "\(event.id) \(goods.goods.amount)"
                default: "?"
                }
            })
    }

    private static func net(_ book: OrderBook) -> Int64 {
        book.outbox.reduce(0) { sum, event in
            switch event.command {
            case .purchase(let purchase): sum + purchase.lines.reduce(0) { $0 + ($1.amount ?? 0) }
            case .purchaseReturn(let goods): sum - goods.goods.amount
            default: sum
            }
        }
    }

    @Test("says the same in all 24 orders of delivery, with every message up to nine times", arguments: [shopify, woo])
    func orders(names: [String]) throws {
        var told: Set<Set<String>> = []
        for order in permutations(names) {
            var book = OrderBook(source: "shop", id: "1")
            for (place, name) in order.enumerated() {
                let message = try Self.message(name)
                for _ in 0...(place * 4 % 9) { message.apply(to: &book) }
                // A repeat of anything that came before.
                try Self.message(order[0]).apply(to: &book)
                book = try OrderBookCodec.decode(OrderBookCodec.encode(book))
            }
            told.insert(Self.told(book))
        }
        #expect(told.count == 1, "\(told)")
        #expect(told.first?.count == 3)
    }

    @Test("a refund whose lines come to 0.00 takes the money that was paid out")
    func moneyAlone() throws {
        var book = OrderBook(source: "shop", id: "1")
        #expect(try Self.message("refund-4194").apply(to: &book) == .waiting)
        #expect(try Self.message("orders-paid-4194").apply(to: &book) == .recorded)
        #expect(book.outbox.count == 2 && Self.net(book) == 0)
    }

    @Test("goods come back with their tax, and goodwill beyond them as money")
    func goods() throws {
        var book = OrderBook(source: "shop", id: "1")
        try Self.message("orders-paid").apply(to: &book)
        try Self.message("refund-goods").apply(to: &book)
        guard case .purchaseReturn(let back)? = book.outbox.last?.command, case .lines(let lines) = back.goods else {
            return #expect(Bool(false))
        }
        #expect(lines.map { "\($0.sku) \($0.amount ?? 0)" } == ["CUP-9 1867", "tax 155"])
        var generous = ShopRefund(id: "9", at: .distantPast, money: ShopDecimal("20.00"))
        generous.items = [
            ShopRefund.Item(
                lineID: "9007199254741001", quantity: 1, subtotal: try #require(ShopDecimal("11.66")), tax: .zero)
        ]
        #expect(book.take(generous) == .recorded)
        #expect(book.outbox.suffix(2).map(\.id) == ["refund/9", "refund/9/rest"])
        let left: Int64 = 10_082 - 2022 - 2000
        #expect(Self.net(book) == left)
    }

    @Test("never more comes back than was paid")
    func bounded() throws {
        var book = OrderBook(source: "shop", id: "1")
        try Self.message("orders-paid-4194").apply(to: &book)
        for id in ["a", "b"] { _ = book.take(ShopRefund(id: id, at: .distantPast, money: ShopDecimal("30.00"))) }
        #expect(book.take(ShopRefund(id: "c", at: .distantPast, money: ShopDecimal("1.00"))) == .repeated)
        #expect(Self.net(book) == 0)
    }

    @Test("an order that was edited after it was paid ends as if it had been so from the first, in all 24 orders")
    func edited() throws {
        let names = Array(Self.woo.dropFirst()) + ["order-updated-edited"]
        for order in permutations(names) {
            var book = OrderBook(source: "shop", id: "1")
            for name in order { try Self.message(name).apply(to: &book) }
            let paid: Int64 = 10_082 + 2333
            #expect(Self.net(book) == paid - 1500)
            #expect(try #require(try Payloads.woo("order-updated-edited").order).lines == book.lines)
        }
    }

    @Test("an order that was called off comes back whole, refunds or not, in all orders")
    func withdrawn() throws {
        for order in permutations(["order-created", "order-updated-refund-2", "order-updated-cancelled"]) {
            var book = OrderBook(source: "shop", id: "1")
            for name in order { try Self.message(name).apply(to: &book) }
            #expect(Self.net(book) == 0)
            #expect(book.outbox.first?.id == "order/1")
        }
    }

    @Test("an unpaid order waits, and a refused one is never spoken of again")
    func waiting() throws {
        var book = OrderBook(source: "shop", id: "1")
        #expect(try Self.message("order-created-pending").apply(to: &book) == .waiting)
        #expect(book.outbox.isEmpty)
        #expect(try Self.message("order-created").apply(to: &book) == .recorded)
        book.close()
        #expect(try Self.message("order-updated-completed").apply(to: &book) == .repeated)
        #expect(book.outbox.isEmpty)
    }

    @Test("a discount on the whole order is spread without losing or making a cent", arguments: 0..<300)
    func spread(seed: Int) throws {
        var random = Seeded(UInt64(seed))
        var basket = BasketBuilder(currency: try #require(Currency("EUR")))
        for number in 0..<Int.random(in: 1...9, using: &random) {
            let price = Int64.random(in: 0...9_999, using: &random)
            let quantity = Int64.random(in: 1...5, using: &random)
            let line = Line(sku: "\(number)", quantity: quantity, unitPrice: price)
            basket.add("\(number)", line, amount: quantity * price)
        }
        let before = basket.goods
        let discount = Int64.random(in: 0...20_000, using: &random)
        basket.spread(discount: discount)
        let expected = before - min(discount, before)
        #expect(basket.goods == expected)
        #expect(basket.build().allSatisfy { $0.line.amount != nil })
    }
}
