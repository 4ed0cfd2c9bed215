import HTTPTypes
import LoyaltyService
import Synchronization
import Testing
import Wire

@testable import HTTPAPI

@Suite("POST /v1/events")
struct EventRouteTests {
    @Test("a new event is 201, the same again 200 with status duplicate, another under its id 409")
    func oneEvent() async throws {
        try await Harness().run { caller in
            let first = try await caller.post(Samples.purchase(), type: "application/cloudevents+json")
            #expect(first.status == 201)
            #expect(first.text == Self.answer)
            let again = try await caller.post(Samples.purchase(), type: "application/json; charset=UTF-8")
            #expect(again.status == 200)
            #expect(try again.json["status"] == .string("duplicate"))
            let other = try await caller.post(Samples.purchase(unitPrice: 1))
            #expect(other.status == 409 && other.code == "event_conflict")
        }
    }

    private static let answer = """
        {"id":"536365","status":"accepted","member_id":"01980000-0000-7000-8000-000000000001",\
        "points":{"change":10,"available":10,"pending":0},"tier":{"id":"insider","previous":"insider"},\
        "entries":[{"kind":"accrual","rule":"base","wallet":"points","points":139,\
        "explanation":"1 point per 1.00 GBP on 139.12 GBP"}]}
        """

    @Test(
        "a batch answers in the order sent, and a bad event does not spoil its neighbours",
        arguments: ["application/json", "application/cloudevents-batch+json; charset=utf-8"])
    func batch(type: String) async throws {
        try await Harness().run { caller in
            let bad = Samples.purchase(id: "b").replacing("\"quantity\":1", with: "\"quantity\":0")
            let events = [Samples.purchase(id: "a"), bad, "7", Samples.purchase(id: "c"), Samples.purchase(id: "a")]
            let reply = try await caller.post("[\(events.joined(separator: ","))]", type: type)
            #expect(reply.status == 200)
            guard case .array(let results)? = try reply.json["results"] else { throw Missing() }
            #expect(results.map { $0["id"] } == ["a", "b", nil, "c", "a"].map { $0.map { .string($0) } ?? .null })
            let statuses = ["accepted", "rejected", "rejected", "accepted", "duplicate"]
            #expect(results.map { $0["status"] } == statuses.map { .string($0) })
            #expect(results[1]["problem"]?["code"] == .string("validation_failed"))
            #expect(results[1]["problem"]?["status"] == .integer(422))
        }
    }

    @Test("events of one member are recorded in the order sent")
    func orderOfAMember() async throws {
        let harness = Harness()
        try await harness.run { caller in
            let events = (0..<300).map { Samples.purchase(id: "\($0)", card: "card-\($0 % 100)") }
            let reply = try await caller.post("[\(events.joined(separator: ","))]")
            #expect(reply.status == 200)
            guard case .array(let results)? = try reply.json["results"] else { throw Missing() }
            #expect(results.map { $0["id"] } == (0..<300).map { .string("\($0)") })
        }
        let order = harness.fake.state.withLock { $0.order }.compactMap { Int($0) }
        #expect(order.count == 300)
        for card in 0..<100 {
            let own = order.filter { $0 % 100 == card }
            #expect(own == own.sorted())
        }
    }

    @Test("an empty batch has no results")
    func emptyBatch() async throws {
        try await Harness().run { caller in
            let reply = try await caller.post("[]")
            #expect(reply.status == 200 && reply.text == #"{"results":[]}"#)
        }
    }

    @Test("1,001 events are refused as a whole")
    func tooManyEvents() async throws {
        let harness = Harness()
        try await harness.run { caller in
            let events = (0..<1001).map { Samples.purchase(id: "\($0)") }
            let reply = try await caller.post("[\(events.joined(separator: ","))]")
            #expect(reply.status == 422 && reply.code == "validation_failed")
        }
        #expect(harness.fake.state.withLock { $0.order.isEmpty })
    }

    @Test(
        "a service that takes nothing is told as 503 with Retry-After, for one event and for a batch",
        arguments: [false, true])
    func overloaded(asBatch: Bool) async throws {
        let harness = Harness()
        harness.fake.state.withLock {
            $0.failure = ServiceError(
                code: "overloaded", status: 503, title: "Busy", detail: "The queue is full.", retryAfter: 2)
        }
        try await harness.run { caller in
            let reply = try await caller.post(asBatch ? "[\(Samples.purchase())]" : Samples.purchase())
            #expect(reply.status == 503 && reply.code == "overloaded")
            #expect(reply.headers[.retryAfter] == "2")
        }
    }
}

@Suite("large bodies")
struct LargeBodyTests {
    @Test("only so many are inside at a time; small ones are not counted, and who leaves makes room")
    func bounded() throws {
        let bodies = LargeBodies(threshold: 10, limit: 2)
        let (first, second, third) = (bodies.ticket(), bodies.ticket(), bodies.ticket())
        try first.check(11)
        try first.check(12)
        try second.check(11)
        try third.check(10)
        #expect(throws: Problem.tooManyLargeBodies) { try third.check(11) }
        third.leave()
        #expect(throws: Problem.tooManyLargeBodies) { try third.check(11) }
        first.leave()
        try third.check(11)
    }

    @Test("a large batch leaves when it is answered, also when it is refused")
    func leaves() async throws {
        try await Harness().run { caller in
            let padding = String(repeating: " ", count: 300 * 1024)
            for index in 0..<20 {
                let body = index.isMultiple(of: 2) ? "[\(padding)]" : "[\(padding)"
                let reply = try await caller.post(body)
                #expect(reply.status == (index.isMultiple(of: 2) ? 200 : 400))
            }
        }
    }
}

/// Something a test needs is not there.
struct Missing: Error {}
