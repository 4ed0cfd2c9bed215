import HTTPTypes
import Hummingbird
import LoyaltyService

/// The routes that need a key. None can be added without naming the scopes that open it.
struct SecuredRoutes {
    private let group: RouterGroup<AuthenticatedContext>

    init<API: LoyaltyAPI>(_ path: RouterPath, of router: Router<APIContext>, api: API) {
        group = router.group(path).add(middleware: KeyAuthenticator(api: api)).group(
            context: AuthenticatedContext.self)
    }

    /// Adds a route for keys with any of these scopes; `admin` opens every route.
    func on(
        _ method: HTTPRequest.Method, _ path: RouterPath, for scopes: Set<Scope>,
        use handler: @escaping @Sendable (Request, AuthenticatedContext) async throws -> Response
    ) {
        let names = scopes.union([.admin]).map(\.rawValue).sorted()
        group.on(path, method: method) { request, context in
            guard context.principal.may(scopes) else { throw Problem.forbidden(needs: names) }
            return try await handler(request, context)
        }
    }
}
