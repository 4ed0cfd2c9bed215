import EventLog
public import Foundation
public import Loyalty
import Wire

extension LoyaltyService {
    /// Forgets who a member is (GDPR, Art. 17): the member's key, profile and identifiers are destroyed in one
    /// transaction with the event that says so. What happened stays in the log, about nobody, so that chains verify and
    /// totals are what they were. Once more for somebody erased does nothing.
    ///
    /// - Throws: `member_not_found` for an id that nobody ever had.
    public func erase(_ member: UUID, at: Instant) async throws(ServiceError) {
        do {
            let gone = try await withLocked(member) { locked -> [MemberReference] in
                guard locked.known.state.identity != .erased else { return [] }
                let vault = MemberVault(log: log)
                let row = try await vault.rows(of: [member], on: locked.lease).first
                // Nobody can ask for erasure of what cannot be read; it goes all the same.
                let profile = row.flatMap { try? keys.open($0) }
                try await locked.append(.erased, at: at)
                _ = try await vault.erase(member, on: locked.lease)
                try await directory.store.releaseAll(of: member, on: locked.lease)
                try await HouseholdStore().remove(member, on: locked.lease)
                try await connectorOrders.erase(
                    member, emailHash: profile?.email.flatMap { emailHash($0) }, on: locked.lease)
                return profile?.references ?? []
            }
            directory.forget(gone)
        } catch {
            throw translated(error)
        }
    }
}
