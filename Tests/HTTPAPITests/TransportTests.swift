import AsyncHTTPClient
import Foundation
import HTTPTypes
import HummingbirdTesting
import NIOCore
import NIOHTTP1
import NIOSSL
import Synchronization
import Testing

@testable import HTTPAPI

@Suite("transport security")
struct TransportTests {
    private func with(
        _ version: HTTPClient.Configuration.HTTPVersion,
        _ body: @Sendable @escaping (HTTPClient, _ url: String, FakeLoyalty) async throws -> Void
    ) async throws {
        let files = try Certificate()
        defer { files.remove() }
        let security = try TransportSecurity(certificate: files.certificate, key: files.key)
        let harness = Harness { $0.security = security }
        try await harness.run(.live) { caller in
            let port = try #require(caller.client.port)
            var tls = TLSConfiguration.makeClientConfiguration()
            tls.certificateVerification = .none
            var configuration = HTTPClient.Configuration(tlsConfiguration: tls)
            configuration.httpVersion = version
            let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
            let result: Result<Void, any Error>
            do {
                result = .success(try await body(client, "https://127.0.0.1:\(port)", harness.fake))
            } catch {
                result = .failure(error)
            }
            try await client.shutdown()
            try result.get()
        }
    }

    private func post(_ client: HTTPClient, _ url: String, _ body: String) async throws -> HTTPClientResponse {
        var request = HTTPClientRequest(url: url + "/v1/events")
        request.method = .POST
        request.headers = ["Authorization": "Bearer key-admin", "Content-Type": "application/json"]
        request.body = .bytes(ByteBuffer(string: body))
        return try await client.execute(request, timeout: .seconds(30))
    }

    @Test("a client that can speaks HTTP/2, many requests at once over one connection")
    func http2() async throws {
        try await with(.automatic) { client, url, fake in
            let statuses = try await withThrowingTaskGroup(of: (HTTPVersion, UInt).self) { group in
                for index in 0..<20 {
                    group.addTask {
                        let answer = try await post(client, url, Samples.purchase(id: "\(index)"))
                        _ = try await answer.body.collect(upTo: 1 << 20)
                        return (answer.version, answer.status.code)
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.allSatisfy { $0.0 == .http2 && $0.1 == 201 })
            #expect(fake.state.withLock { $0.order.count } == 20)
        }
    }

    @Test("over HTTP/2 a refusal that ends an HTTP/1.1 connection ends its stream alone")
    func refusals() async throws {
        try await with(.automatic) { client, url, _ in
            let large = try await post(client, url, Samples.purchase() + String(repeating: " ", count: 300_000))
            #expect(large.status.code == 413 && large.headers["connection"].isEmpty)
            #expect(try await post(client, url, Samples.purchase()).status.code == 201)
        }
    }

    @Test("others speak HTTP/1.1, and browsers are told to come by TLS again")
    func http1() async throws {
        try await with(.http1Only) { client, url, _ in
            let answer = try await client.execute(HTTPClientRequest(url: url + "/livez"), timeout: .seconds(30))
            #expect(answer.version == .http1_1 && answer.status == .ok)
            #expect(answer.headers["strict-transport-security"] == ["max-age=31536000"])
        }
    }

    @Test("a certificate without its own key, or no certificate, is refused at the start")
    func wrongFiles() throws {
        let files = try Certificate()
        defer { files.remove() }
        for (certificate, key) in [
            (files.certificate, files.certificate), (files.key, files.key), (files.certificate, "/nowhere"),
            ("/nowhere", files.key),
        ] {
            #expect(throws: TransportSecurity.Unusable.self) {
                try TransportSecurity(certificate: certificate, key: key)
            }
        }
    }
}
