import Foundation
import Loyalty
import LoyaltyService
import Wire

/// Messages of the two shops, as in Tests/Payloads.
enum Shops {
    static let shopify = "shopify:teehaus.myshopify.com"
    static let woo = "woocommerce:tee.example"

    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Payloads")

    /// A message by its file, such as `shopify/orders-paid`; the topic follows from the name.
    static func message(_ name: String) throws -> ShopMessage {
        let body = Array(try Data(contentsOf: folder.appending(path: name + ".json")))
        if name.hasPrefix("woocommerce/") {
            let topic = name.contains("customer") ? "customer.created" : "order.updated"
            return try WooCommerceReader.read(body, topic: topic, shop: "tee.example")
        }
        let topics = [
            "refund": "refunds/create", "orders-updated": "orders/updated", "orders-paid": "orders/paid",
            "customers-create": "customers/create", "customers-redact": "customers/redact",
        ]
        let topic = topics.first { name.hasPrefix("shopify/\($0.key)") }?.value
        return try ShopifyReader.read(body, topic: topic ?? "none")
    }
}

extension Shop {
    /// Delivers a message to one of the servers.
    @discardableResult
    func deliver(_ name: String, to server: Int = 0) async throws -> ConnectorAnswer {
        let source = name.hasPrefix("woo") ? Shops.woo : Shops.shopify
        return try await services[server].receive(try Shops.message(name), from: source, at: Shop.now)
    }

    /// The ledger of a member, whatever the order in which it was recorded.
    func ledger(of member: UUID, withTimes: Bool) async throws -> [String] {
        let page = try await service.entries(of: member, at: Shop.now, page: PageRequest(limit: 200))
        return page.items.map { view in
            let time = withTimes ? " \(view.entry.at.micros)" : ""
            return "\(view.entry.kind) \(view.entry.points) \(view.entry.order?.id ?? "") \(view.explanation)\(time)"
        }.sorted()
    }
}

/// Every order of a list.
func permutations<Element>(_ elements: [Element]) -> [[Element]] {
    guard elements.count > 1 else { return [elements] }
    return elements.indices.flatMap { index in
        var rest = elements
        let first = rest.remove(at: index)
        return permutations(rest).map { [first] + $0 }
    }
}
