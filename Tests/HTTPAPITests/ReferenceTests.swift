import Crypto
import Foundation
import HTTPTypes
import Schema
import Testing
import Wire

@testable import HTTPAPI

@Suite("reference")
struct ReferenceTests {
    @Test("/openapi.yaml is the document, open without a key, and 304 for who has it")
    func document() async throws {
        try await Harness().run { caller in
            let reply = try await caller.call(.get, "/openapi.yaml", key: nil)
            #expect(reply.status == 200 && reply.headers[.contentType] == "application/yaml")
            #expect(reply.body == APIDocument.yaml)
            let tag = try #require(reply.headers[.eTag])
            let again = try await caller.call(.get, "/openapi.yaml", key: nil, headers: [.ifNoneMatch: tag])
            #expect(again.status == 304 && again.body.isEmpty && again.headers[.eTag] == tag)
            let head = try await caller.call(.head, "/openapi.yaml", key: nil)
            #expect(head.status == 200 && head.body.isEmpty)
        }
    }

    @Test("/docs tells every operation, schema and code")
    func page() async throws {
        let document = try OpenAPIDocument()
        try await Harness().run { caller in
            let reply = try await caller.call(.get, "/docs", key: nil)
            #expect(reply.status == 200 && reply.headers[.contentType] == "text/html; charset=utf-8")
            let page = reply.text
            for operation in document.operations {
                #expect(page.contains("<b>\(operation.method)</b> <code>\(operation.path)</code>"))
            }
            for schema in document.root["components"]?["schemas"]?.members ?? [] {
                #expect(page.contains("id=\"schema-\(schema.name)\""))
            }
            for code in ["event_conflict", "currency_not_accepted", "identifier_taken", "unsupported_media_type"] {
                #expect(page.contains("<code>\(code)</code>"), "\(code)")
            }
            let links = page.matches(of: /href="#([^"]*)"/).map { String($0.1) }
            #expect(Set(links).filter { !page.contains("id=\"\($0)\"") } == [], "links that lead nowhere")
        }
    }

    @Test("/docs loads and runs nothing, and its policy knows its style")
    func policy() async throws {
        try await Harness().run { caller in
            let reply = try await caller.call(.get, "/docs", key: nil)
            let policy = try #require(reply.headers[.contentSecurityPolicy])
            #expect(policy.hasPrefix("default-src 'none';") && !policy.contains("unsafe"))
            let style = try #require(reply.text.firstMatch(of: /<style>([^<]*)<\/style>/)).1
            let hash = Data(SHA256.hash(data: Data(style.utf8))).base64EncodedString()
            #expect(policy.contains("style-src 'sha256-\(hash)'"))
            for forbidden in ["<script", "<link", "<img", " style=", " onclick=", "=\"http"] {
                #expect(!reply.text.contains(forbidden), "\(forbidden)")
            }
        }
    }

    @Test("text from the document is escaped, and Markdown becomes markup")
    func prose() {
        #expect(
            HTML.prose("a <b> `c < d` **e**").markup == "<p>a &lt;b&gt; <code>c &lt; d</code> <strong>e</strong></p>")
        #expect(HTML.prose("**a** b").markup == "<p><strong>a</strong> b</p>")
        #expect(HTML.prose("- one\n  more\n- two").markup == "<ul><li>one more</li><li>two</li></ul>")
        #expect(HTML.prose(nil).isEmpty)
    }

    @Test("a command can be pasted into a shell whatever its body holds")
    func command() {
        let operation = OpenAPIDocument.Operation(
            path: "/v1/x/{id}", method: "POST",
            parameters: [
                .object([
                    JSONMember("name", .string("id")), JSONMember("in", .string("path")),
                    JSONMember("example", .string("7")),
                ])
            ], value: .object([]))
        let body = JSONValue.object([JSONMember("name", .string("O'Neill"))])
        let command = CurlCommand(operation: operation, mediaType: "application/json", body: body)
        #expect(
            command.text == #"""
                curl -sS "$URL/v1/x/7" \
                  -H "Authorization: Bearer $KEY" \
                  -H 'Content-Type: application/json' \
                  -d '{"name": "O'\''Neill"}'
                """#)
    }
}
