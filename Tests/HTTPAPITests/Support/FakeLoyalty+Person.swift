import Foundation
import Synchronization

@testable import HTTPAPI
@testable import Loyalty
@testable import LoyaltyService
@testable import Wire

extension FakeLoyalty {
    func changeProfile(
        of member: UUID, by patch: ProfilePatch, ifVersion versions: Set<Int64>?, at: Instant
    ) async throws(ServiceError) -> MemberView {
        guard member == Self.memberID else { throw Self.notFound }
        let version = state.withLock { state in
            state.patches.append(patch)
            return state.version
        }
        if let versions, !versions.contains(version) { throw .preconditionFailed }
        var view = Samples.member(EnrolmentBody(email: patch.email.applied(to: "ada@example.com")), at: at)
        view.version = version
        return view
    }

    func receive(
        _ message: ShopMessage, from source: String, at: Instant
    ) async throws(ServiceError) -> ConnectorAnswer {
        if case .ignored(let reason) = message { return ConnectorAnswer(.ignored, reason: reason) }
        let failure = state.withLock { state in
            state.received.append((message, source))
            return state.failure
        }
        if let failure { throw failure }
        return ConnectorAnswer(.accepted, memberID: Self.memberID)
    }

    func erase(_ member: UUID, at: Instant) async throws(ServiceError) {
        guard member == Self.memberID else { throw Self.notFound }
        state.withLock { $0.erasures += 1 }
    }
}

extension FakeLoyalty {
    func createHousehold(
        _ body: HouseholdBody, idempotencyKey: RequestKey?, at now: Instant
    ) async throws(ServiceError) -> HouseholdView {
        HouseholdView(id: Self.redemptionID, members: [], isReplayed: isRepeat(idempotencyKey))
    }

    func household(_ id: UUID) async throws(ServiceError) -> HouseholdView {
        guard id == Self.redemptionID else { throw .householdNotFound }
        return HouseholdView(id: id, members: [Self.memberID])
    }

    func join(
        _ household: UUID, _ body: HouseholdMemberBody, idempotencyKey: RequestKey?, at now: Instant,
        answer: @Sendable (HouseholdView) -> KeptAnswer
    ) async throws(ServiceError) -> KeptAnswer { once(idempotencyKey, try await self.household(household), answer) }

    func leave(
        _ household: UUID, _ body: HouseholdMemberBody, idempotencyKey: RequestKey?, at now: Instant,
        answer: @Sendable (HouseholdView) -> KeptAnswer
    ) async throws(ServiceError) -> KeptAnswer { once(idempotencyKey, try await self.household(household), answer) }
}
