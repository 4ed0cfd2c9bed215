import Foundation
import HTTPTypes
import Loyalty
import LoyaltyService
import Projections
import Synchronization
import Testing
import Wire

@testable import HTTPAPI

@Suite("routes for administrators")
struct AdministrationTests {
    @Test("every one of them wants the scope admin")
    func scope() async throws {
        let harness = Harness()
        try await harness.run { caller async throws in
            for path in ["projections", "operations", "log/verify"] {
                #expect(try await caller.call(.get, "/v1/\(path)", key: "key-admin").status == 200, "\(path)")
                for key in ["key-checkout", "key-support", "key-member:read"] {
                    #expect(try await caller.call(.get, "/v1/\(path)", key: key).code == "forbidden", "\(path)")
                }
            }
            for path in ["projections/verify", "projections/account/rebuild", "projections/account/rollback"] {
                #expect(try await caller.call(.post, "/v1/\(path)", key: "key-support").code == "forbidden", "\(path)")
            }
        }
    }

    @Test(
        "long work is answered with 202, its operation, and where to look",
        arguments: [
            "projections/verify", "projections/account/rebuild", "projections/account/rollback", "log/verify",
        ])
    func begun(path: String) async throws {
        try await Harness().run { caller async throws in
            let reply = try await caller.call(.post, "/v1/\(path)")
            #expect(reply.status == 202)
            #expect(reply.headers[.location] == "/v1/operations/01980000-0000-7000-8000-00000000000a")
            #expect(try reply.json["state"] == .string("running"))
            #expect(try reply.json["result"] == .null)
        }
    }

    @Test("a projection that is none is not found")
    func unknownProjection() async throws {
        try await Harness().run { caller async throws in
            #expect(try await caller.call(.post, "/v1/projections/nothing/rebuild").code == "projection_not_found")
        }
    }

    @Test("an operation tells its rate and when it will be through")
    func rate() async throws {
        try await Harness().run { caller async throws in
            let reply = try await caller.call(.get, "/v1/operations/01980000-0000-7000-8000-00000000000a")
            let json = try reply.json
            // 25 of 100 events in 5 seconds: 15 seconds are left.
            #expect(json["rate"] == .integer(5))
            #expect(json["eta"] == .string(RFC3339.text(micros: FakeLoyalty.now.micros + 20_000_000)))
            #expect(try await caller.call(.get, "/v1/operations/none").code == "operation_not_found")
        }
    }

    @Test("an operation is streamed to its end as server-sent events")
    func stream() async throws {
        try await Harness().run { caller async throws in
            let reply = try await caller.call(
                .get, "/v1/operations/01980000-0000-7000-8000-00000000000a",
                headers: [.accept: "application/json;q=0.1, text/event-stream"])
            #expect(reply.headers[.contentType] == "text/event-stream")
            let events = reply.text.components(separatedBy: "\n\n").filter { !$0.isEmpty }
            #expect(
                events.map { String($0.prefix(22)) } == [
                    "id: 1\nevent: progress\n", "id: 2\nevent: progress\n", "id: 3\nevent: end\ndata:",
                ])
            #expect(events.allSatisfy { $0.split(separator: "\n").count == 3 })
            let last = try #require(events.last?.split(separator: "\n").last?.dropFirst(6))
            #expect(try JSONReader.read(Array(last.utf8))["state"] == .string("succeeded"))
        }
    }

    @Test("both clocks reach the service", arguments: ["balance", "entries"])
    func clocks(what: String) async throws {
        let harness = Harness()
        try await harness.run { caller async throws in
            let member = UUIDText.text(FakeLoyalty.memberID)
            let query = "as_of=1970-01-01T00:00:01Z&known_at=1970-01-01T01:00:02+01:00"
            #expect(try await caller.call(.get, "/v1/members/\(member)/\(what)?\(query)").status == 200)
            let wrong = try await caller.call(.get, "/v1/members/\(member)/\(what)?as_of=x&known_at=y")
            #expect(wrong.pointers == ["/as_of", "/known_at"])
        }
        let expected = Clocks(asOf: Instant(micros: 1_000_000), knownAt: Instant(micros: 2_000_000))
        #expect(harness.fake.state.withLock { $0.clocks } == [expected])
    }

    @Test("an event before which a projection waits can be tried again or skipped, with a reason")
    func faults() async throws {
        try await Harness().run { caller async throws in
            let skip = #"{"partition": 1, "position": 7, "reason": "a till gone mad"}"#
            let path = "/v1/projections/daily"
            #expect(try await caller.call(.post, "\(path)/skip", type: "application/json", body: skip).status == 200)
            let bare = try await caller.call(.post, "\(path)/skip", type: "application/json", body: "{}")
            #expect(Set(bare.pointers) == ["/partition", "/position", "/reason"])
            let retry = #"{"partition": 9}"#
            let reply = try await caller.call(.post, "\(path)/retry", type: "application/json", body: retry)
            #expect(reply.code == "not_stopped")
        }
    }

    @Test(
        "a report is JSON, or CSV where that is asked for",
        arguments: ["liability", "breakage", "tiers", "kpis", "segments", "settlement"])
    func report(kind: String) async throws {
        let harness = Harness()
        try await harness.run { caller async throws in
            let path = "/v1/reports/\(kind)?by=day&from=2026-03-01&to=2026-03-02"
            let json = try await caller.call(.get, path)
            #expect(json.headers[.contentType] == "application/json")
            #expect(try json.json["report"] == .string(kind))
            #expect(
                json.text.contains(#""data":[{"period":"2026-03","members":7},{"period":"=a,\"b\"","members":null}]"#))
            for csv in [
                try await caller.call(.get, "\(path)&format=csv"),
                try await caller.call(.get, path, headers: [.accept: "text/csv"]),
            ] {
                #expect(csv.headers[.contentType] == "text/csv; charset=utf-8; header=present")
                // A spreadsheet must not take a text for a formula.
                #expect(csv.text == "period,members\r\n2026-03,7\r\n\"'=a,\"\"b\"\"\",\r\n")
            }
            let wrong = try await caller.call(.get, "/v1/reports/\(kind)?by=year&from=yesterday&format=pdf")
            #expect(wrong.pointers == ["/by", "/from", "/format"])
        }
        let asked = harness.fake.state.withLock { $0.reports }
        #expect(asked.count == 3)
        #expect(asked.allSatisfy { $0.unit == .day && $0.from == CivilDate(year: 2026, month: 3, day: 1) })
    }

    @Test("a checkpoint is what the command line reads")
    func checkpoint() async throws {
        try await Harness().run { caller async throws in
            let reply = try await caller.call(.get, "/v1/log/checkpoint")
            #expect(reply.status == 200)
            let read = try CheckpointFile.read(reply.body)
            #expect(read == (try await FakeLoyalty().checkpoint(at: FakeLoyalty.now)))
        }
    }

    @Test("the log's findings are named, and it is verified once at a time")
    func log() async throws {
        let gate = Gate()
        try await Harness(gate: gate).run { caller async throws in
            async let first = caller.call(.get, "/v1/log/verify")
            await gate.somebodyWaits()
            #expect(try await caller.call(.get, "/v1/log/verify").status == 503)
            gate.open()
            let reply = try await first
            #expect(reply.status == 200)
            #expect(try reply.json["clean"] == .bool(false))
            #expect(reply.text.contains(#"{"partition":3,"position":5,"kind":"gap","#))
        }
    }
}
