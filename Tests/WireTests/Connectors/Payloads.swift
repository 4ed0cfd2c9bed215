import Foundation
import Loyalty
import Wire

/// Messages as shops send them, made by hand.
enum Payloads {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Payloads")

    static func bytes(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: folder.appending(path: name + ".json")))
    }

    static func shopify(_ name: String, topic: String = "orders/paid") throws -> ShopMessage {
        try ShopifyReader.read(try bytes("shopify/\(name)"), topic: topic)
    }

    static func woo(_ name: String, topic: String = "order.updated") throws -> ShopMessage {
        try WooCommerceReader.read(try bytes("woocommerce/\(name)"), topic: topic, shop: "tee.example")
    }
}

extension ShopMessage {
    var order: ShopOrder? { if case .order(let order) = self { order } else { nil } }

    /// What was ignored, and why.
    var reason: String? { if case .ignored(let reason) = self { reason } else { nil } }

    /// Takes the message into a book.
    @discardableResult
    func apply(to book: inout OrderBook) -> OrderBook.Effect? {
        switch self {
        case .order(let order): book.take(order)
        case .refund(let refund, _): book.take(refund)
        default: nil
        }
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
