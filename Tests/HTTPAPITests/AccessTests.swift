import HTTPTypes
import LoyaltyService
import Testing

@testable import HTTPAPI

/// A route, and the scopes that open it.
struct SecuredRoute: CustomTestStringConvertible, Sendable {
    var method: HTTPRequest.Method
    var uri: String
    var scopes: Set<Scope>
    var body: String?

    var testDescription: String { "\(method) \(uri)" }

    private static let member = "/v1/members/01980000-0000-7000-8000-000000000001"
    private static let readers: Set<Scope> = [.checkout, .memberRead, .support, .admin]

    private static let endpoint = "/v1/webhook_endpoints/01980000-0000-7000-8000-00000000000e"
    private static let webhooks = [
        SecuredRoute(
            method: .post, uri: "/v1/webhook_endpoints", scopes: [.admin], body: #"{"url": "https://shop.example/a"}"#),
        SecuredRoute(method: .get, uri: "/v1/webhook_endpoints", scopes: [.admin]),
        SecuredRoute(method: .get, uri: endpoint, scopes: [.admin]),
        SecuredRoute(method: .patch, uri: endpoint, scopes: [.admin], body: "{}"),
        SecuredRoute(method: .delete, uri: endpoint, scopes: [.admin]),
        SecuredRoute(method: .post, uri: endpoint + "/rotate_secret", scopes: [.admin]),
        SecuredRoute(method: .get, uri: endpoint + "/deliveries", scopes: [.admin]),
        SecuredRoute(method: .post, uri: endpoint + "/replay", scopes: [.admin]),
    ]

    static let all =
        [
            SecuredRoute(method: .post, uri: "/v1/events", scopes: [.checkout, .admin], body: Samples.purchase()),
            SecuredRoute(method: .post, uri: "/v1/members", scopes: [.checkout, .admin], body: "{}"),
            SecuredRoute(method: .get, uri: "/v1/members?card=4000", scopes: readers),
            SecuredRoute(method: .get, uri: member, scopes: readers),
            SecuredRoute(method: .get, uri: member + "/balance", scopes: readers),
            SecuredRoute(method: .get, uri: member + "/entries", scopes: readers),
            SecuredRoute(method: .get, uri: member + "/events", scopes: readers),
            SecuredRoute(method: .patch, uri: member, scopes: [.support, .admin], body: "{}"),
            SecuredRoute(method: .delete, uri: member, scopes: [.support, .admin]),
            SecuredRoute(method: .get, uri: member + "/export", scopes: [.support, .admin]),
        ] + webhooks
}

@Suite("access")
struct AccessTests {
    @Test(
        "a route answers 401 without a key and with an unknown one, 403 without its scope, else 2xx",
        arguments: SecuredRoute.all)
    func scopes(route: SecuredRoute) async throws {
        try await Harness().run { caller in
            func call(_ key: String?) async throws -> Caller.Reply {
                try await caller.call(route.method, route.uri, key: key, type: "application/json", body: route.body)
            }
            let none = try await call(nil)
            #expect(none.status == 401 && none.code == "unauthenticated")
            #expect(none.headers[.wwwAuthenticate] == "Bearer realm=\"treue\"")
            let wrong = try await call("nobody")
            #expect(wrong.status == 401 && wrong.code == "unauthenticated")
            #expect(wrong.headers[.wwwAuthenticate]?.contains("invalid_token") == true)
            for scope in Scope.allCases {
                let reply = try await call("key-\(scope.rawValue)")
                if route.scopes.contains(scope) {
                    #expect((200..<300).contains(reply.status), "\(scope): \(reply.text)")
                } else {
                    #expect(reply.status == 403 && reply.code == "forbidden", "\(scope)")
                }
            }
        }
    }

    @Test("every route below /v1 is in this table")
    func allRoutesAreTested() {
        let methods = methodTable()
        let paths =
            ["events", "members", "members/x", "members/x/balance", "members/x/entries", "members/x/events"]
            + ["webhook_endpoints", "webhook_endpoints/x", "webhook_endpoints/x/replay"]
        #expect(paths.allSatisfy { !methods.methods(of: "/v1/\($0)").isEmpty })
        // The two connectors have signatures instead of keys.
        #expect(SecuredRoute.all.count == methods.count(below: "v1") - 2)
    }

    private func methodTable() -> MethodTable {
        buildResponder(api: FakeLoyalty(), configuration: HTTPConfiguration()) { FakeLoyalty.now }.methods
    }

    @Test(
        "credentials that are no bearer token are refused", arguments: ["Basic a2V5", "Bearer", "Bearer ", "key-admin"])
    func otherSchemes(header: String) async throws {
        try await Harness().run { caller in
            let reply = try await caller.call(
                .get, "/v1/members?card=4000", key: nil, headers: [.authorization: header])
            #expect(reply.status == 401 && reply.code == "unauthenticated")
        }
    }

    @Test("the scheme is read in any case")
    func schemeInAnyCase() async throws {
        try await Harness().run { caller in
            let reply = try await caller.call(
                .get, "/v1/members?card=4000", key: nil, headers: [.authorization: "bearer  key-checkout"])
            #expect(reply.status == 200)
        }
    }
}
