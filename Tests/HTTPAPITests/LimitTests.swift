import Foundation
import HTTPTypes
import Loyalty
import Synchronization
import Testing

@testable import HTTPAPI

@Suite("limits")
struct LimitTests {
    private func after(micros: Int64) -> Instant { Instant(micros: FakeLoyalty.now.micros + micros) }

    @Test("a bucket gives a burst, then so many a second; another key has its own")
    func bucket() {
        let limiter = RateLimiter(perSecond: 10, burst: 3)
        let (a, b) = (UUID(), UUID())
        for _ in 0..<3 { #expect(limiter.admit(a, at: FakeLoyalty.now) == nil) }
        #expect(limiter.admit(a, at: FakeLoyalty.now) == 1)
        #expect(limiter.admit(b, at: FakeLoyalty.now) == nil)
        #expect(limiter.admit(a, at: after(micros: 99_999)) == 1)
        #expect(limiter.admit(a, at: after(micros: 100_000)) == nil)
        #expect(limiter.admit(a, at: after(micros: 100_000)) == 1)
        for _ in 0..<3 { #expect(limiter.admit(a, at: after(micros: 10_000_000)) == nil) }
        #expect(limiter.admit(a, at: after(micros: 10_000_000)) == 1)
    }

    @Test("over a long time no more pass than the rate allows, whatever the gaps between them")
    func longRun() {
        var random = SystemRandomNumberGenerator()
        let limiter = RateLimiter(perSecond: 100, burst: 5)
        let key = UUID()
        var (now, passed): (Int64, Int64) = (0, 0)
        for _ in 0..<20_000 {
            if limiter.admit(key, at: after(micros: now)) == nil { passed += 1 }
            now += Int64.random(in: 0...4_000, using: &random)
        }
        #expect(passed <= now / 10_000 + 6 && passed >= now / 10_000 - 6)
    }

    @Test("a clock that is set back keeps nobody out")
    func clockSetBack() {
        let limiter = RateLimiter(perSecond: 1, burst: 1)
        let key = UUID()
        #expect(limiter.admit(key, at: after(micros: 3_600_000_000)) == nil)
        #expect(limiter.admit(key, at: FakeLoyalty.now) == 1)
        #expect(limiter.admit(key, at: after(micros: 1_000_000)) == nil)
    }

    @Test("too many requests of one key are 429 with Retry-After, and change nothing; other keys go on")
    func tooMany() async throws {
        let harness = Harness {
            $0.ratePerSecond = 1
            $0.rateBurst = 2
        }
        try await harness.run { caller in
            for index in 0..<2 { #expect(try await caller.post(Samples.purchase(id: "\(index)")).status == 201) }
            let refused = try await caller.post(Samples.purchase(id: "2"))
            #expect(refused.status == 429 && refused.code == "rate_limited" && refused.headers[.retryAfter] == "1")
            #expect(harness.fake.state.withLock { $0.order } == ["0", "1"])
            let other = try await caller.call(.get, "/v1/members?card=4000", key: "key-checkout")
            #expect(other.status == 200)
            #expect(try await caller.call(.get, "/livez", key: nil).status == 200)
        }
    }

    @Test("while too much is under way the rest is 503 with Retry-After, and health still answers")
    func tooMuch() async throws {
        let gate = Gate()
        let harness = Harness(gate: gate) { $0.requestLimit = 1 }
        try await harness.run { caller in
            async let first = caller.post(Samples.purchase(id: "1"))
            await gate.somebodyWaits()
            let refused = try await caller.post(Samples.purchase(id: "2"))
            #expect(refused.status == 503 && refused.code == "overloaded" && refused.headers[.retryAfter] == "1")
            #expect(try await caller.call(.get, "/livez", key: nil).status == 200)
            gate.open()
            #expect(try await first.status == 201)
            #expect(try await caller.call(.get, "/v1/members?card=4000").status == 200)
        }
        #expect(harness.fake.state.withLock { $0.order } == ["1"])
    }
}

@Suite("pages of other origins")
struct CrossOriginTests {
    private static let ask: HTTPFields = [
        .origin: "https://shop.example", .accessControlRequestMethod: "GET",
        .accessControlRequestHeaders: "authorization",
    ]
    private static let member = "/v1/members/01980000-0000-7000-8000-000000000001"

    @Test("none may ask unless configured")
    func off() async throws {
        try await Harness().run { caller in
            let before = try await caller.call(.options, Self.member, key: nil, headers: Self.ask)
            #expect(before.status == 405 && before.headers[.accessControlAllowOrigin] == nil)
            let reply = try await caller.call(.get, Self.member, headers: [.origin: "https://shop.example"])
            #expect(reply.status == 200 && reply.headers[.accessControlAllowOrigin] == nil)
        }
    }

    @Test("those configured may: beforehand without a key, and reading answers and refusals")
    func on() async throws {
        try await Harness { $0.crossOrigins = ["https://shop.example"] }.run { caller in
            let before = try await caller.call(.options, Self.member, key: nil, headers: Self.ask)
            #expect(before.status == 204 && before.headers[.accessControlAllowOrigin] == "https://shop.example")
            #expect(before.headers[.accessControlAllowMethods]?.contains("GET") == true)
            #expect(before.headers[.accessControlAllowHeaders]?.contains("Authorization") == true)
            #expect(before.headers[.accessControlAllowCredentials] == nil)
            for key in ["key-admin", nil] {
                let reply = try await caller.call(
                    .get, Self.member, key: key, headers: [.origin: "https://shop.example"])
                #expect(reply.headers[.accessControlAllowOrigin] == "https://shop.example")
                #expect(reply.headers[.vary] == "Origin")
            }
            let nowhere = try await caller.call(.options, "/v1/nowhere", key: nil, headers: Self.ask)
            #expect(nowhere.status == 404)
        }
    }

    @Test("others may not")
    func others() async throws {
        try await Harness { $0.crossOrigins = ["https://shop.example"] }.run { caller in
            for origin in ["https://evil.example", "https://shop.example.evil.example", "null", "http://shop.example"] {
                var ask = Self.ask
                ask[.origin] = origin
                for method in [HTTPRequest.Method.options, .get] {
                    let reply = try await caller.call(method, Self.member, headers: ask)
                    #expect(reply.headers[.accessControlAllowOrigin] == nil && reply.headers[.vary] == "Origin")
                }
            }
        }
    }
}
