import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import Loyalty
import NIOCore
import Testing
import Wire

@testable import HTTPAPI

/// One server with a fake behind it.
struct Harness {
    let fake: FakeLoyalty
    var configuration: HTTPConfiguration
    let tokens: MemberTokens?

    init(
        requestTimeoutSeconds: Double = 60, idleTimeoutSeconds: Double = 60, batchLimit: Int = 8 << 20,
        gate: Gate? = nil, tokens: MemberTokens? = nil, _ adjust: (inout HTTPConfiguration) -> Void = { _ in }
    ) {
        fake = FakeLoyalty(gate: gate)
        var configuration = HTTPConfiguration(host: "127.0.0.1", port: 0)
        configuration.requestTimeoutSeconds = requestTimeoutSeconds
        configuration.idleTimeoutSeconds = idleTimeoutSeconds
        configuration.batchLimit = batchLimit
        adjust(&configuration)
        self.configuration = configuration
        self.tokens = tokens
    }

    /// The routes, to be looked at.
    static func router() -> Router<APIContext> {
        let configuration = HTTPConfiguration()
        return buildRouter(
            api: FakeLoyalty(), configuration: configuration, admission: Admission(configuration),
            metrics: HTTPMetrics())
    }

    func run<Value: Sendable>(
        _ setup: TestingSetup = .router, _ test: @Sendable (Caller) async throws -> Value
    ) async throws -> Value {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let app = buildApplication(api: fake, configuration: configuration, tokens: tokens, logger: logger) {
            FakeLoyalty.now
        }
        return try await app.test(setup) { try await test(Caller(client: $0)) }
    }
}

extension RequestNotes {
    static var forTests: RequestNotes {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return RequestNotes(metrics: HTTPMetrics(), logger: logger)
    }
}

/// Sends requests and reads answers.
struct Caller: Sendable {
    struct Reply: Sendable {
        var status: Int
        var headers: HTTPFields
        var body: [UInt8]

        var text: String { String(decoding: body, as: UTF8.self) }
        var json: JSONValue { get throws { try JSONReader.read(body) } }
        /// `code` of a problem document.
        var code: String? {
            guard headers[.contentType] == "application/problem+json", case .string(let code)? = try? json["code"]
            else {
                return nil
            }
            return code
        }
        /// What the faults of a problem document point to.
        var pointers: [String] {
            guard case .array(let errors)? = try? json["errors"] else { return [] }
            return errors.compactMap { if case .string(let pointer)? = $0["pointer"] { pointer } else { nil } }
        }
    }

    let client: any TestClientProtocol

    func call(
        _ method: HTTPRequest.Method, _ uri: String, key: String? = "key-admin", type: String? = nil,
        headers: HTTPFields = [:], body: String? = nil
    ) async throws -> Reply {
        var headers = headers
        if let key { headers[.authorization] = "Bearer \(key)" }
        if let type { headers[.contentType] = type }
        return try await client.execute(
            uri: uri, method: method, headers: headers, body: body.map { ByteBuffer(string: $0) }
        ) { Reply(status: $0.status.code, headers: $0.headers, body: Array($0.body.readableBytesView)) }
    }

    func post(_ body: String, type: String? = "application/json", headers: HTTPFields = [:]) async throws -> Reply {
        try await call(.post, "/v1/events", type: type, headers: headers, body: body)
    }
}
