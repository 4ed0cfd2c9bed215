import Foundation
import Loyalty
import Synchronization
import Wire

@testable import LoyaltyService

/// What requests find out, without the bytes that a caller is answered with.
extension LoyaltyService {
    func confirmRedemption(_ id: UUID, at: Instant) async throws -> RedemptionView {
        try await seen { try await confirmRedemption(id, idempotencyKey: nil, at: at, answer: $0) }
    }

    func cancelRedemption(
        _ id: UUID, idempotencyKey: RequestKey? = nil, at: Instant
    ) async throws -> RedemptionView {
        try await seen { try await cancelRedemption(id, idempotencyKey: idempotencyKey, at: at, answer: $0) }
    }

    func merge(
        _ member: UUID, _ body: MergeBody, idempotencyKey: RequestKey? = nil, at: Instant
    ) async throws -> Enrolment {
        try await seen { try await merge(member, body, idempotencyKey: idempotencyKey, at: at, answer: $0) }
    }

    /// What was handed to `answer`; a request that is answered from what was kept hands nothing over, and fails here.
    private func seen<View: Sendable>(
        _ ask: (@escaping @Sendable (View) -> KeptAnswer) async throws -> KeptAnswer
    ) async throws -> View {
        let view = Mutex<View?>(nil)
        _ = try await ask { told in
            view.withLock { $0 = told }
            return KeptAnswer(status: 200, body: [])
        }
        guard let view = view.withLock({ $0 }) else { throw ServiceError.internalFault("answered from what was kept") }
        return view
    }
}
