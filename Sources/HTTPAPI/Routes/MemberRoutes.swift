import Foundation
import HTTPTypes
import Hummingbird
import Loyalty
import LoyaltyService
import Wire

/// `/v1/members`: enrolment, and what a member has and did.
struct MemberRoutes<API: LoyaltyAPI>: Sendable {
    /// The pattern of the whole path, version and all.
    static var balancePath: String { "/v1/members/{id}/balance" }
    static var readers: Set<Scope> { [.checkout, .memberRead, .support] }

    let api: API
    let configuration: HTTPConfiguration

    func add(to routes: SecuredRoutes) {
        routes.on(.post, "members", for: [.checkout]) { try await enrol($0, $1) }
        routes.onFound(.get, "members", for: Self.readers) { try await find($0, $1) }
        routes.onMember(.get, "members/{id}", for: Self.readers) { try await show($0, $1) }
        routes.onMember(.get, "members/{id}/balance", for: Self.readers) { try await balance($0, $1) }
        routes.onMember(.get, "members/{id}/entries", for: Self.readers) { try await entries($0, $1) }
        routes.onMember(.get, "members/{id}/events", for: Self.readers) { try await events($0, $1) }
    }

    private func enrol(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        _ = try MediaType.of(request, accepting: [.json])
        let idempotency = try RequestKey.of(request, principal: context.principal, route: "POST /v1/members")
        let body = try await BodyReader.read(
            request, limit: BodyReader.Limit(bytes: configuration.eventLimit, what: "The body"))
        let enrolment: EnrolmentBody
        do throws(BodyError) {
            enrolment = try EnrolmentBody.read(body)
        } catch {
            throw Problem(error)
        }
        let done = try await api.enrol(enrolment, idempotencyKey: idempotency, at: context.receivedAt)
        var writer = JSONWriter(reserving: 1024)
        writer.member(done.member)
        var headers: HTTPFields = [.location: "/v1/members/\(UUIDText.text(done.member.id))"]
        if done.isReplayed { headers[RequestKey.replayed] = "true" }
        return Answer.json(writer, status: .created, headers: headers)
    }

    private func find(
        _ request: Request, _ context: CallerContext
    ) async throws -> (member: UUID, answer: Response) {
        var query = QueryReader(request.uri.query)
        let reference = query.memberReference()
        try query.check()
        guard let reference else { throw Problem.memberNotFound }
        guard case .member(let own) = context.caller else {
            return try await show(reference, request, at: context.receivedAt)
        }
        // Others are not even looked up: how long that takes would tell whether they are members.
        guard let oneself = MemberReference(.id, UUIDText.text(own)),
            try await api.member(oneself, at: context.receivedAt).profile.answers(to: reference)
        else { throw Problem.memberNotFound }
        return try await show(oneself, request, at: context.receivedAt)
    }

    private func show(_ request: Request, _ context: MemberContext) async throws -> Response {
        guard let reference = MemberReference(.id, UUIDText.text(context.memberID)) else {
            throw Problem.memberNotFound
        }
        return try await show(reference, request, at: context.receivedAt).answer
    }

    private func show(
        _ reference: MemberReference, _ request: Request, at now: Instant
    ) async throws -> (member: UUID, answer: Response) {
        let member = try await api.member(reference, at: now)
        let tag = EntityTag(version: member.version, lastChange: member.balance.lastChange, asOf: nil)
        return (member.id, Answer.tagged(tag, for: request) { $0.member(member) })
    }

    private func balance(_ request: Request, _ context: MemberContext) async throws -> Response {
        var query = QueryReader(request.uri.query)
        let clocks = query.clocks()
        try query.check()
        let view = try await api.balance(of: context.memberID, at: context.receivedAt, clocks: clocks)
        let tag = EntityTag(
            version: view.version, lastChange: view.balance.lastChange, asOf: clocks.asOf ?? clocks.knownAt)
        return Answer.tagged(tag, for: request) { $0.balance(view) }
    }

    private func entries(_ request: Request, _ context: MemberContext) async throws -> Response {
        var query = QueryReader(request.uri.query)
        let part = query.page()
        let clocks = query.clocks()
        try query.check()
        let page = try await api.entries(
            of: context.memberID, at: context.receivedAt, clocks: clocks, page: part)
        var writer = JSONWriter(reserving: 64 + page.items.count * 400)
        writer.page(page) { $0.entry($1) }
        return Answer.json(writer)
    }

    private func events(_ request: Request, _ context: MemberContext) async throws -> Response {
        var query = QueryReader(request.uri.query)
        let part = query.page()
        try query.check()
        let page = try await api.events(of: context.memberID, page: part)
        var writer = JSONWriter(reserving: 64 + page.items.count * 800)
        writer.page(page) { $0.recordedEvent($1) }
        return Answer.json(writer)
    }
}

extension Profile {
    /// Whether it is found under an identifier.
    fileprivate func answers(to reference: MemberReference) -> Bool {
        switch reference.kind {
        case .card: card == reference.value
        case .email: email == reference.value
        case .externalID: externalID == reference.value
        case .id: false
        }
    }
}
