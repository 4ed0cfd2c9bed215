import Foundation
import HTTPTypes
import HummingbirdTesting
import Loyalty
import LoyaltyService
import NIOHTTP1
import Synchronization
import Testing
import Wire

@testable import HTTPAPI

@Suite("the express for events and balances")
struct ExpressTests {
    /// What a server answers to these events, each time, and how many came by the express. With an `Origin` none does.
    private static func talk(
        _ bodies: [String], headers: HTTPFields, expressly: Bool, _ adjust: @Sendable (inout HTTPConfiguration) -> Void,
        failure: ServiceError?
    ) async throws -> (answers: [[String]], express: Int) {
        let harness = Harness(adjust)
        harness.fake.state.withLock { $0.failure = failure }
        var headers = headers
        if !expressly { headers[.origin] = "https://shop.example" }
        return try await harness.run(.live) { [headers] caller in
            var answers: [[String]] = []
            for body in bodies {
                let reply = try await caller.post(body, type: "application/cloudevents+json", headers: headers)
                #expect(reply.headers[.date]?.hasSuffix(" GMT") == true)
                let fields = reply.headers.filter { $0.name != .date }.map { "\($0.name.canonicalName): \($0.value)" }
                answers.append(["\(reply.status)", reply.text] + fields.sorted())
            }
            return (answers, harness.fake.state.withLock { $0.express })
        }
    }

    @Test(
        "answers what the long way answers",
        arguments: [
            (nil, [:]), (nil, ["traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"]),
            (ServiceError(code: "member_not_found", status: 404, title: "No", detail: "Nobody.", faults: []), [:]),
            (ServiceError(code: "overloaded", status: 503, title: "Busy", detail: "Later.", retryAfter: 3), [:]),
        ] as [(ServiceError?, [String: String])])
    func sameAnswers(failure: ServiceError?, more: [String: String]) async throws {
        var headers: HTTPFields = [RequestID.header: "till-7"]
        for (name, value) in more { headers[HTTPField.Name(name)!] = value }
        // The first is new, the second a repeat, the third another event under the same name.
        let bodies = [Samples.purchase(), Samples.purchase(), Samples.purchase(unitPrice: 7)]
        let origins: @Sendable (inout HTTPConfiguration) -> Void = { $0.crossOrigins = ["https://other.example"] }
        for adjust in [{ _ in }, origins] as [@Sendable (inout HTTPConfiguration) -> Void] {
            let express = try await Self.talk(bodies, headers: headers, expressly: true, adjust, failure: failure)
            let long = try await Self.talk(bodies, headers: headers, expressly: false, adjust, failure: failure)
            #expect(express.answers == long.answers)
            #expect(express.express == 3 && long.express == 0)
        }
    }

    @Test(
        "a balance is answered as on the long way",
        arguments: [("key-checkout", true), ("key-support", true), ("key-admin", false)])
    func balance(key: String, isKnown: Bool) async throws {
        let member = UUIDText.text(isKnown ? FakeLoyalty.memberID : UUID())
        var answers: [[String]] = []
        for isLong in [false, true] {
            let harness = Harness()
            answers.append(
                try await harness.run(.live) { caller in
                    var headers: HTTPFields = [RequestID.header: "app-7"]
                    if isLong { headers[.origin] = "https://shop.example" }
                    let reply = try await caller.call(
                        .get, "/v1/members/\(member)/balance", key: key, headers: headers)
                    #expect(reply.status == (isKnown ? 200 : 404) && (reply.headers[.eTag] != nil) == isKnown)
                    harness.fake.state.withLock { #expect($0.express == (isLong ? 0 : 1)) }
                    let metrics = try await caller.call(.get, "/metrics", key: nil).text
                    #expect(metrics.contains("route=\"/v1/members/{id}/balance\",status=\"\(reply.status)\"} 1"))
                    let fields = reply.headers.filter { $0.name != .date }
                    return ["\(reply.status)", reply.text]
                        + fields.map { "\($0.name.canonicalName): \($0.value)" }.sorted()
                })
        }
        #expect(answers[0] == answers[1])
    }

    @Test(
        "other questions about balances lead the long way",
        arguments: [
            ("\(UUIDText.text(FakeLoyalty.memberID))/balance?as_of=2026-01-01T00:00:00Z", "key-admin", 200),
            ("\(UUIDText.text(FakeLoyalty.memberID))/balance", "nobody", 401),
            ("nobody/balance", "key-admin", 404), ("\(UUIDText.text(FakeLoyalty.memberID))/entries", "key-admin", 200),
        ])
    func otherBalances(path: String, key: String, status: Int) async throws {
        let harness = Harness()
        try await harness.run(.live) { caller in
            let reply = try await caller.call(.get, "/v1/members/\(path)", key: key)
            #expect(reply.status == status)
            harness.fake.state.withLock { #expect($0.express == 0) }
        }
    }

    @Test("whoever holds a balance already is told so")
    func notModified() async throws {
        try await Harness().run(.live) { caller in
            let path = "/v1/members/\(UUIDText.text(FakeLoyalty.memberID))/balance"
            let tag = try #require(try await caller.call(.get, path).headers[.eTag])
            let again = try await caller.call(.get, path, headers: [.ifNoneMatch: tag])
            #expect(again.status == 304)
        }
    }

    @Test(
        "what it does not take is answered the long way",
        arguments: [
            ("key-admin", "application/json", "[]", 200), ("key-admin", "text/plain", "{}", 415),
            ("key-admin", "application/json", "{", 400), ("key-admin", "application/json", "{}", 422),
            ("key-support", "application/json", Samples.purchase(), 403), ("nobody", "application/json", "{}", 401),
            ("key-admin", "application/json; charset=latin-1", "{}", 415),
        ])
    func longWay(key: String, type: String, body: String, status: Int) async throws {
        let harness = Harness()
        try await harness.run(.live) { caller in
            let reply = try await caller.call(.post, "/v1/events", key: key, type: type, body: body)
            #expect(reply.status == status)
            harness.fake.state.withLock { #expect($0.express == 0) }
        }
    }

    @Test("a content type with a charset is taken")
    func charset() async throws {
        let harness = Harness()
        try await harness.run(.live) { caller in
            let type = "application/cloudevents+json; charset=UTF-8"
            let reply = try await caller.post(Samples.purchase(), type: type)
            #expect(reply.status == 201)
            harness.fake.state.withLock { #expect($0.express == 1) }
        }
    }

    @Test("callers are limited, and requests counted, as on the long way; one that goes on is charged once")
    func limits() async throws {
        let harness = Harness { ($0.ratePerSecond, $0.rateBurst) = (1, 3) }
        try await harness.run(.live) { caller in
            for _ in 0..<2 { #expect(try await caller.post(Samples.purchase()).status < 300) }
            harness.fake.state.withLock { $0.isExpressClosed = true }
            #expect(try await caller.post(Samples.purchase()).status == 200)
            harness.fake.state.withLock { $0.isExpressClosed = false }
            let refused = try await caller.post(Samples.purchase())
            #expect(refused.status == 429 && refused.code == "rate_limited")
            harness.fake.state.withLock { #expect($0.express == 2) }
            let metrics = try await caller.call(.get, "/metrics", key: nil).text
            #expect(metrics.contains("route=\"/v1/events\",status=\"201\"} 1"))
            #expect(metrics.contains("route=\"/v1/events\",status=\"200\"} 2"))
        }
    }

    @Test(
        "header fields that ask for more lead the long way",
        arguments: [
            ("Expect", "100-continue"), ("If-None-Match", "*"), ("Origin", "https://shop.example"),
            ("Connection", "close"),
            ("X-Request-Id", "7 "), ("traceparent", "t\t"), ("Content-Encoding", "gzip"),
            ("TRANSFER-ENCODING", "chunked"), ("Upgrade", "h2c"),
        ])
    func fields(name: String, value: String) {
        #expect(ExpressFields([name: value]) == nil)
    }

    @Test("the other fields are read, whatever their case; unknown ones are not minded")
    func plainFields() throws {
        let fields = try #require(
            ExpressFields([
                "AUTHORIZATION": "Bearer x", "content-Type": "application/json", "X-Request-Id": "7",
                "Traceparent": "t", "Connection": "Keep-Alive", "Accept": "*/*", "X-Content-Types": "z",
            ]))
        #expect(fields.authorization == ["Bearer x"] && fields.contentType == "application/json")
        #expect(fields.requestID == "7" && fields.traceParent == "t")
        #expect(ExpressFields(HTTPHeaders([("Content-Type", "a"), ("Content-Type", "b")])) == nil)
    }

    @Test(
        "dates are written as HTTP wants them",
        arguments: [
            (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"), (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
            (-1, "Wed, 31 Dec 1969 23:59:59 GMT"), (1_709_210_096, "Thu, 29 Feb 2024 12:34:56 GMT"),
            (4_102_444_800, "Fri, 01 Jan 2100 00:00:00 GMT"), (-62_135_596_800, "Mon, 01 Jan 0001 00:00:00 GMT"),
        ] as [(Int64, String)])
    func dates(second: Int64, text: String) {
        #expect(HTTPDate.text(ofSecond: second) == text)
    }
}
