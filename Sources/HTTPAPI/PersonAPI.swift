public import Foundation
public import Loyalty
public import LoyaltyService
public import Wire

/// What the routes about who a member is call.
public protocol PersonAPI: Sendable {
    /// Changes profile, identifiers and consents.
    ///
    /// - Parameter versions: the versions of the member that the caller has seen; nil where it does not matter.
    func changeProfile(
        of member: UUID, by patch: ProfilePatch, ifVersion versions: Set<Int64>?, at: Instant
    ) async throws(ServiceError) -> MemberView

    /// Forgets who a member is, for good; once more for somebody erased does nothing.
    func erase(_ member: UUID, at: Instant) async throws(ServiceError)
}
