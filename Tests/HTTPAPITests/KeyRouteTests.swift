import HTTPTypes
import LoyaltyService
import Synchronization
import Testing
import Wire

@testable import HTTPAPI

@Suite("routes of API keys")
struct KeyRouteTests {
    private static let known = "/v1/api_keys/\(FakeKeyBook.known)"

    @Test("a key is shown once, to whoever made it and to a repeat under its idempotency key")
    func create() async throws {
        let harness = Harness()
        try await harness.run { caller in
            func make(_ name: String) async throws -> Caller.Reply {
                try await caller.call(
                    .post, "/v1/api_keys", type: "application/json", headers: [RequestKey.header: name],
                    body: #"{"name": "till", "scopes": ["support", "checkout"], "expires_at": "2099-01-01T00:00:00Z"}"#)
            }
            let first = try await make("a")
            #expect(first.status == 201 && first.headers[RequestKey.replayed] == nil)
            #expect(try first.json["key"] == .string("treue_1"))
            #expect(try first.json["scopes"] == .array([.string("checkout"), .string("support")]))
            #expect(try first.json["expires_at"] == .string("2099-01-01T00:00:00Z"))
            let again = try await make("a")
            #expect(again.status == 201 && again.body == first.body && again.headers[RequestKey.replayed] == "true")
            #expect(again.headers[.contentType] == "application/json")
            let list = try await caller.call(.get, "/v1/api_keys?limit=7")
            #expect(list.status == 200 && !list.text.contains("treue_"))
        }
        #expect(harness.fake.keyBook.state.withLock { $0.made.count == 1 && $0.asked.map(\.limit) == [7] })
    }

    @Test("every fault of the body is told at once")
    func faults() async throws {
        try await Harness().run { caller in
            let reply = try await caller.call(
                .post, "/v1/api_keys", type: "application/json",
                body: #"{"scopes": ["admn", "admin"], "expires_at": "soon", "colour": 1, "name": ""}"#)
            #expect(reply.status == 422 && reply.code == "validation_failed")
            #expect(Set(reply.pointers) == ["/scopes/0", "/expires_at", "/colour", "/name"])
            #expect(reply.text.contains("did you mean") || reply.text.contains("admin"))
            let none = try await caller.call(.post, "/v1/api_keys", type: "application/json", body: "{}")
            #expect(none.status == 422 && none.pointers == ["/scopes"])
        }
    }

    @Test("a rotation needs no body, and takes an overlap")
    func rotate() async throws {
        let harness = Harness()
        try await harness.run { caller in
            let bare = try await caller.call(.post, Self.known + "/rotate")
            #expect(bare.status == 200 && bare.text.contains("treue_2"))
            let soon = try await caller.call(
                .post, Self.known + "/rotate", type: "application/json", body: #"{"overlap_seconds": 0}"#)
            #expect(soon.status == 200)
            let long = try await caller.call(
                .post, Self.known + "/rotate", type: "application/json", body: #"{"overlap_seconds": 2592001}"#)
            #expect(long.status == 422 && long.pointers == ["/overlap_seconds"])
            let untyped = try await caller.call(.post, Self.known + "/rotate", body: "{}")
            #expect(untyped.status == 415)
        }
        #expect(harness.fake.keyBook.state.withLock { $0.overlaps } == [nil, 0])
    }

    @Test("a revocation has no body; what is no key's id is 404")
    func revoke() async throws {
        try await Harness().run { caller in
            let done = try await caller.call(.delete, Self.known)
            #expect(done.status == 204 && done.body.isEmpty)
            for id in ["x", "01980000-0000-7000-8000-0000000000ab"] {
                let reply = try await caller.call(.delete, "/v1/api_keys/\(id)")
                #expect(reply.status == 404 && reply.code == "api_key_not_found")
            }
        }
    }

    @Test("an act says who did what to what")
    func audit() async throws {
        try await Harness().run { caller in
            let reply = try await caller.call(.get, "/v1/audit")
            guard case .array(let acts)? = try reply.json["data"] else { throw Missing() }
            #expect(acts.count == 2 && acts[0]["action"] == .string("api_key.created"))
            #expect(acts[0]["actor"]?["id"] == .string("01980000-0000-7000-8000-000000000001"))
            #expect(acts[1]["actor"]?["kind"] == .string("command_line") && acts[1]["actor"]?["id"] == .null)
        }
    }

    private struct Missing: Error {}
}
