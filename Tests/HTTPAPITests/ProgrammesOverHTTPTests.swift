import Foundation
import HTTPTypes
import Loyalty
import Testing
import Wire

@testable import HTTPAPI

/// The worked results of every example, over the API and through the log: the same as on the bare engine.
@Suite("Every programme runs end to end over HTTP", .serialized)
struct ProgrammesOverHTTPTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "examples/programmes")

    static let files: [String] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { $0.hasSuffix(".yaml") }.sorted()
    }()

    @Test("with each of its examples", arguments: files)
    func programme(name: String) async throws {
        let text = try String(contentsOf: Self.folder.appending(path: name), encoding: .utf8)
        let document = try ProgrammeFile.document(text, name: name)
        try await RealServer.with { server in
            let (id, last) = (document.programme.id, document.programme.versions.count)
            let published = try await server.call(
                .put, "/v1/programmes/\(id)/versions/\(last)", text, type: "application/yaml")
            #expect(published.status == 201 || published.status == 200, "\(published.text)")
            try await fillPools(of: document.programme, on: server)
            #expect(!document.examples.isEmpty)
            for example in document.examples {
                var call = ExampleCall(server: server, programme: document.programme, example: example)
                try await call.run()
            }
        }
    }

    /// Codes for the rewards that take them from the shop.
    private func fillPools(of programme: Programme, on server: RealServer) async throws {
        let rewards = Set(programme.versions.flatMap(\.rewards).filter { $0.voucher?.fromPool == true }.map(\.id))
        for reward in rewards.sorted() {
            let codes = (0..<20).map { JSONValue.string("\(reward)-\($0)") }
            let body = [JSONMember("programme", .string(programme.id)), JSONMember("codes", .array(codes))]
            let reply = try await server.call(
                .post, "/v1/rewards/\(reward)/codes", JSONValue.object(body).written)
            #expect((200..<300).contains(reply.status), "\(reply.text)")
        }
    }
}

/// One example, told to a server.
private struct ExampleCall {
    let server: RealServer
    let programme: Programme
    let example: ProgrammeExample
    /// Whom else the example names.
    private var others: [String: String] = [:]

    init(server: RealServer, programme: Programme, example: ProgrammeExample) {
        (self.server, self.programme, self.example) = (server, programme, example)
    }

    mutating func run() async throws {
        let member = try await enrol()
        var redemptions: [String: String] = [:]
        var vouchers: [String: String] = [:]
        for part in example.parts {
            switch part {
            case .step(let step):
                server.clock.move(to: max(step.at, server.clock.now))
                let reply = try await perform(step, by: member, redemptions, vouchers)
                try check(step, reply)
                if case .redemption(let request) = step.command, let json = try? reply.json {
                    redemptions[request.id] = json["id"]?.text
                    vouchers[request.id] = json["voucher"]?["code"]?.text
                }
            case .expectation(let expected): try await check(expected, of: member)
            }
        }
    }

    private func enrol() async throws -> String {
        let steps = example.parts.compactMap { if case .step(let step) = $0 { step.at } else { nil } }
        server.clock.set(example.member.enrolledAt ?? steps.min() ?? server.clock.now)
        var body: [JSONMember] = [JSONMember("programme", .string(programme.id))]
        if let birthday = example.member.birthday {
            body.append(JSONMember("birthday", .string("2000-\(Self.two(birthday.month))-\(Self.two(birthday.day))")))
        }
        if example.member.referredBy != nil {
            let friend = try await server.post("/v1/members", .object([JSONMember("programme", .string(programme.id))]))
            body.append(JSONMember("referred_by", friend["id"] ?? .null))
        }
        let answer = try await server.post("/v1/members", .object(body))
        return try #require(answer["id"]?.text, "\(answer)")
    }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

    // MARK: What happens

    private mutating func perform(
        _ step: ProgrammeExample.Step, by member: String, _ redemptions: [String: String], _ vouchers: [String: String]
    ) async throws -> Caller.Reply {
        let path = "/v1/members/\(member)"
        switch step.command {
        case .purchase(let purchase):
            return try await event("purchase.completed", Wording.data(of: purchase, redemptions), step, member)
        case .purchaseReturn(let goods):
            return try await event("purchase.returned", Wording.data(of: goods), step, member)
        case .activity(let activity):
            return try await event("activity.completed", Wording.data(of: activity), step, member)
        case .redemption(let request):
            return try await server.call(.post, "\(path)/redemptions", Wording.body(of: request))
        case .confirmRedemption(let id):
            return try await server.call(.post, "/v1/redemptions/\(redemptions[id] ?? "")/confirm", "")
        case .cancelRedemption(let id):
            return try await server.call(.post, "/v1/redemptions/\(redemptions[id] ?? "")/cancel", "")
        case .redeemVoucher(let id):
            return try await server.call(.post, "/v1/vouchers/\(vouchers[id] ?? "")/redeem", "")
        case .adjustment(let adjustment):
            return try await server.call(.post, "\(path)/adjustments", Wording.body(of: adjustment))
        case .subscription(let request):
            return try await server.call(.post, "\(path)/subscription", Wording.body(of: request))
        case .grantTier(let tier, let until, let reason):
            return try await server.call(.post, "\(path)/tier", Wording.body(ofTier: tier, until, reason))
        case .transferOut(_, let other, let wallet, let points):
            let body = Wording.body(ofTransferTo: try await somebody(other), wallet, points)
            return try await server.call(.post, "\(path)/transfers", body)
        case .referral(let friend, _, let isWithdrawn):
            return try await friendDeals(try await somebody(friend, referredBy: member), isBack: isWithdrawn, step)
        default: throw Missing()
        }
    }

    private mutating func somebody(_ name: String, referredBy: String? = nil) async throws -> String {
        if let known = others[name] { return known }
        var body = [JSONMember("programme", .string(programme.id))]
        if let referredBy { body.append(JSONMember("referred_by", .string(referredBy))) }
        let id = try #require(try await server.post("/v1/members", .object(body))["id"]?.text)
        others[name] = id
        return id
    }

    /// The friend buys for a hundred, or brings all of it back.
    private func friendDeals(
        _ friend: String, isBack: Bool, _ step: ProgrammeExample.Step
    ) async throws -> Caller.Reply {
        let (currency, line) = (programme.currencies[0].code, Line(sku: "goods", quantity: 1, unitPrice: 10_000))
        let order = OrderReference(source: "/examples/\(friend)", id: "the friend's order")
        if isBack {
            let goods = PurchaseReturn(
                source: order.source, order: order, returnID: "the friend's return", currency: currency,
                goods: .lines([line]))
            return try await event("purchase.returned", Wording.data(of: goods), step, friend)
        }
        let purchase = Purchase(order: order, currency: currency, lines: [line])
        return try await event("purchase.completed", Wording.data(of: purchase, [:]), step, friend)
    }

    private func event(
        _ type: String, _ data: [JSONMember], _ step: ProgrammeExample.Step, _ member: String
    ) async throws -> Caller.Reply {
        let who = JSONMember("member", .object([JSONMember("id", .string(member))]))
        let event = JSONValue.object([
            JSONMember("specversion", .string("1.0")), JSONMember("type", .string(type)),
            JSONMember("source", .string("/examples/\(member)")), JSONMember("id", .string("\(step.line)")),
            JSONMember("time", .string(RFC3339.text(micros: step.at.micros))),
            JSONMember("data", .object([who] + data)),
        ])
        return try await server.call(.post, "/v1/events", event.written, type: "application/cloudevents+json")
    }

    // MARK: What is expected

    private var place: String { "\(programme.id), line \(example.line), \(example.name)" }

    private func check(_ step: ProgrammeExample.Step, _ reply: Caller.Reply) throws {
        if let refused = step.answer.refused {
            #expect(reply.code == refused.rawValue, "\(place): \(step.label): \(reply.text)")
            return
        }
        #expect((200..<300).contains(reply.status), "\(place): \(step.label): \(reply.text)")
        // A friend's purchase is answered with what the friend has.
        if case .referral = step.command { return }
        guard (200..<300).contains(reply.status) else { return }
        if let earns = step.answer.earns, let change = try reply.json["points"]?["change"] {
            #expect(change == .integer(earns), "\(place): \(step.label)")
        }
        if let worth = step.answer.worth {
            #expect(try reply.json["value"]?["amount"] == .integer(worth), "\(place): \(step.label)")
        }
    }

    private func check(_ expected: ProgrammeExample.Expectation, of member: String) async throws {
        let at = RFC3339.text(micros: expected.at.micros)
        let reply = try await server.call(.get, "/v1/members/\(member)/balance?as_of=\(at)", nil)
        let balance = try reply.json
        func look(_ what: String, _ wanted: JSONValue?, _ actual: JSONValue?) {
            if let wanted { #expect(actual == wanted, "\(place): \(expected.label): \(what): \(reply.text)") }
        }
        for (id, points) in expected.wallets {
            let wallet = balance["wallets"]?[id]
            look("\(id) available", points.available.map(JSONValue.integer), wallet?["available"])
            look("\(id) pending", points.pending.map(JSONValue.integer), wallet?["pending"])
            look("\(id) reserved", points.reserved.map(JSONValue.integer), wallet?["reserved"])
        }
        look("tier", expected.tier.map(JSONValue.string), balance["tier"]?["id"])
        if let until = expected.validUntil {
            look(
                "valid_until", until.map { .string($0.description) } ?? .null, balance["tier"]?["valid_until"] ?? .null)
        }
        guard case .array(let metrics)? = balance["tier"]?["qualifying"] else { return }
        for (metric, value) in expected.qualifying {
            look("qualifying \(metric)", .integer(value), metrics.first { $0["metric"] == .string(metric) }?["value"])
        }
    }
}

extension JSONValue {
    fileprivate var text: String? { if case .string(let text) = self { text } else { nil } }
}
