import Foundation
import Testing

@testable import Wire

@Suite("webhooks on the wire")
struct WebhookWireTests {
    @Test("a signature is that of the Standard Webhooks' own example; two secrets give two")
    func signature() throws {
        let secret = try #require(WebhookSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
        let body = Array(#"{"test": 2432232314}"#.utf8)
        let known = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        let id = "msg_p5jXN8AQM9LWM0D4loKWxJek"
        let one = WebhookSecret.signatures(by: [secret], id: id, seconds: 1_614_265_330, body: body)
        #expect(one == known)
        let two = WebhookSecret.signatures(by: [.random(), secret], id: id, seconds: 1_614_265_330, body: body)
        #expect(two.split(separator: " ").count == 2 && two.hasSuffix(known))
    }

    @Test("a secret is read as it was written, and shows itself to nobody by mistake")
    func secret() {
        let secret = WebhookSecret.random()
        #expect(WebhookSecret(secret.text) == secret)
        #expect(secret.text.hasPrefix("whsec_") && secret.bytes.count == 32)
        #expect(!"\(secret)".contains(secret.text.dropFirst(6)))
        for text in ["", "whsec_", "whsec_!", "abc", "whsec_AAAA"] { #expect(WebhookSecret(text) == nil) }
    }

    @Test(
        "each recorded event tells what its row says",
        arguments: [
            ("member.enrolled", "member.enrolled", ["programme", "tier"]),
            (
                "points.accrued.base", "points.earned",
                ["wallet", "points", "balance", "rule", "programme_version", "expires", "reason"]
            ),
            ("points.revoked", "points.revoked", ["wallet", "points", "balance", "order", "return_id"]),
            ("points.expired", "points.expired", ["wallet", "points", "balance"]),
            ("tier.changed", "tier.reached", ["from", "to", "reason", "valid_until"]),
        ])
    func rows(fixture: String, type: String, members: [String]) throws {
        let recorded = fixture.split(separator: ".").prefix(2).joined(separator: ".")
        let messages = try WebhookTranslation.messages(type: recorded, data: try Self.fixture(fixture))
        #expect(messages.map(\.type.rawValue) == [type])
        #expect(messages.first?.members.map(\.name) == members)
    }

    @Test("a review that changes the tier ended it, one that does not kept it")
    func reviews() throws {
        func told(_ to: String) throws -> [WebhookEventType] {
            let data = #"{"v":1,"from":"vib","to":"\#(to)","reason":"reviewed","spend":1,"period":2026}"#
            return try WebhookTranslation.messages(type: "tier.changed", data: Array(data.utf8)).map(\.type)
        }
        #expect(try told("vib") == [.tierKept])
        #expect(try told("insider") == [.tierEnded])
    }

    @Test("points recorded part by part are told in one number")
    func parts() throws {
        let data = #"{"v":1,"wallet":"points","parts":[{"points":10},{"points":5}],"direction":"in","balance":20}"#
        let messages = try WebhookTranslation.messages(type: "points.transferred", data: Array(data.utf8))
        #expect(messages.first?.type == .pointsTransferred)
        #expect(messages.first?.members.contains(JSONMember("points", .integer(15))) == true)
    }

    @Test("a late event tells what happened after all, and the points that changed in one sum")
    func restated() throws {
        let messages = try WebhookTranslation.messages(
            type: "member.restated", data: try Self.fixture("member.restated"))
        #expect(messages.map(\.type) == [.tierReached, .pointsCorrected])
        #expect(messages.last?.members == [JSONMember("points", .integer(61)), JSONMember("balance", .integer(61))])
    }

    @Test("what a shop has sent itself, and what nobody knows, tells nothing")
    func silent() throws {
        for type in ["purchase.completed", "return.held", "something.new"] {
            #expect(try WebhookTranslation.messages(type: type, data: []).isEmpty)
        }
    }

    @Test("the body is a CloudEvent with the member in subject and data, and no more than it says")
    func envelope() throws {
        let member = UUID()
        let envelope = WebhookEnvelope(
            id: "evt_1_2_0", type: .pointsEarned, member: member, timeMicros: 0, version: 3,
            traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            members: [JSONMember("points", .integer(5))])
        let body = envelope.body(source: "urn:treue:log:1")
        let value = try JSONReader.read(body)
        #expect(value["specversion"] == .string("1.0"))
        #expect(value["id"] == .string("evt_1_2_0"))
        #expect(value["source"] == .string("urn:treue:log:1"))
        #expect(value["type"] == .string("points.earned"))
        #expect(value["subject"] == .string(UUIDText.text(member)))
        #expect(value["time"] == .string("1970-01-01T00:00:00Z"))
        #expect(value["data"]?["version"] == .integer(3))
        #expect(value["data"]?["points"] == .integer(5))
        #expect(WebhookEnvelope.traceparent(in: body) == envelope.traceparent)
    }

    @Test("every fault of an endpoint's body is named")
    func faults() throws {
        let body = #"{"url": "ftp://a", "event_types": ["points.earned", "x"], "enabled": 1, "secret": "s"}"#
        let error = #expect(throws: BodyError.self) { try WebhookEndpointBody.read(Array(body.utf8)) }
        guard case .invalid(let faults)? = error else { throw CancellationError() }
        #expect(faults.map(\.pointer) == ["/url", "/event_types/1", "/enabled", "/secret"])
    }

    @Test(
        "a URL that cannot be used is refused",
        arguments: [
            "shop.example", "//shop.example", "http://", "https://u:p@shop.example/", "https://shop.example/#a",
            "file:///etc/passwd", "https://shop.example:0/", "https://shop.example/ä",
        ])
    func urls(text: String) {
        #expect((try? WebhookURL.read(text).get()) == nil)
    }

    @Test("the host of a URL is in lower case and without brackets")
    func host() throws {
        #expect(try WebhookURL.read("https://Shop.Example:8443/a?b=c").get().host == "shop.example")
        #expect(try WebhookURL.read("http://[::1]:80/").get().host == "::1")
    }

    private static func fixture(_ name: String) throws -> [UInt8] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        return Array(try Data(contentsOf: folder.appending(path: "Fixtures/\(name).v1.json")))
    }
}

@Suite("W3C trace context")
struct TraceParentTests {
    private static let good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

    @Test("is read as it stands; a later version's additions are left out")
    func read() {
        #expect(TraceParent(Self.good)?.text == Self.good)
        #expect(TraceParent(Self.good)?.traceID == "0af7651916cd43dd8448eb211c80319c")
        #expect(TraceParent("cc" + Self.good.dropFirst(2) + "-what-the-future-brings")?.text == Self.good)
    }

    @Test(
        "is ignored where it is not one",
        arguments: [
            "", "00", good + "-", good + "0", "ff" + good.dropFirst(2), good.uppercased(),
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01", good.replacing("-", with: "_"),
            "cc" + good.dropFirst(2) + "." + String(repeating: "a", count: 300),
        ])
    func refused(text: String) {
        #expect(TraceParent(text) == nil)
    }

    @Test("a request's trace is kept with the event, but never in place of the event's own")
    func kept() throws {
        let event = """
            {"specversion":"1.0","type":"activity.completed","source":"/a","id":"1","tenant":"b",
             "data":{"member":{"card":"1"},"activity":"review"}}
            """
        let read = try CloudEventReader.read(Array(event.utf8))
        let trace = try #require(TraceParent(Self.good))
        let traced = read.traced(by: trace)
        #expect(TraceParent.kept(in: traced.metadata) == trace)
        #expect(String(decoding: traced.metadata ?? [], as: UTF8.self).contains(#""tenant":"b""#))
        let other = try #require(TraceParent("00-1af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"))
        #expect(TraceParent.kept(in: traced.traced(by: other).metadata) == trace)
        #expect(read.traced(by: nil) == read)
    }
}
