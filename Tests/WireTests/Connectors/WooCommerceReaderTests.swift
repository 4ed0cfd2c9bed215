import Loyalty
import Testing

@testable import Wire

@Suite("WooCommerce's messages")
struct WooCommerceReaderTests {
    @Test("an order is read from its totals, never from the binary fraction `price`")
    func order() throws {
        let order = try #require(try Payloads.woo("order-created").order)
        #expect(order.id == "7001" && order.soldAt == Instant(micros: 1_770_717_604_000_000))
        #expect(order.customer?.externalID == "woocommerce:tee.example/26" && order.customer?.hasAccount == true)
        let shown = order.lines.map { "\($0.line.sku) \($0.line.quantity) \($0.amount) \($0.line.categories)" }
        #expect(
            shown == [
                #"TEA-1 2 2333 []"#, #"CUP-9 1 1867 []"#, #"1203 1 5000 ["gift_card"]"#,
                #"shipping 495 495 ["shipping"]"#, #"tax 387 387 ["tax"]"#,
            ])
    }

    @Test("a fee below zero is a discount on the goods, one above stands apart")
    func fees() throws {
        let order = try #require(try Payloads.woo("order-created-fees").order)
        #expect(order.lines.map(\.amount) == [2166, 1734, 5000, 495, 387, 150])
        #expect(order.lines.last?.line.categories == ["fee"])
    }

    @Test("an order that is not paid is no sale yet; one that was called off was one")
    func states() throws {
        let pending = try #require(try Payloads.woo("order-created-pending").order)
        #expect(pending.soldAt == nil && pending.withdrawnAt == nil)
        let cancelled = try #require(try Payloads.woo("order-updated-cancelled").order)
        #expect(cancelled.soldAt != nil && cancelled.withdrawnAt == cancelled.modified)
    }

    @Test("a guest has no account, other topics mean nothing")
    func others() throws {
        let guest = try #require(try Payloads.woo("order-created-guest").order?.customer)
        #expect(guest.externalID == nil && !guest.hasAccount && guest.email == "guest@example.com")
        #expect(try Payloads.woo("order-created", topic: "product.updated").reason == "topic")
        guard case .customer(let account) = try Payloads.woo("customer-created", topic: "customer.created") else {
            return #expect(Bool(false))
        }
        #expect(account.externalID == "woocommerce:tee.example/26" && account.name == "Ada Lovelace")
    }
}
