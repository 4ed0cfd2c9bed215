public import Foundation
public import Loyalty
public import LoyaltyService
public import Wire

/// What the routes for households call.
public protocol HouseholdAPI: Sendable {
    /// Makes a household without members.
    func createHousehold(
        _ body: HouseholdBody, idempotencyKey: RequestKey?, at now: Instant
    ) async throws(ServiceError) -> HouseholdView

    /// Who belongs to it.
    func household(_ id: UUID) async throws(ServiceError) -> HouseholdView

    /// A member joins.
    func join(
        _ household: UUID, _ body: HouseholdMemberBody, idempotencyKey: RequestKey?, at now: Instant,
        answer: @Sendable (HouseholdView) -> KeptAnswer
    ) async throws(ServiceError) -> KeptAnswer

    /// A member leaves.
    func leave(
        _ household: UUID, _ body: HouseholdMemberBody, idempotencyKey: RequestKey?, at now: Instant,
        answer: @Sendable (HouseholdView) -> KeptAnswer
    ) async throws(ServiceError) -> KeptAnswer
}
