import Foundation
import Hummingbird
import Loyalty
import LoyaltyService
import Wire

/// Who is asking.
enum Caller: Hashable, Sendable {
    /// A program with an API key.
    case key(Principal)
    /// A member, with a token of their own.
    case member(UUID)

    /// What is counted together where requests are limited.
    var id: UUID {
        switch self {
        case .key(let principal): principal.keyID
        case .member(let id): id
        }
    }
}

/// The context of a request whose sender is known. Routes that take it cannot be reached without a valid key or token.
struct CallerContext: ChildRequestContext {
    var coreContext: CoreRequestContextStorage
    let receivedAt: Instant
    let trace: TraceParent?
    let caller: Caller

    init(context: APIContext) throws {
        guard let caller = context.caller else { throw Authenticator.missingKey }
        (coreContext, receivedAt, trace) = (context.coreContext, context.receivedAt, context.trace)
        self.caller = caller
    }
}

/// The context of a request of a program with an API key. No member's token reaches a route that takes it.
struct AuthenticatedContext: ChildRequestContext {
    var coreContext: CoreRequestContextStorage
    let receivedAt: Instant
    let trace: TraceParent?
    let principal: Principal

    init(context: CallerContext) throws {
        guard case .key(let principal) = context.caller else { throw Problem.notForMembers }
        (coreContext, receivedAt, trace) = (context.coreContext, context.receivedAt, context.trace)
        self.principal = principal
    }
}

/// The context of a request about one member, from a program or from that member. Nobody else's token gets here.
struct MemberContext: ChildRequestContext {
    var coreContext: CoreRequestContextStorage
    let receivedAt: Instant
    let caller: Caller
    /// Of whom the path speaks.
    let memberID: UUID

    init(context: CallerContext) throws {
        // What is no UUID names nobody, and neither does another member's id to a member.
        guard let member = context.memberInPath, context.caller.maySee(member) else { throw Problem.memberNotFound }
        (coreContext, receivedAt, caller) = (context.coreContext, context.receivedAt, context.caller)
        memberID = member
    }
}

extension Caller {
    /// Whether data of that member is there for the caller, scopes aside.
    func maySee(_ member: UUID) -> Bool {
        switch self {
        case .key: true
        case .member(let own): own == member
        }
    }
}

extension CallerContext {
    /// Of whom a path such as `/v1/members/{id}/balance` speaks.
    fileprivate var memberInPath: UUID? { parameters.get("id").flatMap(UUIDText.parse) }
}
