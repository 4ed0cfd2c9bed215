import HTTPTypes
import Hummingbird
import Loyalty
import LoyaltyService

/// Finds out who is asking, or refuses; refuses, too, who asks too often, and everybody while too much is under way.
struct CallerAuthenticator<API: LoyaltyAPI>: RouterMiddleware {
    typealias Context = APIContext

    let api: API
    let tokens: MemberTokens?
    let admission: Admission

    func handle(
        _ request: Request, context: APIContext, next: (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        guard admission.gate.enter() else { throw Problem.tooManyRequestsUnderWay }
        defer { admission.gate.leave() }
        let token = try Authenticator.bearerToken(of: request.headers[values: .authorization])
        let caller = try await caller(token, at: context.receivedAt)
        if let wait = admission.limiter?.admit(caller.id, at: context.receivedAt) {
            throw Problem.rateLimited(retryAfter: wait)
        }
        var context = context
        context.caller = caller
        return try await next(request, context)
    }

    private func caller(_ token: String, at: Instant) async throws -> Caller {
        if MemberTokens.looksLikeToken(token) {
            guard let member = await tokens?.member(of: token, at: at) else { throw Authenticator.unknownToken }
            return .member(member)
        }
        guard let principal = try await api.authenticate(token, at: at) else { throw Authenticator.unknownKey }
        return .key(principal)
    }
}

/// Bearer tokens (RFC 6750).
enum Authenticator {
    /// Longer ones are not even looked up.
    private static let longestKey = 4096

    static let missingKey = Problem.unauthenticated(
        "Send an API key: Authorization: Bearer <key>.", challenge: "Bearer realm=\"treue\"")
    static let unknownKey = Problem.unauthenticated(
        "The API key is unknown, expired or revoked.",
        challenge: "Bearer realm=\"treue\", error=\"invalid_token\"")
    static let unknownToken = Problem.unauthenticated(
        "The member's token is not to be believed: signature, issuer, audience, times and subject are checked.",
        challenge: "Bearer realm=\"treue\", error=\"invalid_token\"")

    /// - Parameter given: every `Authorization` of a request.
    static func bearerToken(of given: [String]) throws(Problem) -> String {
        guard given.count == 1, let header = given.first else { throw missingKey }
        let parts = header.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: true)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { throw missingKey }
        let key = String(parts[1].drop { $0 == " " })
        guard !key.isEmpty, key.utf8.count <= longestKey, key.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw unknownKey
        }
        return key
    }
}
