import EventLog
public import Foundation
public import Loyalty

/// Questions about the past by both clocks: as it was in business, and as we knew it then.
extension LoyaltyService {
    /// What a member has, or had at `asOf` by business time, according to what had been recorded at `knownAt`.
    ///
    /// With `knownAt` alone the question is what we would have answered then; with both, what we would have answered then to
    /// a question about `asOf`.
    public func balance(
        of member: UUID, at now: Instant, clocks: Clocks = Clocks()
    ) async throws(ServiceError) -> BalanceView {
        do {
            // What was known then was known of this very member, whoever goes on for them now.
            let (member, account) =
                clocks.knownAt == nil ? try await survivor(of: member) : (member, try await self.account(of: member))
            guard
                let stream = try await KnownStream(
                    of: member, now: account, knownAt: clocks.knownAt, in: log, on: client)
            else { throw ServiceError.memberNotFound }
            // An event may be a few minutes ahead of our clock: what was answered is in the balance all the same.
            let instant = clocks.asOf ?? max(min(clocks.knownAt ?? now, now), stream.state.latest)
            let programme = try programme(of: stream.state)
            let state = try await stream.state(at: instant, under: programme)
            return BalanceView(
                memberID: member, version: stream.version, balance: programme.balance(of: state, at: instant))
        } catch {
            throw translated(error)
        }
    }
}
