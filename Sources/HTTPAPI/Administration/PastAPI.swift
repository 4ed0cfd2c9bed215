public import Foundation
public import Loyalty
public import LoyaltyService

/// Questions about the past by both clocks.
public protocol PastAPI: Sendable {
    /// What a member had, by business time and by what was known.
    func balance(of member: UUID, at now: Instant, clocks: Clocks) async throws(ServiceError) -> BalanceView

    /// A part of the ledger as it stood, newest first.
    func entries(
        of member: UUID, at now: Instant, clocks: Clocks, page: PageRequest
    ) async throws(ServiceError) -> Page<EntryView>
}
