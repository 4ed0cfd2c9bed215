import Foundation
import HTTPTypes
import Hummingbird
import LoyaltyService
import Wire

/// The routes that need a key or a token. None can be added without naming the scopes that open it, and none is open to
/// members' tokens that does not say so.
struct SecuredRoutes {
    private let group: RouterGroup<CallerContext>

    init(_ path: RouterPath, of router: Router<APIContext>, authenticator: some RouterMiddleware<APIContext>) {
        group = router.group(path).add(middleware: authenticator).group(context: CallerContext.self)
    }

    /// Adds a route for keys with any of these scopes; `admin` opens every route.
    func on(
        _ method: HTTPRequest.Method, _ path: RouterPath, for scopes: Set<Scope>,
        use handler: @escaping @Sendable (Request, AuthenticatedContext) async throws -> Response
    ) {
        let isAboutMember = path.description.contains("members/{id}")
        let isForAdministrators = scopes.subtracting([.admin]).isEmpty
        add(method, path, for: scopes) { request, context in
            // To a member other members are nobody, whatever is asked of them.
            if isAboutMember, case .member = context.caller { _ = try MemberContext(context: context) }
            let context = try AuthenticatedContext(context: context)
            guard isForAdministrators else { return try await handler(request, context) }
            return try await AuditActor.$current.withValue(.apiKey(context.principal.keyID)) {
                try await handler(request, context)
            }
        }
    }

    /// Adds a route below `members/{id}` for keys with any of these scopes, and for the token of that very member.
    func onMember(
        _ method: HTTPRequest.Method, _ path: RouterPath, for scopes: Set<Scope>,
        use handler: @escaping @Sendable (Request, MemberContext) async throws -> Response
    ) {
        precondition(path.description.contains("members/{id}"), "\(path) does not name a member")
        add(method, path, for: scopes) { request, context in
            try await handler(request, try MemberContext(context: context))
        }
    }

    /// Adds a route that finds out whom it speaks of, for keys with any of these scopes, and for members' tokens: they
    /// are given the answer only where it is about themselves.
    func onFound(
        _ method: HTTPRequest.Method, _ path: RouterPath, for scopes: Set<Scope>,
        use handler: @escaping @Sendable (Request, CallerContext) async throws -> (member: UUID, answer: Response)
    ) {
        add(method, path, for: scopes) { request, context in
            let (member, answer) = try await handler(request, context)
            guard context.caller.maySee(member) else { throw Problem.memberNotFound }
            return answer
        }
    }

    /// Adds a route about the member whom a query parameter names, or about nobody, for keys with any of these scopes; and
    /// for members' tokens, about themselves alone, whether they name themselves or not.
    func onNamed(
        _ method: HTTPRequest.Method, _ path: RouterPath, by parameter: String, for scopes: Set<Scope>,
        use handler: @escaping @Sendable (Request, CallerContext, MemberReference?) async throws -> Response
    ) {
        add(method, path, for: scopes) { request, context in
            var query = QueryReader(request.uri.query)
            let named = query.member(parameter)
            try query.check()
            guard case .member(let own) = context.caller else { return try await handler(request, context, named) }
            let oneself = MemberReference(.id, UUIDText.text(own))
            guard named == nil || named == oneself else { throw Problem.memberNotFound }
            return try await handler(request, context, oneself)
        }
    }

    private func add(
        _ method: HTTPRequest.Method, _ path: RouterPath, for scopes: Set<Scope>,
        use handler: @escaping @Sendable (Request, CallerContext) async throws -> Response
    ) {
        let names = scopes.union([.admin]).map(\.rawValue).sorted()
        group.on(path, method: method) { request, context in
            if case .key(let principal) = context.caller, !principal.may(scopes) {
                throw Problem.forbidden(needs: names)
            }
            return try await handler(request, context)
        }
    }
}
