import Hummingbird
import LoyaltyService
import Testing
import Wire

@testable import HTTPAPI

@Suite("OpenAPI document")
struct OpenAPITests {
    private let document: OpenAPIDocument

    init() throws { document = try OpenAPIDocument() }

    @Test("every route of the router is in the document, and every operation of the document is a route")
    func routes() {
        let router = Harness.router()
        // A GET brings its HEAD along.
        let routed = Set(router.routes.filter { $0.method != .head }.map { "\($0.method) \($0.path)" })
        let described = Set(document.operations.map { "\($0.method) \($0.path)" })
        #expect(routed.subtracting(described).sorted() == [], "routes without a page")
        #expect(described.subtracting(routed).sorted() == [], "pages without a route")
        #expect(described.count == document.operations.count)
    }

    @Test("every reference points to something, and everything that can be referred to is")
    func references() {
        let references = document.root.everything.compactMap { $0["$ref"]?.text }
        #expect(references.filter { document.target(of: $0) == nil } == [])
        let targets = (document.root["components"]?.members ?? []).filter { $0.name != "securitySchemes" }.flatMap {
            kind in
            kind.value.members.map { "#/components/\(kind.name)/\($0.name)" }
        }
        #expect(targets.filter { !references.contains($0) } == [])
    }

    @Test("every operation has an id of its own, a summary, and a tag that is explained")
    func names() {
        let operations = document.operations.map(\.value)
        let ids = operations.compactMap { $0["operationId"]?.text }
        #expect(ids.count == operations.count && Set(ids).count == ids.count)
        #expect(operations.allSatisfy { $0["summary"]?.text != nil })
        let tags = (document.root["tags"]?.elements ?? []).compactMap { $0["name"] }
        for operation in operations {
            let own = operation["tags"]?.elements ?? []
            #expect(!own.isEmpty && own.allSatisfy(tags.contains), "\(operation["operationId"]?.text ?? "")")
        }
    }

    @Test("every refusal is a problem document that lists its codes, with an example of one")
    func problems() {
        for operation in document.operations {
            for response in operation.value["responses"]?.members ?? [] where response.name >= "400" {
                let content = document.resolved(response.value)["content"]?.members ?? []
                #expect(content.map(\.name) == ["application/problem+json"], "\(operation.path) \(response.name)")
                let parts = content.first?.value["schema"]?["allOf"]?.elements ?? []
                #expect(
                    parts.first?["$ref"]?.text == "#/components/schemas/Problem", "\(operation.path) \(response.name)")
                let codes = parts.last?["properties"]?["code"]?["enum"]?.elements ?? []
                #expect(!codes.isEmpty, "\(operation.path) \(response.name)")
                for example in content.first?.value["examples"]?.members ?? [] {
                    let value = document.resolved(example.value)["value"]
                    #expect(value?["code"]?.text == example.name)
                    #expect(value?["code"].map(codes.contains) == true, "\(operation.path) \(example.name)")
                    #expect(value?["status"] == Int64(response.name).map { .integer($0) }, "\(example.name)")
                    #expect(value?["type"]?.text == "urn:treue:problem:\(example.name)")
                }
            }
        }
    }

    @Test("a route says what a key must be able to do, and answers 401 and 403, unless it is open")
    func locks() {
        for operation in document.operations {
            let isOpen = operation.value["security"] == .array([])
            if operation.path.hasPrefix("/v1/connectors/") {
                // Signed by the shop: there is no key that could lack a scope.
                #expect(operation.value["responses"]?["401"] != nil && !isOpen)
                continue
            }
            let statuses = operation.value["responses"]?.members.map(\.name) ?? []
            #expect(isOpen == !operation.path.hasPrefix("/v1/"), "\(operation.path)")
            #expect(statuses.contains("401") == !isOpen && statuses.contains("403") == !isOpen, "\(operation.path)")
            #expect(isOpen || operation.value["description"]?.text?.contains("Scope") == true, "\(operation.path)")
        }
    }

    @Test("every POST takes an Idempotency-Key and says when it is a repeat, but for what has keys of its own")
    func repeats() {
        for operation in document.operations where operation.method == "POST" {
            let ofItsOwn = operation.path == "/v1/events" || operation.path.hasPrefix("/v1/connectors/")
            let parameters = operation.value["parameters"]?.elements.compactMap { $0["$ref"]?.text } ?? []
            let takes = parameters.contains("#/components/parameters/IdempotencyKey")
            #expect(takes == !ofItsOwn, "\(operation.path)")
            for response in operation.value["responses"]?.members ?? [] {
                let answer = document.resolved(response.value)
                if response.name < "300" {
                    #expect(
                        (answer["headers"]?["Idempotent-Replayed"] != nil) == !ofItsOwn, "\(operation.path)")
                }
                guard response.name == "422", !ofItsOwn else { continue }
                let parts = answer["content"]?.members.first?.value["schema"]?["allOf"]?.elements ?? []
                let codes = parts.last?["properties"]?["code"]?["enum"]?.elements ?? []
                #expect(codes.contains(.string("idempotency_key_reused")), "\(operation.path)")
                #expect(codes.contains(.string("validation_failed")), "\(operation.path)")
            }
            #expect(ofItsOwn || operation.value["responses"]?["422"] != nil, "\(operation.path)")
        }
    }

    @Test("every answer has its headers: the request's id always, and when to come back where it is refused for now")
    func headers() {
        for operation in document.operations {
            let isLocked = operation.path.hasPrefix("/v1/") && !operation.path.hasPrefix("/v1/connectors/")
            let statuses = operation.value["responses"]?.members.map(\.name) ?? []
            #expect(statuses.contains("429") == isLocked, "\(operation.path)")
            #expect(statuses == statuses.sorted(), "\(operation.path)")
            for response in operation.value["responses"]?.members ?? [] {
                let headers = document.resolved(response.value)["headers"]
                #expect(headers?["X-Request-Id"] != nil, "\(operation.path) \(response.name)")
                let isForNow = response.name == "429" || (response.name == "503" && isLocked)
                #expect(!isForNow || headers?["Retry-After"] != nil, "\(operation.path) \(response.name)")
                for content in document.resolved(response.value)["content"]?.members ?? [] {
                    let shown = content.value["examples"] ?? content.value["example"]
                    #expect(shown != nil, "\(operation.path) \(response.name) \(content.name)")
                }
            }
        }
    }

    @Test("every example of a body is one that the server reads")
    func bodies() throws {
        for operation in document.operations {
            for content in operation.value["requestBody"]?["content"]?.members ?? [] {
                let examples = content.value["examples"]?.members ?? []
                #expect(!examples.isEmpty, "\(operation.path) \(content.name)")
                for example in examples {
                    let value = try #require(document.resolved(example.value)["value"])
                    try read(Array(value.compact.utf8), path: operation.path)
                }
            }
        }
    }

    private func read(_ body: [UInt8], path: String) throws {
        switch path {
        case "/v1/events":
            guard case .batch(let items) = try CloudEventReader.readAny(body) else { return }
            for item in items { _ = try item.result.get() }
        case "/v1/connectors/shopify/webhooks": _ = try ShopifyReader.read(body, topic: "orders/paid")
        case "/v1/connectors/woocommerce/webhooks":
            _ = try WooCommerceReader.read(body, topic: "order.updated", shop: "tee.example")
        case "/v1/projections/{name}/retry": _ = try RetryBody.read(body)
        case "/v1/projections/{name}/skip": _ = try SkipBody.read(body)
        case "/v1/webhook_endpoints": _ = try WebhookEndpointBody.read(body)
        case "/v1/webhook_endpoints/{id}": _ = try WebhookEndpointChange.read(body)
        case "/v1/webhook_endpoints/{id}/rotate_secret": _ = try WebhookRotation.read(body)
        case "/v1/webhook_endpoints/{id}/replay": _ = try WebhookReplay.read(body)
        case "/v1/api_keys": _ = try APIKeyBody.read(body, scopes: Scope.allCases.map(\.rawValue))
        case "/v1/api_keys/{id}/rotate": _ = try RotationBody.read(body)
        case "/v1/members/{id}": _ = try ProfilePatch.read(body)
        default: try readAct(body, path: path)
        }
    }

    private func readAct(_ body: [UInt8], path: String) throws {
        switch path {
        case "/v1/quotes": _ = try QuoteBody.read(body)
        case "/v1/members/{id}/redemptions": _ = try RedemptionBody.read(body)
        case "/v1/households": _ = try HouseholdBody.read(body)
        case "/v1/households/{id}/join", "/v1/households/{id}/leave": _ = try HouseholdMemberBody.read(body)
        case "/v1/rewards/{id}/codes": _ = try CodesBody.read(body)
        case "/v1/members/{id}/adjustments": _ = try AdjustmentBody.read(body)
        case "/v1/members/{id}/transfers": _ = try TransferBody.read(body)
        case "/v1/members/{id}/merge": _ = try MergeBody.read(body)
        case "/v1/members/{id}/subscription": _ = try SubscriptionBody.read(body)
        case "/v1/members/{id}/tier": _ = try TierBody.read(body)
        case "/v1/programmes/{id}/versions/{n}":
            _ = try ProgrammeFile.read(String(decoding: body, as: UTF8.self), name: "example")
        case "/v1/programmes/{id}/simulations":
            // The draft inside, or the draft alone.
            let inside = try? SimulationBody.read(body).document
            _ = try ProgrammeFile.read(inside ?? String(decoding: body, as: UTF8.self), name: "example")
        default: _ = try EnrolmentBody.read(body)
        }
    }
}

extension JSONValue {
    /// This value and all within it.
    fileprivate var everything: [JSONValue] {
        [self] + members.flatMap { $0.value.everything } + elements.flatMap(\.everything)
    }
}
