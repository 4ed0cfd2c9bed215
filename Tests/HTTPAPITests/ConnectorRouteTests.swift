import Crypto
import Foundation
import HTTPTypes
import Synchronization
import Testing
import Wire

@testable import HTTPAPI
@testable import LoyaltyService

@Suite("connectors over HTTP")
struct ConnectorRouteTests {
    private static let shopify = "/v1/connectors/shopify/webhooks"
    private static let woo = "/v1/connectors/woocommerce/webhooks"
    private static let order = #"{"id":9007199254740993,"currency":"USD","created_at":"2026-01-01T00:00:00Z"}"#
    private static let wooOrder = #"{"id":7,"currency":"USD","date_modified_gmt":"2026-01-01T00:00:00"}"#

    private static func signature(_ body: String, _ secret: String) -> String {
        let code = HMAC<SHA256>.authenticationCode(
            for: Array(body.utf8), using: SymmetricKey(data: Array(secret.utf8)))
        return Data(code).base64EncodedString()
    }

    private static func harness(_ secrets: ConnectorSecrets = .init(shopify: ["new", "old"], wooCommerce: ["w, ü"]))
        -> Harness
    {
        var harness = Harness()
        harness.configuration.connectors = secrets
        return harness
    }

    private static func post(
        _ caller: Caller, _ path: String, _ body: String, secret: String?, headers: [String: String] = [:]
    ) async throws -> Caller.Reply {
        var fields: HTTPFields = [:]
        let isShopify = path == shopify
        if let secret {
            fields[.init(isShopify ? "X-Shopify-Hmac-Sha256" : "X-WC-Webhook-Signature")!] = signature(body, secret)
        }
        let normal =
            isShopify
            ? ["X-Shopify-Topic": "orders/paid", "X-Shopify-Shop-Domain": "Tee.myshopify.com"]
            : ["X-WC-Webhook-Topic": "order.updated", "X-WC-Webhook-Source": "https://Tee.example/shop/"]
        for (name, value) in normal.merging(headers, uniquingKeysWith: { $1 }) where !value.isEmpty {
            fields[.init(name)!] = value
        }
        return try await caller.call(.post, path, key: nil, type: "application/json", headers: fields, body: body)
    }

    @Test("a signed message is taken in, by any of the secrets, under the shop's name")
    func signed() async throws {
        let harness = Self.harness()
        try await harness.run { caller in
            for secret in ["new", "old"] {
                let reply = try await Self.post(caller, Self.shopify, Self.order, secret: secret)
                #expect(reply.status == 200, "\(reply.text)")
                #expect(
                    reply.text
                        == #"{"status":"accepted","reason":null,"member_id":"01980000-0000-7000-8000-000000000001"}"#)
            }
            #expect(try await Self.post(caller, Self.woo, Self.wooOrder, secret: "w, ü").status == 200)
        }
        let received = harness.fake.state.withLock { $0.received }
        #expect(
            received.map(\.source)
                == ["shopify:tee.myshopify.com", "shopify:tee.myshopify.com", "woocommerce:tee.example"])
        guard case .order(let order)? = received.first?.message else { return #expect(Bool(false)) }
        #expect(order.id == "9007199254740993")
    }

    @Test("a message without a good signature is 401, whatever it says", arguments: [shopify, woo])
    func unsigned(path: String) async throws {
        let harness = Self.harness()
        try await harness.run { caller in
            for secret in ["wrong", "", nil] as [String?] {
                let reply = try await Self.post(caller, path, "{", secret: secret)
                #expect(reply.status == 401 && reply.code == "unauthenticated")
            }
            let noBase64 = try await Self.post(
                caller, path, "{}", secret: nil,
                headers: ["X-Shopify-Hmac-Sha256": "§", "X-WC-Webhook-Signature": "%"])
            #expect(noBase64.status == 401)
        }
        #expect(harness.fake.state.withLock { $0.received.isEmpty })
    }

    @Test("without a secret nothing is taken, not even a ping", arguments: [shopify, woo])
    func closed(path: String) async throws {
        try await Self.harness(ConnectorSecrets()).run { caller in
            for body in [Self.order, "webhook_id=7"] {
                let reply = try await Self.post(caller, path, body, secret: "any")
                #expect(reply.status == 401)
            }
        }
    }

    @Test("WooCommerce's unsigned ping is answered; what only looks like one is not")
    func ping() async throws {
        try await Self.harness().run { caller in
            let form = "application/x-www-form-urlencoded"
            let ping = try await caller.call(.post, Self.woo, key: nil, type: form, body: "webhook_id=7")
            #expect(ping.status == 200)
            for body in ["webhook_id=", "webhook_id=7&x=1", "webhook_id=x", ""] {
                #expect(try await caller.call(.post, Self.woo, key: nil, type: form, body: body).status == 401)
            }
        }
    }

    @Test("what can never count is answered with 200, so that the shop goes on sending")
    func ignored() async throws {
        let harness = Self.harness()
        try await harness.run { caller in
            for topic in ["shop/redact", "customers/data_request", "carts/create"] {
                let reply = try await Self.post(
                    caller, Self.shopify, "{}", secret: "new", headers: ["X-Shopify-Topic": topic])
                #expect(reply.status == 200, "\(reply.text)")
            }
            let test = try await Self.post(
                caller, Self.shopify, Self.order, secret: "new", headers: ["X-Shopify-Test": "true"])
            #expect(try test.json["reason"] == .string("test"))
        }
    }

    @Test("a message that cannot be read is 400, one that lacks something 422 with every place")
    func wrong() async throws {
        try await Self.harness().run { caller in
            #expect(try await Self.post(caller, Self.shopify, "{", secret: "new").status == 400)
            let lacking = try await Self.post(caller, Self.shopify, #"{"currency":"USD"}"#, secret: "new")
            #expect(lacking.status == 422 && Set(lacking.pointers) == ["/id", "/created_at"])
            let topic = try await Self.post(
                caller, Self.shopify, Self.order, secret: "new", headers: ["X-Shopify-Topic": ""])
            #expect(topic.status == 422 && topic.pointers == ["/X-Shopify-Topic"])
        }
    }

    @Test("what is worth another try is 503")
    func busy() async throws {
        let harness = Self.harness()
        harness.fake.state.withLock { $0.failure = .overloaded }
        try await harness.run { caller in
            let reply = try await Self.post(caller, Self.shopify, Self.order, secret: "new")
            #expect(reply.status == 503 && reply.headers[.retryAfter] != nil)
        }
    }
}
