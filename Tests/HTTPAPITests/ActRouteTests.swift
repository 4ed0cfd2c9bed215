import HTTPTypes
import Loyalty
import LoyaltyService
import Synchronization
import Testing

@testable import HTTPAPI
@testable import Wire

/// A request that moves points, and what comes back.
struct ActRequest: CustomTestStringConvertible, Sendable {
    var path: String
    /// nil for a request without a body.
    var body: String?
    var status: Int
    var act: FakeAct
    /// Members of the answer.
    var shown: [String: JSONValue]

    var testDescription: String { path }

    private static let member = "/v1/members/01980000-0000-7000-8000-000000000001"
    private static let redemption = "/v1/redemptions/01980000-0000-7000-8000-0000000000aa"
    private static let bob = MemberReference(.card, "4001")!

    static let all = [
        ActRequest(
            path: member + "/redemptions", body: #"{"points":300,"order_id":"17","confirm":true}"#, status: 201,
            act: .redeem(
                RedemptionBody(
                    what: .points(300), order: "17", orderTotal: nil, orderCurrency: nil, partner: nil, confirm: true)),
            shown: ["status": .string("confirmed"), "points": .integer(2500), "expires_at": .null]),
        ActRequest(
            path: member + "/redemptions",
            body: #"{"reward":"cash","order_total":{"amount":2450,"currency":"GBP"},"partner":"p"}"#, status: 201,
            act: .redeem(
                RedemptionBody(
                    what: .reward("cash"), order: nil, orderTotal: 2450, orderCurrency: "GBP", partner: "p",
                    confirm: false)),
            shown: ["status": .string("reserved"), "expires_at": .string("2025-11-22T08:26:40Z")]),
        ActRequest(
            path: redemption + "/confirm", status: 200, act: .confirm(FakeLoyalty.redemptionID),
            shown: ["status": .string("confirmed"), "reward": .string("rouge-reward")]),
        ActRequest(
            path: redemption + "/cancel", status: 200, act: .cancel(FakeLoyalty.redemptionID),
            shown: ["status": .string("cancelled")]),
        ActRequest(
            path: "/v1/vouchers/ABCD-EFGH/redeem", status: 200, act: .voucher("ABCD-EFGH"),
            shown: ["status": .string("used"), "valid_until": .string("2026-02-20")]),
        ActRequest(
            path: member + "/adjustments", body: #"{"points":-50,"reason_code":"correction","note":"n"}"#, status: 201,
            act: .adjust(AdjustmentBody(wallet: "points", points: -50, reason: "correction", note: "n")),
            shown: ["member_id": .string("01980000-0000-7000-8000-000000000001")]),
        ActRequest(
            path: member + "/adjustments", body: #"{"points":5000,"reason_code":"goodwill","wallet":"stamps"}"#,
            status: 202, act: .adjust(AdjustmentBody(wallet: "stamps", points: 5000, reason: "goodwill")),
            shown: ["status": .string("awaiting_approval"), "points": .integer(5000), "wallet": .string("stamps")]),
        ActRequest(
            path: member + "/transfers", body: #"{"to":{"card":"4001"},"points":30}"#, status: 201,
            act: .transfer(TransferBody(to: bob, wallet: "points", points: 30)),
            shown: ["id": .string("01980000-0000-7000-8000-0000000000bb")]),
        ActRequest(
            path: member + "/merge", body: #"{"into":{"card":"4001"}}"#, status: 200, act: .merge(MergeBody(into: bob)),
            shown: ["id": .string("01980000-0000-7000-8000-000000000001")]),
        ActRequest(
            path: member + "/subscription", body: #"{"plan":"year","action":"renew"}"#, status: 201,
            act: .subscribe(SubscriptionBody(request: SubscriptionRequest(plan: "year", action: .renew))), shown: [:]),
        ActRequest(
            path: member + "/tier", body: #"{"tier":"vib","until":"2026-12-31","reason_code":"vip"}"#, status: 201,
            act: .grant(TierBody(tier: "vib", until: CivilDate(year: 2026, month: 12, day: 31), reason: "vip")),
            shown: [:]),
    ]
}

@Suite("points spent, given and handed on, over HTTP")
struct ActRouteTests {
    private static let member = "/v1/members/01980000-0000-7000-8000-000000000001"

    @Test("a request is read whole, and answered", arguments: ActRequest.all)
    func happy(request: ActRequest) async throws {
        let harness = Harness()
        try await harness.run { caller in
            let reply = try await caller.call(
                .post, request.path, type: request.body.map { _ in "application/json" }, body: request.body)
            #expect(reply.status == request.status, "\(reply.text)")
            #expect(reply.headers[RequestKey.replayed] == nil)
            for (name, value) in request.shown { #expect(try reply.json[name] == value, "\(reply.text)") }
        }
        #expect(harness.fake.state.withLock { $0.acts } == [request.act])
    }

    @Test(
        "the same Idempotency-Key again says that the answer is a repeat; a broken key is 422",
        arguments: ActRequest.all)
    func repeats(request: ActRequest) async throws {
        try await Harness().run { caller in
            func send(_ key: String) async throws -> Caller.Reply {
                try await caller.call(
                    .post, request.path, type: request.body.map { _ in "application/json" },
                    headers: [RequestKey.header: key], body: request.body)
            }
            let first = try await send("a")
            #expect(first.headers[RequestKey.replayed] == nil)
            let again = try await send("\"a\"")
            #expect(again.status == first.status && again.body == first.body)
            #expect(again.headers[RequestKey.replayed] == "true")
            let broken = try await send(String(repeating: "x", count: 256))
            #expect(broken.status == 422 && broken.pointers == ["/Idempotency-Key"])
        }
    }

    @Test(
        "every fault of a body is named at once",
        arguments: [
            ("/redemptions", #"{}"#, ["/reward"]),
            ("/redemptions", #"{"reward":"a","points":1}"#, ["/reward"]),
            (
                "/redemptions", #"{"points":0,"order_total":{"amount":-1},"confirm":"yes","colour":1}"#,
                ["/points", "/order_total/amount", "/order_total/currency", "/confirm", "/colour"]
            ),
            ("/adjustments", #"{"points":0,"note":7,"x":1}"#, ["/points", "/reason_code", "/note", "/x"]),
            ("/adjustments", #"{"points":1.5,"reason_code":""}"#, ["/points", "/reason_code"]),
            ("/transfers", #"{"to":{},"points":-1}"#, ["/to", "/points"]),
            ("/merge", #"{"into":{"card":"1","id":"2"}}"#, ["/into"]),
            ("/merge", #"{}"#, ["/into"]),
            ("/subscription", #"{"action":"pause"}"#, ["/plan", "/action"]),
            ("/tier", #"{"until":"tomorrow"}"#, ["/tier", "/reason_code", "/until"]),
        ] as [(String, String, [String])])
    func faults(suffix: String, body: String, pointers: [String]) async throws {
        let harness = Harness()
        try await harness.run { caller in
            let reply = try await caller.call(.post, Self.member + suffix, type: "application/json", body: body)
            #expect(reply.status == 422 && reply.code == "validation_failed", "\(reply.text)")
            #expect(Set(reply.pointers) == Set(pointers), "\(reply.text)")
        }
        #expect(harness.fake.state.withLock { $0.acts } == [])
    }

    @Test("a quote shows what a purchase would bring; every fault of it is named")
    func quote() async throws {
        let harness = Harness()
        try await harness.run { caller in
            let body = """
                {"member":{"external_id":"new"},"currency":"GBP","time":"2025-11-22T08:00:00Z",
                 "lines":[{"sku":"A","quantity":1,"unit_price":13912}]}
                """
            let reply = try await caller.call(.post, "/v1/quotes", type: "application/json", body: body)
            #expect(reply.status == 200, "\(reply.text)")
            let json = try reply.json
            #expect(json["member_id"] == .null)
            #expect(json["points"]?["change"] == .integer(139))
            #expect(json["tier"]?["id"] == .string("insider"))
            #expect(json["entries"]?.elements.count == 1)
            #expect(json["balance"]?["wallets"]?["points"]?["available"] == .integer(139))
            let wrong = try await caller.call(
                .post, "/v1/quotes", type: "application/json",
                body: #"{"currency":"gbp","lines":[{"sku":"A","quantity":0,"unit_price":1}],"time":"now","x":1}"#)
            #expect(wrong.status == 422)
            #expect(Set(wrong.pointers) == ["/member", "/currency", "/lines/0/quantity", "/time", "/x"])
        }
        guard case .quote(let quote) = harness.fake.state.withLock({ $0.acts.first }) else {
            Issue.record("no quote")
            return
        }
        #expect(quote.time == Instant(micros: 1_763_798_400_000_000))
        #expect(quote.purchase.lines.map(\.unitPrice) == [13_912])
    }

    @Test("rewards say what they cost, and to whom they are open")
    func rewards() async throws {
        let harness = Harness()
        try await harness.run { caller in
            let all = try await caller.call(.get, "/v1/rewards")
            let reward = try all.json["data"]?.elements.first
            #expect(all.status == 200 && reward?["affordable"] == nil && reward?["stock"] == .integer(49))
            #expect(reward?["value"]?["amount"] == .integer(1000) && reward?["points"] == .integer(400))
            #expect(reward?["tiers"]?.elements == [.string("rouge"), .string("vib")])
            let own = try await caller.call(.get, "/v1/rewards?member=01980000-0000-7000-8000-000000000001")
            #expect(try own.json["data"]?.elements.first?["affordable"] == .bool(true))
            #expect(try own.json["data"]?.elements.first?["eligible"] == .bool(false))
            let wrong = try await caller.call(.get, "/v1/rewards?member=")
            #expect(wrong.status == 422 && wrong.pointers == ["/member"])
        }
        #expect(
            harness.fake.state.withLock { $0.askedRewards } == [
                nil, .init(.id, "01980000-0000-7000-8000-000000000001"),
            ])
    }

    @Test("a redemption can be read; what is no id is nobody's")
    func redemption() async throws {
        try await Harness().run { caller in
            let reply = try await caller.call(.get, "/v1/redemptions/01980000-0000-7000-8000-0000000000aa")
            #expect(reply.status == 200)
            #expect(try reply.json["status"] == .string("lapsed"))
            #expect(try reply.json["co_payment"]?["amount"] == .integer(500))
            for path in ["", "/confirm", "/cancel"] {
                for id in ["7", "01980000-0000-7000-8000-0000000000ab"] {
                    let none = try await caller.call(path.isEmpty ? .get : .post, "/v1/redemptions/\(id)\(path)")
                    #expect(none.status == 404 && none.code == "redemption_not_found")
                }
            }
            let made = try await caller.call(
                .post, Self.member + "/redemptions", type: "application/json", body: #"{"points":1}"#)
            #expect(made.headers[.location] == "/v1/redemptions/01980000-0000-7000-8000-0000000000aa")
        }
    }

    @Test("adjustments that wait are listed and approved")
    func approvals() async throws {
        try await Harness().run { caller in
            let list = try await caller.call(.get, "/v1/adjustments?limit=7&cursor=x", key: "key-support")
            #expect(list.status == 200)
            #expect(try list.json["data"]?.elements.first?["reason_code"] == .string("goodwill"))
            #expect(try list.json["next_cursor"] == .string("next"))
            let id = try #require(try list.json["data"]?.elements.first?["id"]?.text)
            let approved = try await caller.call(.post, "/v1/adjustments/\(id)/approve", key: "key-support")
            #expect(approved.status == 200, "\(approved.text)")
            for wrong in ["7", "01980000-0000-7000-8000-000000000001"] {
                let none = try await caller.call(.post, "/v1/adjustments/\(wrong)/approve")
                #expect(none.status == 404 && none.code == "adjustment_not_found")
            }
        }
    }

    @Test("nobody's points cannot be moved", arguments: ActRequest.all.filter { $0.path.contains("/members/") })
    func strangers(request: ActRequest) async throws {
        try await Harness().run { caller in
            for id in ["7", "01980000-0000-7000-8000-000000000002"] {
                let path = request.path.replacing("01980000-0000-7000-8000-000000000001", with: id)
                let reply = try await caller.call(.post, path, type: "application/json", body: request.body)
                #expect(reply.status == 404 && reply.code == "member_not_found", "\(reply.text)")
            }
        }
    }
}
