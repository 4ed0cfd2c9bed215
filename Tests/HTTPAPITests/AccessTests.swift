import Foundation
import HTTPTypes
import Hummingbird
import LoyaltyService
import Testing
import Wire

@testable import HTTPAPI

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

    /// Open to everybody, whatever they bring along.
    private static let open = ["/livez", "/readyz", "/metrics", "/openapi.yaml", "/docs"]
    /// Open to messages that a shop has signed, and to nobody's key.
    private static let signed = ["/v1/connectors/shopify/webhooks", "/v1/connectors/woocommerce/webhooks"]

    @Test("every route of the router is in the tables, once")
    func allRoutesAreTested() {
        let router = Harness.router()
        let routes = router.routes.filter { $0.method != .head }
        let tabled =
            SecuredRoute.all.map { ($0.method, String($0.uri.split(separator: "?")[0])) }
            + Self.open.map { (.get, $0) } + Self.signed.map { (.post, $0) }
        var askedOf: [String: Int] = [:]
        for (method, path) in tabled {
            // A fixed part of a path goes before a parameter, as it does in the router.
            let fitting = routes.filter { $0.method == method && MethodTable(of: [$0]).methods(of: path) != [] }
            let fixed = fitting.min { one, other in
                one.path.description.count { $0 == "{" } < other.path.description.count { $0 == "{" }
            }
            guard let route = fixed else {
                Issue.record("\(method) \(path) is no route")
                continue
            }
            askedOf["\(route.method) \(route.path)", default: 0] += 1
        }
        #expect(routes.map { "\($0.method) \($0.path)" }.filter { askedOf[$0] != 1 } == [])
    }

    private static let document = try? OpenAPIDocument()

    @Test("what the document says of scopes and tokens is what opens a route", arguments: SecuredRoute.all)
    func said(route: SecuredRoute) throws {
        let path = String(route.uri.split(separator: "?")[0])
        let fitting = try #require(Self.document).operations.filter { operation in
            let parts = operation.path.split(separator: "/")
            return operation.method == route.method.rawValue && parts.count == path.split(separator: "/").count
                && zip(parts, path.split(separator: "/")).allSatisfy { $0 == $1 || $0.hasPrefix("{") }
        }
        let operation = try #require(
            fitting.min { $0.path.count { $0 == "{" } < $1.path.count { $0 == "{" } }, "\(route.uri)")
        let description = operation.value["description"]?.text ?? ""
        let sentence = try #require(description.firstMatch(of: /Scopes?:\s+([^.]*)/)?.output.1)
        let named = Set(sentence.matches(of: /`([a-z:]+)`/).compactMap { Scope(rawValue: String($0.output.1)) })
        #expect(named.union([.admin]) == route.scopes, "\(operation.path): \(sentence)")
        let schemes = operation.value["security"]?.elements.flatMap { $0.members.map(\.name) } ?? ["apiKey"]
        #expect(schemes.contains("memberToken") == route.isOpenToMember, "\(operation.path)")
    }

    @Test("open routes answer everybody alike, and signed ones want their signature and nothing else")
    func openRoutes() async throws {
        let issuer = try await Issuer()
        try await Harness(tokens: issuer.tokens).run { caller in
            var tokens: [String?] = [nil, "nobody", FakeLoyalty.revokedKey, FakeLoyalty.expiredKey]
            tokens += Scope.allCases.map { "key-\($0.rawValue)" }
            tokens.append(try await issuer.token(for: UUID()))
            for token in tokens {
                for path in Self.open {
                    #expect(try await caller.call(.get, path, key: token).status == 200, "\(path) \(token ?? "")")
                }
                for path in Self.signed {
                    let reply = try await caller.call(
                        .post, path, key: token, type: "application/json", body: #"{"id": 1}"#)
                    #expect(reply.status == 401 && reply.code == "unauthenticated", "\(path) \(token ?? "")")
                }
            }
        }
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
