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
