import HTTPTypes
import Hummingbird
import Loyalty
import LoyaltyService

/// Finds out who is asking, or refuses.
struct KeyAuthenticator<API: LoyaltyAPI>: RouterMiddleware {
    typealias Context = APIContext

    let api: API

    func handle(
        _ request: Request, context: APIContext, next: (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        let key = try Authenticator.bearerToken(of: request)
        guard let principal = try await api.authenticate(key, at: context.receivedAt) else {
            throw Authenticator.unknownKey
        }
        var context = context
        context.principal = principal
        return try await next(request, context)
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

    static func bearerToken(of request: Request) throws(Problem) -> String {
        let given = request.headers[values: .authorization]
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
