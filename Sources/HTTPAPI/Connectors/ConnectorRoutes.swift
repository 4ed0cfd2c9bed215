import Foundation
import HTTPTypes
import Hummingbird
import Loyalty
import LoyaltyService
import Wire

/// `/v1/connectors`: webhooks of Shopify and WooCommerce. Open without a key: each message is signed.
///
/// A shop takes anything but 2xx for a failure, tries again, and after some failures stops sending altogether. So what
/// would be refused again is answered with 200 and a word about it; only what is worth another try is not.
struct ConnectorRoutes<API: LoyaltyAPI>: Sendable {
    private let api: API
    private let limit: BodyReader.Limit
    private let largeBodies: LargeBodies
    private let shopify: ShopSignature
    private let wooCommerce: ShopSignature

    init(api: API, configuration: HTTPConfiguration) {
        self.api = api
        limit = BodyReader.Limit(bytes: configuration.batchLimit, what: "A webhook")
        largeBodies = LargeBodies(threshold: configuration.eventLimit, limit: configuration.largeBodyCountLimit)
        shopify = ShopSignature(header: Header.shopifySignature, secrets: configuration.connectors.shopify)
        wooCommerce = ShopSignature(header: Header.wooSignature, secrets: configuration.connectors.wooCommerce)
    }

    func add(to router: Router<APIContext>) {
        router.post("v1/connectors/shopify/webhooks") { try await shopify($0, at: $1.receivedAt) }
        router.post("v1/connectors/woocommerce/webhooks") { try await wooCommerce($0, at: $1.receivedAt) }
    }

    private func shopify(_ request: Request, at now: Instant) async throws -> Response {
        let body = try await body(of: request, signed: shopify)
        try shopify.check(request, body)
        let topic = try Self.text(Header.shopifyTopic, of: request)
        let isTest = request.headers[Header.shopifyTest] == "true"
        let message = try Self.reading { () throws(BodyError) in
            try ShopifyReader.read(body, topic: topic, isTest: isTest)
        }
        let shop = Self.host(request.headers[Header.shopifyDomain])
        return Self.answer(try await api.receive(message, from: "shopify:\(shop ?? "shop")", at: now))
    }

    private func wooCommerce(_ request: Request, at now: Instant) async throws -> Response {
        let body = try await body(of: request, signed: wooCommerce)
        // Sent once, when the webhook is made, without a signature.
        if Self.isPing(body) { return Self.answer(ConnectorAnswer(.ignored, reason: "ping")) }
        try wooCommerce.check(request, body)
        let topic = try Self.text(Header.wooTopic, of: request)
        let shop = Self.host(request.headers[Header.wooSource]) ?? "shop"
        let message = try Self.reading { () throws(BodyError) in
            try WooCommerceReader.read(body, topic: topic, shop: shop)
        }
        return Self.answer(try await api.receive(message, from: "woocommerce:\(shop)", at: now))
    }

    private func body(of request: Request, signed signature: ShopSignature) async throws(Problem) -> [UInt8] {
        guard signature.isConfigured else { throw ShopSignature.notConfigured }
        let ticket = largeBodies.ticket()
        defer { ticket.leave() }
        return try await BodyReader.read(request, limit: limit, ticket: ticket)
    }

    private static func reading(_ read: () throws(BodyError) -> ShopMessage) throws(Problem) -> ShopMessage {
        do throws(BodyError) {
            return try read()
        } catch {
            throw Problem(error)
        }
    }

    /// `webhook_id=` and a number.
    private static func isPing(_ body: [UInt8]) -> Bool {
        let prefix = Array("webhook_id=".utf8)
        guard body.starts(with: prefix), (1...20).contains(body.count - prefix.count) else { return false }
        return body.dropFirst(prefix.count).allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }

    private static func text(_ name: HTTPField.Name, of request: Request) throws(Problem) -> String {
        guard let text = request.headers[name], !text.isEmpty else {
            throw .invalid(
                [ServiceError.Fault(pointer: "/\(name.rawName)", detail: "is required: it says what the message is")],
                of: "header")
        }
        return text
    }

    /// The host of a domain or an address, in lower case; nil for what is neither.
    private static func host(_ text: String?) -> String? {
        guard let text else { return nil }
        let host = text.contains("://") ? URLComponents(string: text)?.host : text
        guard let host = host?.lowercased(), (1...253).contains(host.utf8.count) else { return nil }
        let isHost = host.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."),
                UInt8(ascii: "-"):
                true
            default: false
            }
        }
        return isHost ? host : nil
    }

    private static func answer(_ answer: ConnectorAnswer) -> Response {
        var writer = JSONWriter(reserving: 128)
        writer.beginObject()
        writer.member("status", answer.status.rawValue)
        writer.nullableMember("reason", answer.reason)
        if let member = answer.memberID { writer.member("member_id", member) } else { writer.nullMember("member_id") }
        writer.endObject()
        return Answer.json(writer)
    }
}

/// Header fields of the shops.
private enum Header {
    static let shopifySignature = HTTPField.Name("X-Shopify-Hmac-Sha256")!
    static let shopifyTopic = HTTPField.Name("X-Shopify-Topic")!
    static let shopifyDomain = HTTPField.Name("X-Shopify-Shop-Domain")!
    static let shopifyTest = HTTPField.Name("X-Shopify-Test")!
    static let wooSignature = HTTPField.Name("X-WC-Webhook-Signature")!
    static let wooTopic = HTTPField.Name("X-WC-Webhook-Topic")!
    static let wooSource = HTTPField.Name("X-WC-Webhook-Source")!
}
