public import Foundation
public import Loyalty
public import Wire

extension LoyaltyService {
    /// Starts, renews, cancels or pays back a paid membership.
    ///
    /// - Throws: `plan_unknown`, `subscription_state`, `member_not_found`.
    public func subscribe(
        _ body: SubscriptionBody, member: UUID, idempotencyKey: RequestKey?, at: Instant
    ) async throws(ServiceError) -> ActView {
        try await act(
            .subscription(body.request), member, "\(body.request.plan) \(body.request.action.rawValue)",
            idempotencyKey, at: at)
    }

    /// Gives a tier by hand.
    ///
    /// - Throws: `tier_unknown`, `member_not_found`.
    public func grantTier(
        _ body: TierBody, member: UUID, idempotencyKey: RequestKey?, at: Instant
    ) async throws(ServiceError) -> ActView {
        try await act(
            .grantTier(tier: body.tier, until: body.until, reason: body.reason), member, body.content, idempotencyKey,
            at: at)
    }

    private func act(
        _ command: Command, _ member: UUID, _ content: String, _ key: RequestKey?, at: Instant
    ) async throws(ServiceError) -> ActView {
        do {
            let member = try await living(member)
            let repeatKey = repeatKey(key, content: "\(member) \(content)")
            return try await self.act(try await perform(command, for: member, at: at, repeatKey))
        } catch {
            throw translated(error)
        }
    }

    /// What a purchase would bring, once for one idempotency key: a repeat is told what it would have brought then.
    ///
    /// - Parameter answer: what the caller is told, and told again when the request is repeated.
    public func quote(
        _ body: QuoteBody, idempotencyKey: RequestKey?, at: Instant, answer: @Sendable (QuoteView) -> KeptAnswer
    ) async throws(ServiceError) -> KeptAnswer {
        try await keeping(idempotencyKey, content: body.canonical, at: at, answer: answer) {
            (try await quote(body, at: at), isRecorded: false)
        }
    }

    /// What a purchase would bring. Writes nothing.
    public func quote(_ body: QuoteBody, at: Instant) async throws(ServiceError) -> QuoteView {
        do {
            let programme: Programme
            var state: MemberState
            var memberID: UUID?
            if let member = try await found(body.member) {
                (programme, state, memberID) = (
                    try self.programme(of: member.known.state), member.known.state, member.id
                )
            } else {
                // Somebody new would be enrolled by buying, where the programme says so.
                programme = programmes.standard
                guard programme.enrolment == .automatic, body.member.kind != .id else {
                    throw ServiceError.memberNotFound
                }
                state = programme.newcomer(at: at, language: .english)
            }
            let time = body.time ?? max(at, state.latest)
            guard time.micros <= at.micros + LoyaltyService.clockTolerance || time == state.latest else {
                throw ServiceError.eventInFuture
            }
            let decision = try await decide(.purchase(body.purchase), at: time, for: state, memberID)
            let entries = decision.own.prefix(decision.outcome.followers + 1).flatMap { dated in
                dated.answerEntries.map { entry in
                    EntryView(
                        entry: entry, explanation: entry.explanation(in: state.language, under: programme),
                        version: nil, recordedAt: nil)
                }
            }
            state = decision.state
            return QuoteView(
                memberID: memberID, outcome: decision.outcome, entries: entries,
                balance: programme.balance(of: state, at: max(time, state.latest)))
        } catch {
            throw translated(error)
        }
    }
}
