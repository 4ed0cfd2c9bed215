import HTTPTypes
import Loyalty
import LoyaltyService
import Synchronization
import Testing
import Wire

@testable import HTTPAPI

@Suite("/v1/members")
struct MemberRouteTests {
    private static let path = "/v1/members/01980000-0000-7000-8000-000000000001"

    @Test("an enrolment is 201 with the member and where it is; a taken identifier is 409")
    func enrol() async throws {
        try await Harness().run { caller in
            let body = #"{"email":"Ada@Example.com","consents":{"marketing":true}}"#
            let reply = try await caller.call(.post, "/v1/members", type: "application/json", body: body)
            #expect(reply.status == 201)
            #expect(reply.headers[.location] == Self.path)
            #expect(try reply.json["email"] == .string("ada@example.com"))
            #expect(try reply.json["card"] == .string("4000"))
            #expect(try reply.json["wallets"]?["points"]?["available"] == .integer(139))
            let again = try await caller.call(.post, "/v1/members", type: "application/json", body: body)
            #expect(again.status == 409 && again.code == "identifier_taken")
        }
    }

    @Test("an enrolment that is sent again under its Idempotency-Key says so; a wrong key is refused")
    func idempotency() async throws {
        let header = HTTPField.Name("Idempotency-Key")!
        try await Harness().run { caller in
            func enrol(_ key: String) async throws -> Caller.Reply {
                try await caller.call(
                    .post, "/v1/members", type: "application/json", headers: [header: key], body: "{}")
            }
            #expect(try await enrol("\"a\"").headers[RequestKey.replayed] == nil)
            let again = try await enrol("a")
            #expect(again.status == 201 && again.headers[RequestKey.replayed] == "true")
            let long = try await enrol(String(repeating: "x", count: 256))
            #expect(long.status == 422 && long.pointers == ["/Idempotency-Key"])
        }
    }

    @Test(
        "a member is found by exactly one identifier",
        arguments: ["card=4000", "email=ada%2Bshop@example.com", "email=ADA+shop@example.com", "external_id=crm%207"])
    func find(query: String) async throws {
        try await Harness().run { caller in
            let reply = try await caller.call(.get, "/v1/members?\(query)&verbose=1")
            #expect(reply.status == 200, "\(reply.text)")
        }
    }

    @Test(
        "a lookup that names none, two or a broken identifier is 422; an unknown one is 404",
        arguments: [
            ("", 422, ""), ("?", 422, ""), ("?card=4000&email=a@b.c", 422, ""), ("?card=", 422, "/card"),
            ("?card=1&card=2", 422, "/card"), ("?email=nobody", 422, "/email"), ("?email=%", 422, ""),
            ("?card=9999", 404, nil),
        ] as [(String, Int, String?)])
    func wrongLookups(query: String, status: Int, pointer: String?) async throws {
        try await Harness().run { caller in
            let reply = try await caller.call(.get, "/v1/members\(query)")
            #expect(reply.status == status && reply.code == (status == 404 ? "member_not_found" : "validation_failed"))
            if let pointer { #expect(reply.pointers.contains(pointer), "\(reply.text)") }
        }
    }

    @Test("an id that is unknown or no UUID is 404", arguments: ["", "/balance", "/entries", "/events"])
    func unknownMembers(suffix: String) async throws {
        try await Harness().run { caller in
            for id in ["7", "01980000-0000-7000-8000-000000000002"] {
                let reply = try await caller.call(.get, "/v1/members/\(id)\(suffix)")
                #expect(reply.status == 404 && reply.code == "member_not_found")
            }
        }
    }

    @Test("the balance has the shape that is promised")
    func balance() async throws {
        try await Harness().run { caller in
            let reply = try await caller.call(.get, Self.path + "/balance")
            #expect(reply.status == 200)
            #expect(reply.text == Self.balanceAnswer)
            #expect(reply.headers[.contentType] == "application/json")
        }
    }

    private static let balanceAnswer = """
        {"member_id":"01980000-0000-7000-8000-000000000001","version":1,"as_of":"2025-11-22T08:26:40Z",\
        "wallets":{"points":{"available":139,"pending":0,"reserved":0,\
        "expiring":[{"points":139,"on":"2026-12-01"}],"lifetime_earned":150,"lifetime_redeemed":0}},\
        "tier":{"id":"insider","name":"Insider","since":"1970-01-01T00:00:00Z","valid_until":null,\
        "qualifying":[{"metric":"spend","value":13912,"currency":"GBP"}],\
        "next":{"id":"vib","name":"VIB",\
        "requirements":[{"metric":"spend","threshold":35000,"remaining":21088}]}}}
        """

    @Test(
        "as_of is read with any offset, however its plus sign was written",
        arguments: [
            "2025-01-01T01:00:00%2B01:00", "2025-01-01T01:00:00+01:00", "2025-01-01T01:00:00%2001:00",
            "2025-01-01T00:00:00Z",
        ])
    func asOf(text: String) async throws {
        let harness = Harness()
        try await harness.run { caller in
            let reply = try await caller.call(.get, Self.path + "/balance?as_of=\(text)")
            #expect(reply.status == 200)
            #expect(try reply.json["as_of"] == .string("2025-01-01T00:00:00Z"))
        }
        #expect(harness.fake.state.withLock { $0.clocks.map(\.asOf) } == [Instant(micros: 1_735_689_600_000_000)])
    }

    @Test("an as_of that is no instant is 422", arguments: ["yesterday", "2025-01-01", "2025-02-30T00:00:00Z", ""])
    func wrongAsOf(text: String) async throws {
        try await Harness().run { caller in
            let reply = try await caller.call(.get, Self.path + "/balance?as_of=\(text)")
            #expect(reply.status == 422 && reply.pointers == ["/as_of"])
        }
    }

    @Test("an answer that the caller holds is 304, until something changes", arguments: [path, path + "/balance"])
    func entityTags(uri: String) async throws {
        let harness = Harness()
        try await harness.run { caller in
            let tag = try #require(try await caller.call(.get, uri).headers[.eTag])
            for known in [tag, "\"x\", \(tag)", "*", String(tag.dropFirst(2))] {
                let reply = try await caller.call(.get, uri, headers: [.ifNoneMatch: known])
                #expect(reply.status == 304 && reply.body.isEmpty && reply.headers[.eTag] == tag)
                #expect(reply.headers[.contentLength] == nil)
            }
            harness.fake.state.withLock { $0.version += 1 }
            let changed = try await caller.call(.get, uri, headers: [.ifNoneMatch: tag])
            #expect(changed.status == 200 && changed.headers[.eTag] != tag)
        }
    }

    @Test("a balance of another time has another tag")
    func entityTagsOfTimes() async throws {
        try await Harness().run { caller in
            let now = try await caller.call(.get, Self.path + "/balance")
            let then = try await caller.call(.get, Self.path + "/balance?as_of=2025-01-01T00:00:00Z")
            #expect(now.headers[.eTag] != then.headers[.eTag])
        }
    }

    @Test("HEAD answers as GET does, without the body")
    func head() async throws {
        try await Harness().run { caller in
            let get = try await caller.call(.get, Self.path + "/balance")
            let head = try await caller.call(.head, Self.path + "/balance")
            #expect(head.status == 200 && head.body.isEmpty)
            #expect(head.headers[.eTag] == get.headers[.eTag])
            #expect(head.headers[.contentLength] == String(get.body.count))
        }
    }
}
