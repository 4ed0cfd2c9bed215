import HTTPTypes
import Hummingbird
import LoyaltyService
import NIOCore
import Synchronization
import Testing
import Wire

@testable import HTTPAPI

@Suite("a problem's detail")
struct ProblemDetailTests {
    @Test(
        "ends as its last sentence does",
        arguments: [
            ("must be b; did you mean \"c\"?", 1, "/a must be b; did you mean \"c\"?"),
            ("must be b", 1, "/a must be b."),
            ("must be b; did you mean \"c\"?", 2, "/a must be b; did you mean \"c\"? (and 1 more, see errors)."),
        ])
    func end(detail: String, count: Int, told: String) {
        let faults = Array(repeating: ServiceError.Fault(pointer: "/a", detail: detail), count: count)
        #expect(Problem.invalid(faults).detail == told)
    }
}

/// A body that must be refused.
struct WrongBody: CustomTestStringConvertible, Sendable {
    var name: String
    var body: String
    var type: String? = "application/json"
    var headers: HTTPFields = [:]
    var status: Int
    var code: String
    var pointers: [String] = []

    var testDescription: String { name }

    static func sale(_ old: String, _ new: String) -> String { Samples.purchase().replacing(old, with: new) }

    static let all = unreadable + media + wrong + large

    private static let unreadable = [
        WrongBody(name: "nothing", body: "", status: 400, code: "unreadable_body"),
        WrongBody(name: "broken JSON", body: #"{"id":"#, status: 400, code: "unreadable_body"),
        WrongBody(name: "broken array", body: "[{}", status: 400, code: "unreadable_body"),
        WrongBody(
            name: "a name twice", body: sale(#""id":"#, #""id":"x","id":"#), status: 400, code: "unreadable_body",
            pointers: ["/id"]),
        WrongBody(
            name: "deep nesting", body: String(repeating: "[", count: 5000), status: 400, code: "unreadable_body"),
    ]

    private static let media = [
        WrongBody(
            name: "no type", body: Samples.purchase(), type: nil, status: 415, code: "unsupported_media_type"),
        WrongBody(
            name: "a form", body: "a=b", type: "application/x-www-form-urlencoded", status: 415,
            code: "unsupported_media_type"),
        WrongBody(
            name: "latin-1", body: Samples.purchase(), type: "application/json; charset=iso-8859-1", status: 415,
            code: "unsupported_media_type"),
        WrongBody(
            name: "compressed", body: "x", headers: [.contentEncoding: "gzip"], status: 415,
            code: "unsupported_media_type"),
    ]

    private static let wrong = [
        WrongBody(
            name: "three faults at once",
            body: sale(#""quantity":1"#, #""quantity":-1,"colour":"red""#).replacing("GBP", with: "pounds"),
            status: 422,
            code: "validation_failed", pointers: ["/data/currency", "/data/lines/0/quantity", "/data/lines/0/colour"]),
        WrongBody(
            name: "two members", body: sale(#"{"card":"4000"}"#, #"{"card":"4000","id":"x"}"#), status: 422,
            code: "validation_failed", pointers: ["/data/member"]),
        WrongBody(
            name: "a batch that is an object", body: Samples.purchase(), type: "application/cloudevents-batch+json",
            status: 422, code: "validation_failed", pointers: [""]),
        WrongBody(
            name: "one event that is an array", body: "[]", type: "application/cloudevents+json", status: 422,
            code: "validation_failed", pointers: [""]),
    ]

    private static let padding = String(repeating: " ", count: 256 * 1024)
    private static let large = [
        WrongBody(
            name: "a large event", body: Samples.purchase() + padding, status: 413, code: "body_too_large"),
        WrongBody(
            name: "a large event behind white space", body: " \n" + Samples.purchase() + padding, status: 413,
            code: "body_too_large"),
        WrongBody(
            name: "a large event as such", body: "[" + padding, type: "application/cloudevents+json", status: 413,
            code: "body_too_large"),
        WrongBody(
            name: "a large batch", body: "[" + String(repeating: padding, count: 32) + "]", status: 413,
            code: "body_too_large"),
    ]
}

@Suite("wrong bodies")
struct WrongBodyTests {
    @Test(
        "a wrong body is a problem document that names every fault, and nothing is recorded",
        arguments: WrongBody.all)
    func refused(wrong: WrongBody) async throws {
        let harness = Harness()
        try await harness.run { caller in
            let reply = try await caller.post(wrong.body, type: wrong.type, headers: wrong.headers)
            #expect(reply.status == wrong.status, "\(reply.text)")
            #expect(reply.code == wrong.code)
            #expect(Set(reply.pointers) == Set(wrong.pointers), "\(reply.text)")
            #expect(try reply.json["type"] == .string("urn:treue:problem:\(wrong.code)"))
            #expect(try reply.json["status"] == .integer(Int64(wrong.status)))
        }
        #expect(harness.fake.state.withLock { $0.order.isEmpty })
    }

    @Test("a body that is shorter than announced is refused, although it can be read")
    func shorterThanAnnounced() async throws {
        let head = HTTPRequest(
            method: .post, scheme: "http", authority: "x", path: "/v1/events", headerFields: [.contentLength: "3"])
        let request = Request(head: head, body: RequestBody(buffer: ByteBuffer(string: "{}")))
        await #expect(throws: Problem.self) {
            _ = try await BodyReader.read(request, limit: .init(bytes: 10, what: "It"))
        }
    }

    @Test("a batch may be larger than one event")
    func largeBatch() async throws {
        try await Harness().run { caller in
            let padding = String(repeating: " ", count: 1024 * 1024)
            let reply = try await caller.post(" \n[\(padding)\(Samples.purchase())]")
            #expect(reply.status == 200)
        }
    }

    @Test("an enrolment is read as strictly")
    func enrolment() async throws {
        try await Harness().run { caller in
            let body = #"{"email":"nobody","birthday":"2025-02-30","shoe_size":43}"#
            let reply = try await caller.call(.post, "/v1/members", type: "application/json", body: body)
            #expect(reply.status == 422 && reply.code == "validation_failed")
            #expect(Set(reply.pointers) == ["/email", "/birthday", "/shoe_size"])
        }
    }
}
