import Foundation
import Synchronization

@testable import HTTPAPI
@testable import Loyalty
@testable import LoyaltyService
@testable import Wire

/// API keys and acts, in memory.
final class FakeKeyBook: Sendable {
    /// The id of a key that can be rotated and revoked again and again.
    static let known = "01980000-0000-7000-8000-0000000000aa"

    struct State {
        var made: [APIKeyBody] = []
        var overlaps: [Int64?] = []
        var revoked: [UUID] = []
        var makers: [UUID] = []
        var kept: [RequestKey: KeptAnswer] = [:]
        var asked: [PageRequest] = []
    }

    let state = Mutex(State())

    static func view(_ body: APIKeyBody, at: Instant) -> APIKeyView {
        APIKeyView(
            id: UUIDText.parse(known)!, name: body.name ?? "", scopes: body.scopes.compactMap(Scope.init),
            createdAt: at, expiresAt: body.expiresAt)
    }

    func once(_ key: RequestKey?, _ effect: (inout State) -> KeptAnswer) -> KeptAnswer {
        state.withLock { state in
            if let key, var kept = state.kept[key] {
                kept.isReplayed = true
                return kept
            }
            let answer = effect(&state)
            if let key { state.kept[key] = answer }
            return answer
        }
    }
}

extension FakeLoyalty {
    func createAPIKey(
        _ body: APIKeyBody, by maker: UUID, idempotencyKey: RequestKey?, at: Instant,
        answer: @Sendable (FreshAPIKey) -> KeptAnswer
    ) async throws(ServiceError) -> KeptAnswer {
        keyBook.once(idempotencyKey) { state in
            state.made.append(body)
            state.makers.append(maker)
            return answer(FreshAPIKey(key: "treue_1", view: FakeKeyBook.view(body, at: at)))
        }
    }

    func rotateAPIKey(
        _ id: UUID, _ body: RotationBody, by maker: UUID, idempotencyKey: RequestKey?, at: Instant,
        answer: @Sendable (FreshAPIKey) -> KeptAnswer
    ) async throws(ServiceError) -> KeptAnswer {
        guard UUIDText.text(id) == FakeKeyBook.known else { throw .apiKeyNotFound }
        return keyBook.once(idempotencyKey) { state in
            state.overlaps.append(body.overlapSeconds)
            return answer(FreshAPIKey(key: "treue_2", view: FakeKeyBook.view(APIKeyBody(scopes: ["admin"]), at: at)))
        }
    }

    func revokeAPIKey(_ id: UUID, by maker: UUID, at: Instant) async throws(ServiceError) {
        guard UUIDText.text(id) == FakeKeyBook.known else { throw .apiKeyNotFound }
        keyBook.state.withLock { $0.revoked.append(id) }
    }

    func apiKeys(at: Instant, page: PageRequest) async throws(ServiceError) -> Page<APIKeyView> {
        keyBook.state.withLock { $0.asked.append(page) }
        let key = FakeKeyBook.view(APIKeyBody(name: "till", scopes: ["checkout"]), at: at)
        return Page(items: [key], nextCursor: "next")
    }

    func auditTrail(page: PageRequest) async throws(ServiceError) -> Page<AuditEntry> {
        keyBook.state.withLock { $0.asked.append(page) }
        let act = AuditAct("api_key.created", of: "x", facts: [JSONMember("scopes", .array([.string("admin")]))])
        return Page(
            items: [
                AuditEntry(version: 2, at: Self.now, actor: .apiKey(Self.memberID), act: act),
                AuditEntry(version: 1, at: Self.now, actor: .commandLine, act: act),
            ], nextCursor: nil)
    }
}
