import HTTPTypes
import LoyaltyService
import Synchronization
import Testing
import Wire

@testable import HTTPAPI

@Suite("webhook endpoints")
struct WebhookRouteTests {
    private static let path = "/v1/webhook_endpoints"
    private static let one = path + "/01980000-0000-7000-8000-00000000000e"
    private static let nobody = path + "/01980000-0000-7000-8000-0000000000ff"

    @Test("a new endpoint is answered with its place and its secret, which is never shown again")
    func create() async throws {
        try await Harness().run { caller in
            let body = #"{"url": "https://shop.example/a", "event_types": ["tier.reached", "points.earned"]}"#
            let made = try await caller.call(.post, Self.path, type: "application/json", body: body)
            #expect(made.status == 201)
            #expect(made.headers[.location] == Self.one)
            #expect(try made.json["secret"] == .string(FakeLoyalty.secret.text))
            #expect(try made.json["event_types"] == .array([.string("points.earned"), .string("tier.reached")]))
            #expect(try made.json["circuit"] == .string("closed"))
            for uri in [Self.one, Self.path] {
                let shown = try await caller.call(.get, uri)
                #expect(shown.status == 200 && !shown.text.contains("whsec_"))
            }
        }
    }

    @Test("a request that comes again under its Idempotency-Key is answered as the first time, and says so")
    func repeats() async throws {
        let field = try #require(HTTPField.Name("Idempotency-Key"))
        try await Harness().run { caller in
            func post() async throws -> Caller.Reply {
                try await caller.call(
                    .post, Self.path, type: "application/json", headers: [field: "k-1"],
                    body: #"{"url": "https://shop.example/a"}"#)
            }
            let (first, second) = (try await post(), try await post())
            #expect(first.status == 201 && second.status == 201 && first.body == second.body)
            #expect(first.headers[RequestKey.replayed] == nil && second.headers[RequestKey.replayed] == "true")
            #expect(second.headers[.location] == Self.one)
        }
    }

    @Test("every fault of a body is named")
    func faults() async throws {
        try await Harness().run { caller in
            let body = #"{"url": "shop.example", "event_types": ["no.such"], "on": true}"#
            let reply = try await caller.call(.post, Self.path, type: "application/json", body: body)
            #expect(reply.status == 422 && reply.pointers == ["/url", "/event_types/0", "/on"])
            let list = try await caller.call(.get, Self.one + "/deliveries?state=lost&limit=0")
            #expect(list.status == 422 && Set(list.pointers) == ["/state", "/limit"])
            let unread = try await caller.call(.post, Self.path, type: "text/plain", body: body)
            #expect(unread.status == 415)
        }
    }

    @Test(
        "nobody's id, and what is no id, are not found",
        arguments: [
            (HTTPRequest.Method.get, "", nil), (.patch, "", "{}"), (.delete, "", nil), (.post, "/rotate_secret", nil),
            (.get, "/deliveries", nil), (.post, "/replay", nil),
        ] as [(HTTPRequest.Method, String, String?)])
    func notFound(method: HTTPRequest.Method, tail: String, body: String?) async throws {
        try await Harness().run { caller in
            for id in [Self.nobody, Self.path + "/x"] {
                let reply = try await caller.call(method, id + tail, type: "application/json", body: body)
                #expect(reply.status == 404 && reply.code == "webhook_endpoint_not_found", "\(method) \(id)\(tail)")
            }
        }
    }

    @Test("bodies of rotation and replay may be left out, and are read where they are not")
    func optionalBodies() async throws {
        try await Harness().run { caller in
            let rotated = try await caller.call(
                .post, Self.one + "/rotate_secret", type: "application/json", body: #"{"overlap_seconds": 0}"#)
            #expect(rotated.status == 200 && rotated.text.contains("whsec_"))
            let all = try await caller.call(.post, Self.one + "/replay")
            #expect(try all.json["replayed"] == .integer(3))
            let one = try await caller.call(
                .post, Self.one + "/replay", type: "application/json",
                body: #"{"delivery": "01980000-0000-7000-8000-00000000000d"}"#)
            #expect(try one.json["replayed"] == .integer(1))
            let gone = try await caller.call(.delete, Self.one)
            #expect(gone.status == 204 && gone.body.isEmpty)
        }
    }

    @Test("a trace context comes back, and goes with the event; rubbish does neither")
    func trace() async throws {
        let field = try #require(HTTPField.Name("traceparent"))
        let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        let harness = Harness()
        try await harness.run { caller in
            let traced = try await caller.post(Samples.purchase(), headers: [field: trace])
            #expect(traced.headers[field] == trace)
            let other = try await caller.call(.get, "/livez", key: nil, headers: [field: "rubbish"])
            #expect(other.headers[field] == nil)
        }
        let kept = harness.fake.state.withLock { $0.contents.values.first?.metadata }
        #expect(TraceParent.kept(in: kept)?.text == trace)
    }
}
