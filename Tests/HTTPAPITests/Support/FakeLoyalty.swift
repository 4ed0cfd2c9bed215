import Foundation
import Synchronization

@testable import HTTPAPI
@testable import Loyalty
@testable import LoyaltyService
@testable import Wire

/// Keeps in memory what the routes ask it to, and answers by simple rules: 10 points an event.
final class FakeLoyalty: LoyaltyAPI {
    struct State {
        var isReady = true
        var keys: [String: Principal] = [:]
        var seen: [String: EventAnswer] = [:]
        var contents: [String: IncomingEvent] = [:]
        /// Ids of events in the order they were recorded.
        var order: [String] = []
        var enrolled: [EnrolmentBody] = []
        var asked: [PageRequest] = []
        var failure: ServiceError?
        var crash = false
        var version: Int64 = 1
        var idempotency: [RequestKey] = []
        var looks = 0
        var clocks: [Clocks] = []
        var reports: [ReportRequest] = []
        var patches: [ProfilePatch] = []
        var erasures = 0
        var acts: [FakeAct] = []
        var askedRewards: [MemberReference?] = []
        var received: [(message: ShopMessage, source: String)] = []
        /// How many pages a list has beyond the first.
        var morePages = 0
        /// How many requests came by the express.
        var express = 0
        /// Whether the express takes nothing.
        var isExpressClosed = false
    }

    struct Crash: Error { var email = "ada@example.com" }

    static let memberID = UUID(uuidString: "01980000-0000-7000-8000-000000000001")!
    static let now = Instant(micros: 1_763_800_000_000_000)

    let state = Mutex(State())
    /// Where set, an event is answered only once this has been opened.
    let gate: Gate?
    let keyBook = FakeKeyBook()

    init(gate: Gate? = nil) {
        self.gate = gate
        state.withLock { state in
            for scope in Scope.allCases {
                state.keys["key-\(scope.rawValue)"] = Principal(keyID: UUID(), scopes: [scope])
            }
        }
    }

    var isReady: Bool { state.withLock { $0.isReady } }

    func record(_ events: [IncomingEvent], receivedAt: Instant) async -> [Result<EventAnswer, ServiceError>] {
        var answers: [Result<EventAnswer, ServiceError>] = []
        for event in events { answers.append(await record(event, receivedAt: receivedAt)) }
        return answers
    }

    func record(_ event: IncomingEvent, receivedAt: Instant) async -> Result<EventAnswer, ServiceError> {
        await gate?.pass()
        return state.withLock { state in
            if let failure = state.failure { return .failure(failure) }
            if var seen = state.seen[event.source + event.id] {
                guard state.contents[event.source + event.id] == event else {
                    return .failure(ServiceError(code: "event_conflict", status: 409, title: "Known", detail: "Other"))
                }
                seen.status = .duplicate
                return .success(seen)
            }
            state.order.append(event.id)
            let answer = EventAnswer(
                id: event.id, status: .accepted, memberID: Self.memberID,
                outcome: Outcome(change: 10, available: 10, pending: 0, tier: "insider", previousTier: "insider"),
                entries: [Samples.entry(recordedAt: receivedAt)])
            state.seen[event.source + event.id] = answer
            state.contents[event.source + event.id] = event
            return .success(answer)
        }
    }

    func beginRecording(
        _ event: IncomingEvent, receivedAt: Instant,
        resume: @escaping Resumption,
        answer: @escaping @Sendable (Result<EventAnswer, ServiceError>) -> Void
    ) -> Bool {
        let isOpen = state.withLock { state in
            guard !state.isExpressClosed else { return false }
            state.express += 1
            return true
        }
        guard isOpen else { return false }
        Task {
            let result = await record(event, receivedAt: receivedAt)
            resume { answer(result) }
        }
        return true
    }

    func beginBalance(
        of member: UUID, at now: Instant, resume: @escaping Resumption,
        answer: @escaping @Sendable (Result<BalanceView, ServiceError>) -> Void
    ) {
        state.withLock { $0.express += 1 }
        Task {
            let result: Result<BalanceView, ServiceError>
            do throws(ServiceError) {
                result = .success(try await balance(of: member, at: now, clocks: Clocks()))
            } catch {
                result = .failure(error)
            }
            resume { answer(result) }
        }
    }

    func knownPrincipal(_ key: String, at: Instant) -> Principal? { state.withLock { $0.keys[key] } }

    func enrol(_ body: EnrolmentBody, at: Instant) async throws(ServiceError) -> MemberView {
        let taken = state.withLock { state in
            defer { state.enrolled.append(body) }
            return state.enrolled.contains { $0.email == body.email && body.email != nil }
        }
        if taken { throw ServiceError(code: "identifier_taken", status: 409, title: "Taken", detail: "It is.") }
        return Samples.member(body, at: at)
    }

    func enrol(
        _ body: EnrolmentBody, idempotencyKey idempotency: RequestKey?, at: Instant
    ) async throws(ServiceError) -> Enrolment {
        let isReplayed = state.withLock { state in
            guard let idempotency else { return false }
            defer { state.idempotency.append(idempotency) }
            return state.idempotency.contains(idempotency)
        }
        if isReplayed { return Enrolment(member: Samples.member(body, at: at), isReplayed: true) }
        return Enrolment(member: try await enrol(body, at: at))
    }

    func member(_ reference: MemberReference, at: Instant) async throws(ServiceError) -> MemberView {
        let known = [UUIDText.text(Self.memberID), "4000", "ada+shop@example.com", "crm 7"]
        guard known.contains(reference.value) else { throw Self.notFound }
        var view = Samples.member(EnrolmentBody(email: "ada+shop@example.com"), at: at)
        view.version = state.withLock { $0.version }
        return view
    }

    func balance(of member: UUID, at now: Instant, clocks: Clocks) async throws(ServiceError) -> BalanceView {
        guard member == Self.memberID else { throw Self.notFound }
        let version = state.withLock { state in
            state.clocks.append(clocks)
            return state.version
        }
        return BalanceView(memberID: member, version: version, balance: Samples.balance(at: clocks.asOf ?? now))
    }

    func entries(
        of member: UUID, at now: Instant, clocks: Clocks, page: PageRequest
    ) async throws(ServiceError) -> Page<EntryView> {
        state.withLock { $0.clocks.append(clocks) }
        try check(member, page)
        return Page(
            items: [Samples.entry(recordedAt: nil), Samples.entry(recordedAt: now)],
            nextCursor: next(after: page, atLeast: 1))
    }

    func events(of member: UUID, page: PageRequest) async throws(ServiceError) -> Page<EventView> {
        try check(member, page)
        let event = EventView(
            version: 1, type: "member.enrolled", occurredAt: Self.now, recordedAt: Self.now,
            data: Array(#"{"v":1}"#.utf8), metadata: nil)
        return Page(items: [event], nextCursor: next(after: page))
    }

    /// The page's cursor is its number; the first one is called `next`.
    private func next(after page: PageRequest, atLeast pages: Int = 0) -> String? {
        let number = page.cursor.map { $0 == "next" ? 1 : Int($0) ?? 1 } ?? 0
        guard number < max(pages, state.withLock(\.morePages)) else { return nil }
        return number == 0 ? "next" : "\(number + 1)"
    }

    private func check(_ member: UUID, _ page: PageRequest) throws(ServiceError) {
        state.withLock { $0.asked.append(page) }
        if member != Self.memberID { throw Self.notFound }
    }

    static let revokedKey = "key-revoked"
    static let expiredKey = "key-expired"

    func authenticate(_ key: String, at: Instant) async throws(ServiceError) -> Principal? {
        if key == Self.revokedKey || key == Self.expiredKey { return nil }
        return state.withLock { $0.keys[key] }
    }

    static let notFound = ServiceError(code: "member_not_found", status: 404, title: "No member", detail: "None.")
}
