import HTTPTypes
import HummingbirdCore
import Synchronization
import Testing

@testable import HTTPAPI

@Suite("conventions")
struct HTTPConventionTests {
    private static let member = "/v1/members/01980000-0000-7000-8000-000000000001"

    @Test(
        "an unknown path is 404",
        arguments: ["/", "/v1", "/v1/nothing", "/v1/members/x/y", "/V1/events", "/favicon.ico"])
    func unknownPath(path: String) async throws {
        try await Harness().run { caller in
            let reply = try await caller.call(.get, path, key: nil)
            #expect(reply.status == 404 && reply.code == "not_found")
        }
    }

    @Test(
        "a wrong method is 405 and says which are right",
        arguments: [
            (.get, "/v1/events", "POST"), (.put, "/v1/members", "GET, HEAD, POST"),
            (.put, member, "DELETE, GET, HEAD, PATCH"),
            (.post, "/livez", "GET, HEAD"), (HTTPRequest.Method("BREW")!, member + "/balance", "GET, HEAD"),
        ] as [(HTTPRequest.Method, String, String)])
    func wrongMethod(method: HTTPRequest.Method, path: String, allowed: String) async throws {
        try await Harness().run { caller in
            let reply = try await caller.call(method, path, key: nil)
            #expect(reply.status == 405 && reply.code == "method_not_allowed")
            #expect(reply.headers[.allow] == allowed)
        }
    }

    @Test("every answer has an id, the caller's own where it is a sane one")
    func requestIDs() async throws {
        try await Harness().run { caller in
            let own = try await caller.call(.get, "/nowhere", headers: [RequestID.header: "till-7:4711"])
            #expect(own.headers[RequestID.header] == "till-7:4711")
            var seen: Set<String> = []
            for given in ["", "with space", String(repeating: "x", count: 129), "a\"b"] {
                let reply = try await caller.call(.get, "/livez", headers: [RequestID.header: given])
                let id = try #require(reply.headers[RequestID.header])
                #expect(id.count == 16 && seen.insert(id).inserted)
            }
        }
    }

    @Test("answers below /v1 are not stored, and none is sniffed")
    func securityHeaders() async throws {
        try await Harness().run { caller in
            for (path, key) in [(Self.member, "key-admin"), (Self.member, nil), ("/v1/nothing", nil)] {
                let reply = try await caller.call(.get, path, key: key)
                #expect(reply.headers[.cacheControl] == "no-store")
                #expect(reply.headers[.xContentTypeOptions] == "nosniff")
            }
        }
    }

    @Test("a failure that nobody foresaw is 500 and tells nothing of it")
    func unexpected() async throws {
        let front = Front(
            inner: FailingResponder(), methods: MethodTable(of: []), notes: .forTests, clock: { FakeLoyalty.now })
        let response = try await front.respond(to: .get("/v1/x"), context: .test)
        #expect(response.status == .internalServerError)
        #expect(response.headers[.contentType] == "application/problem+json")
        #expect(Problem.unexpected.detail.contains("X-Request-Id"))
    }

    @Test("livez is open; readyz is 503 until the service is ready")
    func health() async throws {
        let harness = Harness()
        try await harness.run { caller in
            #expect(try await caller.call(.get, "/livez", key: nil).status == 200)
            #expect(try await caller.call(.get, "/readyz", key: nil).status == 200)
            harness.fake.state.withLock { $0.isReady = false }
            let reply = try await caller.call(.get, "/readyz", key: nil)
            #expect(reply.status == 503 && reply.code == "not_ready" && reply.headers[.retryAfter] != nil)
            #expect(try await caller.call(.get, "/livez", key: nil).status == 200)
        }
    }
}
