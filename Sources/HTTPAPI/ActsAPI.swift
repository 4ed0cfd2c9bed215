public import Foundation
public import Loyalty
public import LoyaltyService
public import Wire

/// What is done for members beside recording what checkouts say: points spent, given, handed on.
public protocol ActsAPI: Sendable {
    /// What a purchase would bring, once for one idempotency key: a repeat is given what `answer` made of the first.
    func quote(
        _ body: QuoteBody, idempotencyKey: RequestKey?, at: Instant, answer: @Sendable (QuoteView) -> KeptAnswer
    ) async throws(ServiceError) -> KeptAnswer

    /// Holds or spends points.
    func redeem(
        _ body: RedemptionBody, member: UUID, idempotencyKey: RequestKey?, at: Instant
    ) async throws(ServiceError) -> RedemptionView

    /// A redemption as it stands.
    func redemption(_ id: UUID, at: Instant) async throws(ServiceError) -> RedemptionView

    /// Spends what was held.
    func confirmRedemption(
        _ id: UUID, idempotencyKey: RequestKey?, at: Instant, answer: @Sendable (RedemptionView) -> KeptAnswer
    ) async throws(ServiceError) -> KeptAnswer

    /// Gives points back.
    func cancelRedemption(
        _ id: UUID, idempotencyKey: RequestKey?, at: Instant, answer: @Sendable (RedemptionView) -> KeptAnswer
    ) async throws(ServiceError) -> KeptAnswer

    /// Uses a code, once.
    func redeemVoucher(
        _ code: String, idempotencyKey: RequestKey?, at: Instant
    ) async throws(ServiceError) -> VoucherView

    /// Takes codes for a reward whose vouchers come out of a pool.
    func bringCodes(
        _ body: CodesBody, for reward: String, by actor: UUID, idempotencyKey: RequestKey?, at now: Instant,
        answer: @Sendable (CodeDelivery) -> KeptAnswer
    ) async throws(ServiceError) -> KeptAnswer

    /// The catalogue, perhaps as one member sees it.
    func rewards(for member: MemberReference?, at: Instant) async throws(ServiceError) -> [RewardView]

    /// Gives or takes points by hand.
    func adjust(
        _ body: AdjustmentBody, member: UUID, agent: UUID, idempotencyKey: RequestKey?, at: Instant
    ) async throws(ServiceError) -> AdjustmentOutcome

    /// Adjustments that wait for somebody else.
    func waitingAdjustments(page: PageRequest) async throws(ServiceError) -> Page<AdjustmentRequest>

    /// Carries out an adjustment that waited.
    func approveAdjustment(_ id: UUID, agent: UUID, at: Instant) async throws(ServiceError) -> ActView

    /// Hands points to another member.
    func transfer(
        _ body: TransferBody, from member: UUID, idempotencyKey: RequestKey?, at: Instant
    ) async throws(ServiceError) -> ActView

    /// One member becomes another.
    func merge(
        _ member: UUID, _ body: MergeBody, idempotencyKey: RequestKey?, at: Instant,
        answer: @Sendable (Enrolment) -> KeptAnswer
    ) async throws(ServiceError) -> KeptAnswer

    /// Changes a paid membership.
    func subscribe(
        _ body: SubscriptionBody, member: UUID, idempotencyKey: RequestKey?, at: Instant
    ) async throws(ServiceError) -> ActView

    /// Gives a tier by hand.
    func grantTier(
        _ body: TierBody, member: UUID, idempotencyKey: RequestKey?, at: Instant
    ) async throws(ServiceError) -> ActView
}
