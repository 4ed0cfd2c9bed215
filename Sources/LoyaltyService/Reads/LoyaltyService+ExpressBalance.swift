public import Foundation
public import Loyalty
import Wire

extension LoyaltyService {
    /// What a member has now, as ``balance(of:at:clocks:)`` says it, without a task of the caller's.
    ///
    /// - Parameters:
    ///   - resume: brings work to the thread that wants the answer. Called on one that must not be held up.
    ///   - answer: called once, by way of `resume`.
    public func beginBalance(
        of member: UUID, at now: Instant, resume: @escaping Resumption,
        answer: @escaping @Sendable (Result<BalanceView, ServiceError>) -> Void
    ) {
        accounts.account(of: member) { found in
            resume {
                // Who has become another is looked for there.
                if case .success(let known) = found, known.state.mergedInto != nil {
                    Task {
                        let result = await self.result(of: member, at: now)
                        resume { answer(result) }
                    }
                } else {
                    answer(self.balance(of: member, found, at: now))
                }
            }
        }
    }

    private func result(of member: UUID, at now: Instant) async -> Result<BalanceView, ServiceError> {
        do throws(ServiceError) {
            return .success(try await balance(of: member, at: now))
        } catch {
            return .failure(error)
        }
    }

    private func balance(
        of member: UUID, _ found: Result<KnownMember, any Error>, at now: Instant
    ) -> Result<BalanceView, ServiceError> {
        do {
            let known = try found.get()
            guard known.state.identity != .erased else { throw ServiceError.memberNotFound }
            // An event may be a few minutes ahead of our clock: what was answered is in the balance all the same.
            let instant = max(now, known.state.latest)
            let programme = try programme(of: known.state)
            let state = try programme.current(known.state, at: instant).state
            return .success(
                BalanceView(
                    memberID: member, version: known.version, balance: programme.balance(of: state, at: instant)))
        } catch {
            return .failure(translated(error))
        }
    }
}
