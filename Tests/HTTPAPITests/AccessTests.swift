import Foundation
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
    /// Whether a member's own token opens it.
    var isOpenToMember = false

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

    private static let redemption = "/v1/redemptions/01980000-0000-7000-8000-0000000000aa"
    private static let household = "/v1/households/01980000-0000-7000-8000-0000000000aa"
    private static let tills: Set<Scope> = [.checkout, .support, .admin]
    private static let acts = [
        SecuredRoute(
            method: .post, uri: "/v1/quotes", scopes: [.checkout, .admin],
            body:
                #"{"member": {"card": "1"}, "currency": "USD", "lines": [{"sku": "a", "quantity": 1, "unit_price": 1}]}"#
        ),
        SecuredRoute(
            method: .get, uri: "/v1/rewards?member=01980000-0000-7000-8000-000000000001", scopes: readers,
            isOpenToMember: true),
        SecuredRoute(method: .post, uri: member + "/redemptions", scopes: tills, body: #"{"reward": "mug"}"#),
        SecuredRoute(method: .get, uri: redemption, scopes: tills),
        SecuredRoute(method: .post, uri: redemption + "/confirm", scopes: tills),
        SecuredRoute(method: .post, uri: redemption + "/cancel", scopes: tills),
        SecuredRoute(method: .post, uri: "/v1/vouchers/MUG-1/redeem", scopes: [.checkout, .admin]),
        SecuredRoute(
            method: .post, uri: member + "/adjustments", scopes: [.support, .admin],
            body: #"{"points": 5, "reason_code": "goodwill"}"#),
        SecuredRoute(method: .post, uri: "/v1/households", scopes: [.support, .admin]),
        SecuredRoute(method: .get, uri: household, scopes: tills),
        SecuredRoute(
            method: .post, uri: household + "/join", scopes: [.support, .admin], body: #"{"member": {"card": "1"}}"#),
        SecuredRoute(
            method: .post, uri: household + "/leave", scopes: [.support, .admin], body: #"{"member": {"card": "1"}}"#),
        SecuredRoute(method: .get, uri: "/v1/adjustments", scopes: [.support, .admin]),
        SecuredRoute(
            method: .post, uri: "/v1/adjustments/01980000-0000-7000-8000-0000000000bb/approve",
            scopes: [.support, .admin]),
        SecuredRoute(
            method: .post, uri: member + "/transfers", scopes: [.admin], body: #"{"to": {"card": "2"}, "points": 5}"#),
        SecuredRoute(method: .post, uri: member + "/merge", scopes: [.admin], body: #"{"into": {"card": "2"}}"#),
        SecuredRoute(
            method: .post, uri: member + "/subscription", scopes: [.admin], body: #"{"plan": "a", "action": "start"}"#),
        SecuredRoute(
            method: .post, uri: member + "/tier", scopes: [.admin], body: #"{"tier": "vib", "reason_code": "goodwill"}"#
        ),
        SecuredRoute(
            method: .post, uri: "/v1/rewards/spa-day/codes", scopes: [.admin], body: #"{"codes": ["A1"]}"#),
        SecuredRoute(method: .get, uri: "/v1/programmes", scopes: [.admin]),
        SecuredRoute(method: .get, uri: "/v1/programmes/beauty", scopes: [.admin]),
        SecuredRoute(
            method: .put, uri: "/v1/programmes/beauty/versions/1", scopes: [.admin],
            body: #"{"id": "a"}"#),
        SecuredRoute(
            method: .post, uri: "/v1/programmes/beauty/simulations", scopes: [.admin],
            body: #"{"programme": {"id": "beauty"}}"#),
    ]
    private static let administration =
        [
            SecuredRoute(method: .get, uri: "/v1/projections", scopes: [.admin]),
            SecuredRoute(method: .post, uri: "/v1/projections/verify", scopes: [.admin]),
            SecuredRoute(method: .post, uri: "/v1/projections/account/rebuild", scopes: [.admin]),
            SecuredRoute(method: .post, uri: "/v1/projections/account/rollback", scopes: [.admin]),
            SecuredRoute(
                method: .post, uri: "/v1/projections/account/retry", scopes: [.admin], body: #"{"partition": 1}"#),
            SecuredRoute(
                method: .post, uri: "/v1/projections/account/skip", scopes: [.admin],
                body: #"{"partition": 1, "position": 1, "reason": "known"}"#),
            SecuredRoute(method: .get, uri: "/v1/operations", scopes: [.admin]),
            SecuredRoute(
                method: .get, uri: "/v1/operations/01980000-0000-7000-8000-00000000000a", scopes: [.admin]),
            SecuredRoute(method: .get, uri: "/v1/log/verify", scopes: [.admin]),
            SecuredRoute(method: .post, uri: "/v1/log/verify", scopes: [.admin]),
            SecuredRoute(method: .get, uri: "/v1/log/checkpoint", scopes: [.admin]),
        ]
        + ["liability", "breakage", "tiers", "kpis", "segments", "settlement"].map {
            SecuredRoute(method: .get, uri: "/v1/reports/\($0)", scopes: [.admin])
        }

    static let all =
        webhooks + acts + administration + [
            SecuredRoute(method: .post, uri: "/v1/events", scopes: [.checkout, .admin], body: Samples.purchase()),
            SecuredRoute(method: .post, uri: "/v1/members", scopes: [.checkout, .admin], body: "{}"),
            SecuredRoute(method: .get, uri: "/v1/members?card=4000", scopes: readers, isOpenToMember: true),
            SecuredRoute(method: .get, uri: member, scopes: readers, isOpenToMember: true),
            SecuredRoute(method: .get, uri: member + "/balance", scopes: readers, isOpenToMember: true),
            SecuredRoute(method: .get, uri: member + "/entries", scopes: readers, isOpenToMember: true),
            SecuredRoute(method: .get, uri: member + "/events", scopes: readers, isOpenToMember: true),
            SecuredRoute(method: .post, uri: "/v1/api_keys", scopes: [.admin], body: #"{"scopes": ["checkout"]}"#),
            SecuredRoute(method: .get, uri: "/v1/api_keys", scopes: [.admin]),
            SecuredRoute(method: .delete, uri: "/v1/api_keys/\(FakeKeyBook.known)", scopes: [.admin]),
            SecuredRoute(method: .post, uri: "/v1/api_keys/\(FakeKeyBook.known)/rotate", scopes: [.admin], body: "{}"),
            SecuredRoute(method: .get, uri: "/v1/audit", scopes: [.admin]),
            SecuredRoute(method: .patch, uri: member, scopes: [.support, .admin], body: "{}"),
            SecuredRoute(method: .delete, uri: member, scopes: [.support, .admin]),
            SecuredRoute(method: .get, uri: member + "/export", scopes: [.support, .admin], isOpenToMember: true),
        ]

}

@Suite("access")
struct AccessTests {
    /// Who asks, and what every route must answer them.
    private struct Asker {
        var name: String
        /// nil for nobody.
        var token: String?
        var expected: Set<Int>
    }

    private func askers(of route: SecuredRoute, _ issuer: Issuer) async throws -> [Asker] {
        let done = Set(200..<300)
        let isAboutMember = route.uri.contains("/members/") || route.isOpenToMember
        var askers = [
            Asker(name: "nobody", token: nil, expected: [401]),
            Asker(name: "a wrong key", token: "nobody", expected: [401]),
            Asker(name: "a revoked key", token: FakeLoyalty.revokedKey, expected: [401]),
            Asker(name: "an expired key", token: FakeLoyalty.expiredKey, expected: [401]),
            Asker(
                name: "another member", token: try await issuer.token(for: UUID()),
                expected: [isAboutMember ? 404 : 403]),
            Asker(
                name: "the member", token: try await issuer.token(for: FakeLoyalty.memberID),
                expected: route.isOpenToMember ? done : [403]),
            Asker(
                name: "an expired token", token: try await issuer.token(for: FakeLoyalty.memberID, lasting: -1),
                expected: [401]),
        ]
        for scope in Scope.allCases {
            askers.append(
                Asker(
                    name: scope.rawValue, token: "key-\(scope.rawValue)",
                    expected: route.scopes.contains(scope) ? done : [403]))
        }
        return askers
    }

    @Test("a route answers everybody as they may ask: each route with each key and token", arguments: SecuredRoute.all)
    func table(route: SecuredRoute) async throws {
        let issuer = try await Issuer()
        try await Harness(tokens: issuer.tokens).run { caller in
            for asker in try await askers(of: route, issuer) {
                let reply = try await caller.call(
                    route.method, route.uri, key: asker.token, type: "application/json", body: route.body)
                #expect(asker.expected.contains(reply.status), "\(asker.name): \(reply.status) \(reply.text)")
                switch reply.status {
                case 401:
                    let challenge = reply.headers[.wwwAuthenticate] ?? ""
                    #expect(reply.code == "unauthenticated" && challenge.hasPrefix("Bearer realm=\"treue\""))
                    #expect(challenge.contains("invalid_token") == (asker.token != nil))
                case 403: #expect(reply.code == "forbidden")
                case 404: #expect(reply.code == "member_not_found")
                default: break
                }
            }
        }
    }

    @Test("every route below /v1 is in this table")
    func allRoutesAreTested() {
        let methods = methodTable()
        for route in SecuredRoute.all {
            let path = route.uri.split(separator: "?")[0]
            #expect(methods.methods(of: String(path)).contains(route.method.rawValue), "\(route.uri)")
        }
        #expect(Set(SecuredRoute.all.map(\.testDescription)).count == SecuredRoute.all.count)
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
