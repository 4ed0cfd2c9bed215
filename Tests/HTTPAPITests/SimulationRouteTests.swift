import HTTPTypes
import LoyaltyService
import Synchronization
import Testing
import Wire

@testable import HTTPAPI
@testable import Loyalty

@Suite("/v1/programmes/{id}/simulations")
struct SimulationRouteTests {
    private let path = "/v1/programmes/beauty/simulations"

    @Test("a draft comes as JSON, as text within JSON, or as YAML with its days in the query")
    func drafts() async throws {
        let harness = Harness()
        try await harness.run { caller in
            for (uri, type, body) in [
                (path, "application/json", #"{"programme": {"id": "beauty"}, "from": "2026-01-01", "top": 3}"#),
                (path, "application/json", #"{"yaml": "id: beauty\n", "to": "2026-06-30"}"#),
                (path + "?from=2026-01-01&to=2026-06-30&top=0", "application/yaml", "id: beauty\n"),
            ] {
                let reply = try await caller.call(.post, uri, type: type, body: body)
                #expect(reply.status == 202, "\(reply.text)")
                #expect(reply.headers[.location]?.hasPrefix("/v1/operations/") == true)
                #expect(try reply.json["kind"] == .string("programme.simulate"))
            }
        }
        let (first, last) = (CivilDate(year: 2026, month: 1, day: 1), CivilDate(year: 2026, month: 6, day: 30))
        #expect(
            harness.fake.state.withLock { $0.acts } == [
                .simulate(SimulationBody(document: #"{"id":"beauty"}"#, from: first, top: 3), of: "beauty"),
                .simulate(SimulationBody(document: "id: beauty\n", to: last), of: "beauty"),
                .simulate(SimulationBody(document: "id: beauty\n", from: first, to: last, top: 0), of: "beauty"),
            ])
    }

    @Test("every fault of a body and of a query is told")
    func wrong() async throws {
        let harness = Harness()
        try await harness.run { caller in
            for (body, pointers) in [
                ("{}", ["/programme"]),
                (#"{"programme": [], "from": "x", "top": 101}"#, ["/programme", "/from", "/top"]),
                (#"{"programme": {}, "yaml": "a"}"#, ["/yaml"]), (#"{"yaml": 1, "since": 2}"#, ["/yaml", "/since"]),
            ] {
                let reply = try await caller.call(.post, path, type: "application/json", body: body)
                #expect(reply.status == 422 && reply.code == "validation_failed", "\(reply.text)")
                #expect(Set(reply.pointers) == Set(pointers), "\(reply.text)")
            }
            let query = try await caller.call(
                .post, path + "?from=x&top=-1", type: "application/yaml", body: "id: beauty")
            #expect(query.status == 422 && Set(query.pointers) == ["/from", "/top"])
            let both = try await caller.call(
                .post, path + "?top=1&top=null", type: "application/json", body: #"{"yaml": "id: beauty"}"#)
            #expect(both.status == 422 && both.pointers == ["/top"])
            #expect(try await caller.call(.post, path, type: "text/plain", body: "id: x").status == 415)
            #expect(try await caller.call(.post, path, type: "application/json", body: "{").status == 400)
        }
        #expect(harness.fake.state.withLock { $0.acts } == [])
    }
}
