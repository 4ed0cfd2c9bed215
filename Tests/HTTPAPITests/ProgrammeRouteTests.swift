import HTTPTypes
import LoyaltyService
import Synchronization
import Testing
import Wire

@testable import HTTPAPI

@Suite("/v1/programmes")
struct ProgrammeRouteTests {
    @Test("a programme shows its versions and its document; the list has it too")
    func read() async throws {
        try await Harness().run { caller in
            let reply = try await caller.call(.get, "/v1/programmes/beauty")
            #expect(reply.status == 200)
            let json = try reply.json
            #expect(json["id"] == .string("beauty"))
            #expect(json["versions"]?.elements.map { $0["number"] } == [.integer(1)])
            #expect(json["versions"]?.elements.map { $0["from"] } == [.null])
            #expect(json["document"]?.text?.hasPrefix("{id: beauty") == true)
            let list = try await caller.call(.get, "/v1/programmes")
            #expect(try list.json["data"]?.elements == [json])
            let none = try await caller.call(.get, "/v1/programmes/other")
            #expect(none.status == 404 && none.code == "programme_not_found")
        }
    }

    @Test(
        "a version is published as YAML or JSON, as it was sent", arguments: ["application/yaml", "application/json"])
    func publish(type: String) async throws {
        let harness = Harness()
        try await harness.run { caller in
            let new = try await caller.call(
                .put, "/v1/programmes/beauty/versions/2", type: type, body: #"{"id": "beauty"}"#)
            #expect(new.status == 201, "\(new.text)")
            let old = try await caller.call(.put, "/v1/programmes/beauty/versions/1", type: type, body: "{}")
            #expect(old.status == 200)
        }
        #expect(
            harness.fake.state.withLock { $0.acts } == [
                .publish(#"{"id": "beauty"}"#, as: 2, of: "beauty"), .publish("{}", as: 1, of: "beauty"),
            ])
    }

    @Test("what is no version number, no text or too large is refused")
    func wrong() async throws {
        let harness = Harness()
        try await harness.run { caller in
            for number in ["0", "-1", "x", "10001", "1.5"] {
                let reply = try await caller.call(
                    .put, "/v1/programmes/beauty/versions/\(number)", type: "application/yaml", body: "id: x")
                #expect(reply.status == 404 && reply.code == "not_found", "\(number)")
            }
            let path = "/v1/programmes/beauty/versions/2"
            let form = try await caller.call(.put, path, type: "text/plain", body: "id: x")
            #expect(form.status == 415)
            let large = try await caller.call(
                .put, path, type: "application/yaml",
                body: String(repeating: "#", count: ProgrammeFile.maximumBytes + 1))
            #expect(large.status == 413 && large.code == "body_too_large")
        }
        #expect(harness.fake.state.withLock { $0.acts } == [])
    }

    @Test("a document's faults are all told")
    func faults() async throws {
        let harness = Harness()
        harness.fake.state.withLock {
            $0.failure = ServiceError(
                code: "programme_invalid", status: 422, title: "The programme is wrong", detail: "2 faults",
                faults: [.init(pointer: "/line/3", detail: "a"), .init(pointer: "/line/4", detail: "b")])
        }
        try await harness.run { caller in
            let reply = try await caller.call(
                .put, "/v1/programmes/beauty/versions/1", type: "application/yaml", body: "id: x")
            #expect(reply.status == 422 && reply.code == "programme_invalid")
            #expect(reply.pointers == ["/line/3", "/line/4"])
        }
    }
}
