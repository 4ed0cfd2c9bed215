import HTTPTypes
import LoyaltyService
import Synchronization
import Testing

@testable import HTTPAPI

@Suite("Idempotency-Key")
struct IdempotencyRouteTests {
    /// Every POST of the table, which has every route; an event is known by its own source and id.
    static let posts = SecuredRoute.all.filter { $0.method == .post && $0.uri != "/v1/events" }

    private func send(
        _ route: SecuredRoute, _ caller: Caller, key: String, times: Int = 1
    ) async throws -> Caller.Reply {
        var headers = HTTPFields()
        for _ in 0..<times { headers.append(HTTPField(name: RequestKey.header, value: key)) }
        return try await caller.call(.post, route.uri, type: "application/json", headers: headers, body: route.body)
    }

    @Test("a POST that comes again with its key is answered as it was, and says so", arguments: posts)
    func replay(route: SecuredRoute) async throws {
        try await Harness().run { caller in
            let first = try await send(route, caller, key: "8e03978e-40d5-43dd-bc93-6894a57f9324")
            #expect((200..<300).contains(first.status), "\(first.text)")
            #expect(first.headers[RequestKey.replayed] == nil)
            // The quotes of a structured field are not part of the key.
            let again = try await send(route, caller, key: "\"8e03978e-40d5-43dd-bc93-6894a57f9324\"")
            #expect(again.status == first.status && again.body == first.body)
            #expect(again.headers[RequestKey.replayed] == "true")
            #expect(again.headers[.location] == first.headers[.location])
        }
    }

    @Test("what is no key is refused before anything is done", arguments: posts)
    func noKey(route: SecuredRoute) async throws {
        let harness = Harness()
        try await harness.run { caller in
            for (key, times) in [("", 1), ("a", 2), (String(repeating: "k", count: 256), 1)] {
                let reply = try await send(route, caller, key: key, times: times)
                #expect(reply.status == 422 && reply.code == "validation_failed", "\(key): \(reply.status)")
                #expect(reply.pointers == ["/Idempotency-Key"])
            }
        }
        #expect(harness.fake.state.withLock { $0.acts.isEmpty && $0.enrolled.isEmpty })
        #expect(harness.fake.keyBook.state.withLock { $0.made.isEmpty })
    }
}
