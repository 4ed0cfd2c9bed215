import Loyalty
import Testing

@testable import Wire

@Suite("Shopify's messages")
struct ShopifyReaderTests {
    @Test(
        "an order is read exactly: large ids, decimals, discounts on lines and on the order, gift card, tax, shipping")
    func order() throws {
        let order = try #require(try Payloads.shopify("orders-paid").order)
        #expect(order.id == "9007199254740993")
        #expect(order.soldAt == Instant(micros: 1_770_714_000_000_000))
        #expect(order.customer?.externalID == "9007199254740995" && order.customer?.email == "ada@example.com")
        #expect(order.customer?.hasAccount == true)
        let shown = order.lines.map { "\($0.line.sku) \($0.line.quantity) \($0.amount) \($0.line.categories)" }
        #expect(
            shown == [
                #"TEA-1 2 2333 []"#, #"CUP-9 1 1867 []"#, #"9007199254741022 1 5000 ["gift_card"]"#,
                #"shipping 495 495 ["shipping"]"#, #"tax 387 387 ["tax"]"#,
            ])
        #expect(order.lines.reduce(0) { $0 + $1.amount } == 10_082)
    }

    @Test("tax within prices is taken out of them and stands apart; the sum is what was paid")
    func taxIncluded() throws {
        let order = try #require(try Payloads.shopify("orders-paid-tax-included").order)
        #expect(order.pricesIncludeTax)
        #expect(order.lines.map(\.amount) == [3000, 416, 649])
        #expect(order.lines.reduce(0) { $0 + $1.amount } == 4065)
    }

    @Test("test orders, other topics and currencies of no country mean nothing")
    func ignored() throws {
        #expect(try Payloads.shopify("orders-paid-test").reason == "test")
        #expect(try Payloads.shopify("orders-paid", topic: "carts/update").reason == "topic")
        for topic in ["shop/redact", "customers/data_request"] {
            #expect(try ShopifyReader.read(Array("{}".utf8), topic: topic).reason == "topic")
        }
        let body = #"{"id":1,"currency":"XBT","created_at":"2026-01-01T00:00:00Z"}"#
        #expect(try ShopifyReader.read(Array(body.utf8), topic: "orders/paid").reason == "currency")
    }

    @Test("what is missing is named, all at once")
    func faults() throws {
        let body = #"{"id":"","currency":"USD","line_items":[{"id":1,"price":"1.50","quantity":1}],"refunds":{}}"#
        let error = #expect(throws: BodyError.self) { try ShopifyReader.read(Array(body.utf8), topic: "orders/paid") }
        guard case .invalid(let faults)? = error else { return #expect(Bool(false)) }
        #expect(Set(faults.map(\.pointer)) == ["/id", "/created_at"])
        #expect(throws: BodyError.self) { try ShopifyReader.read(Array("[]".utf8), topic: "orders/paid") }
        // What would be passed over must be a message all the same.
        #expect(throws: BodyError.self) { try ShopifyReader.read([0], topic: "products/update") }
        #expect(throws: BodyError.self) { try ShopifyReader.read([0], topic: "orders/paid", isTest: true) }
        #expect(throws: BodyError.self) { try WooCommerceReader.read([0], topic: "product.updated", shop: "shop") }
        #expect(throws: BodyError.self) { try ShopifyReader.read(Array("{".utf8), topic: "refunds/create") }
    }

    @Test("customers are read for enrolment and for redaction")
    func customers() throws {
        guard case .customer(let customer) = try Payloads.shopify("customers-create", topic: "customers/create") else {
            return #expect(Bool(false))
        }
        #expect(customer.externalID == "9007199254740995" && customer.name == "Ada Lovelace")
        #expect(customer.marketing == true && !customer.hasAccount)
        guard case .redact(let gone) = try Payloads.shopify("customers-redact", topic: "customers/redact") else {
            return #expect(Bool(false))
        }
        #expect(gone.references.map(\.value) == ["9007199254740995", "ada@example.com"])
    }

    @Test("nothing that comes in traps", arguments: 0..<200)
    func hostile(seed: Int) throws {
        var random = Seeded(UInt64(seed))
        var bytes = try Payloads.bytes("shopify/\(random.chance(50) ? "orders-updated" : "refund-goods")")
        for _ in 0..<Int.random(in: 1...6, using: &random) {
            let index = Int.random(in: bytes.indices, using: &random)
            bytes[index] = random.chance(50) ? UInt8(ascii: "9") : UInt8.random(in: 32...126, using: &random)
        }
        for topic in ["orders/paid", "orders/updated", "refunds/create", "customers/create"] {
            guard let message = try? ShopifyReader.read(bytes, topic: topic) else { continue }
            var book = OrderBook(source: "shopify:x", id: "1")
            message.apply(to: &book)
            #expect(try OrderBookCodec.decode(OrderBookCodec.encode(book)) == book)
        }
    }
}
