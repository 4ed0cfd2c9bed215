import HTTPTypes
import HummingbirdTesting
import Synchronization
import Testing
import Wire

@testable import HTTPAPI

@Suite("who a member is, over HTTP")
struct PersonRouteTests {
    private static let path = "/v1/members/01980000-0000-7000-8000-000000000001"

    @Test("a patch answers the member with its tag", arguments: ["application/json", "application/merge-patch+json"])
    func patch(type: String) async throws {
        let harness = Harness()
        try await harness.run { caller in
            let reply = try await caller.call(.patch, Self.path, type: type, body: #"{"email":"Ada@Example.org"}"#)
            #expect(reply.status == 200, "\(reply.text)")
            #expect(try reply.json["email"] == .string("ada@example.org"))
            let tag = try #require(reply.headers[.eTag])
            #expect(try await caller.call(.get, Self.path).headers[.eTag] == tag)
        }
        var expected = ProfilePatch()
        expected.email = .set("ada@example.org")
        #expect(harness.fake.state.withLock { $0.patches } == [expected])
    }

    @Test(
        "a patch that is no merge patch is refused with every fault",
        arguments: [
            ("{", 400, []), (#"{"email":"x","tier":"vip"}"#, 422, ["/email", "/tier"]), ("[]", 422, [""]),
        ] as [(String, Int, [String])])
    func wrong(body: String, status: Int, pointers: [String]) async throws {
        try await Harness().run { caller in
            let reply = try await caller.call(.patch, Self.path, type: "application/json", body: body)
            #expect(reply.status == status)
            if status == 422 { #expect(reply.pointers == pointers) }
            let text = try await caller.call(.patch, Self.path, type: "text/plain", body: "{}")
            #expect(text.status == 415)
        }
    }

    @Test(
        "a patch of a version that is over is 412",
        arguments: [
            ("W/\"1-7\"", 200), ("\"1-99\"", 200), ("*", 200), ("W/\"2-7\", W/\"1-7\"", 200), ("W/\"2-7\"", 412),
            ("\"nonsense\"", 412),
        ])
    func condition(tag: String, status: Int) async throws {
        try await Harness().run { caller in
            let reply = try await caller.call(
                .patch, Self.path, type: "application/json", headers: [.ifMatch: tag], body: "{}")
            #expect(reply.status == status, "\(reply.text)")
            if status == 412 { #expect(reply.code == "precondition_failed") }
        }
    }

    @Test("an erasure is 204 without content; nobody is 404")
    func erase() async throws {
        let harness = Harness()
        try await harness.run(.live) { caller in
            let reply = try await caller.call(.delete, Self.path)
            #expect(reply.status == 204 && reply.body.isEmpty && reply.headers[.contentLength] == nil)
            let nobody = try await caller.call(.delete, "/v1/members/7")
            #expect(nobody.status == 404 && nobody.code == "member_not_found")
        }
        #expect(harness.fake.state.withLock { $0.erasures } == 1)
    }

    @Test("an export is one document, however many pages it is read in")
    func export() async throws {
        let harness = Harness()
        harness.fake.state.withLock { $0.morePages = 3 }
        try await harness.run(.live) { caller in
            let reply = try await caller.call(.get, Self.path + "/export")
            #expect(reply.status == 200 && reply.headers[.contentType] == "application/json")
            #expect(reply.headers[.contentDisposition]?.contains("01980000-0000-7000-8000-000000000001.json") == true)
            let json = try reply.json
            #expect(json["member"]?["id"] == .string("01980000-0000-7000-8000-000000000001"))
            #expect(json["identifiers"]?.elements.map { $0["kind"] } == [.string("card"), .string("email")])
            #expect(json["entries"]?.elements.count == 8)
            #expect(json["events"]?.elements.count == 4)
        }
    }

    @Test("an export that cannot begin is a problem document")
    func noExport() async throws {
        try await Harness().run { caller in
            let reply = try await caller.call(.get, "/v1/members/01980000-0000-7000-8000-000000000002/export")
            #expect(reply.status == 404 && reply.code == "member_not_found")
        }
    }
}
