import EventLog
public import Foundation
public import Loyalty
public import Wire

extension LoyaltyService {
    /// Changes who a member is: profile, identifiers, consents. An identifier that is new is claimed, and the first claim
    /// wins; one that is taken away is free for others. Nothing is recorded where nothing changes.
    ///
    /// - Parameter versions: the versions of the member's stream that the caller has seen; nil where it does not matter.
    /// - Throws: `member_not_found`, `identifier_taken`, `precondition_failed`.
    public func changeProfile(
        of member: UUID, by patch: ProfilePatch, ifVersion versions: Set<Int64>?, at: Instant
    ) async throws(ServiceError) -> MemberView {
        do {
            // What fell due before a birthday was learnt or forgotten fell due without it.
            if patch.birthday != .keep { await settle([member], at: at) }
            let gone = try await withLocked(member) { locked in
                guard locked.known.state.identity != .erased,
                    let row = try await MemberVault(log: log).rows(of: [member], on: locked.lease).first
                else { throw ServiceError.memberNotFound }
                if let versions, !versions.contains(locked.known.version) { throw ServiceError.preconditionFailed }
                let old = try keys.open(row)
                return try await change(locked, from: old, to: old.patched(by: patch), at: at)
            }
            directory.forget(gone)
            if case .set(let email) = patch.email { _ = await claimOrders(under: email, for: member, at: at) }
            return try await view(of: member, at: at)
        } catch {
            throw translated(error)
        }
    }

    private func isDue(_ state: MemberState, at: Instant) -> Bool {
        guard let programme = programmes[state.programme], state.mergedInto == nil else { return false }
        return state.nextDue(under: programme, by: at).map { $0.at <= at } ?? false
    }

    /// Answers the identifiers that are the member's no longer.
    private func change(
        _ locked: LockedMember, from old: Profile, to new: Profile, at: Instant
    ) async throws -> Set<MemberReference> {
        guard new != old else { return [] }
        let added = Set(new.references).subtracting(old.references)
        let gone = Set(old.references).subtracting(new.references)
        let claims = added.map { IdentifierStore.Claim(directory.identifier($0), by: locked.id) }
        let owners = try await directory.store.claim(claims, atMicros: at.micros, on: locked.lease)
        guard !owners.contains(nil) else { throw ServiceError.contended }
        guard owners.allSatisfy({ $0 == locked.id }) else { throw ServiceError.identifierTaken }
        if new.birthday != old.birthday, isDue(locked.known.state, at: at) { throw ServiceError.contended }
        try await locked.append(
            .profileChanged(new.change(since: old)), at: at, sealed: try keys.seal(new, for: locked.id))
        try await directory.store.release(gone.map(directory.identifier), of: locked.id, on: locked.lease)
        return gone
    }
}
