import Foundation
import Synchronization

@testable import HTTPAPI
@testable import Loyalty
@testable import LoyaltyService
@testable import Wire

/// What the routes asked for beside recording, in the order in which they asked.
enum FakeAct: Hashable, Sendable {
    case quote(QuoteBody)
    case redeem(RedemptionBody)
    case confirm(UUID)
    case cancel(UUID)
    case voucher(String)
    case adjust(AdjustmentBody)
    case approve(UUID)
    case transfer(TransferBody)
    case merge(MergeBody)
    case subscribe(SubscriptionBody)
    case grant(TierBody)
    case publish(String, as: Int, of: String)
    case simulate(SimulationBody, of: String)
}

extension FakeLoyalty {
    static let redemptionID = UUID(uuidString: "01980000-0000-7000-8000-0000000000aa")!
    static let requestID = UUID(uuidString: "01980000-0000-7000-8000-0000000000bb")!

    /// Notes what was asked for; answers whether the same key came before.
    private func note(_ act: FakeAct, _ key: RequestKey? = nil) throws(ServiceError) -> Bool {
        let (failure, isReplayed) = state.withLock { state in
            state.acts.append(act)
            defer { if let key { state.idempotency.append(key) } }
            return (state.failure, key.map(state.idempotency.contains) ?? false)
        }
        if let failure { throw failure }
        return isReplayed
    }

    private func check(member: UUID) throws(ServiceError) {
        if member != Self.memberID { throw Self.notFound }
    }

    func quote(
        _ body: QuoteBody, idempotencyKey: RequestKey?, at: Instant, answer: @Sendable (QuoteView) -> KeptAnswer
    ) async throws(ServiceError) -> KeptAnswer {
        let isReplayed = try note(.quote(body), idempotencyKey)
        var kept = answer(
            QuoteView(
                memberID: body.member.kind == .id ? Self.memberID : nil,
                outcome: Outcome(change: 139, available: 139, pending: 0, tier: "insider", previousTier: "insider"),
                entries: [Samples.entry(recordedAt: nil)], balance: Samples.balance(at: at)))
        kept.isReplayed = isReplayed
        return kept
    }

    func redeem(
        _ body: RedemptionBody, member: UUID, idempotencyKey: RequestKey?, at: Instant
    ) async throws(ServiceError) -> RedemptionView {
        try check(member: member)
        let isReplayed = try note(.redeem(body), idempotencyKey)
        return Samples.redemption(body.confirm ? .confirmed : .reserved, isReplayed: isReplayed)
    }

    func redemption(_ id: UUID, at: Instant) async throws(ServiceError) -> RedemptionView {
        guard id == Self.redemptionID else { throw .redemptionNotFound }
        return Samples.redemption(.lapsed)
    }

    func confirmRedemption(
        _ id: UUID, idempotencyKey: RequestKey?, at: Instant, answer: @Sendable (RedemptionView) -> KeptAnswer
    ) async throws(ServiceError) -> KeptAnswer {
        guard id == Self.redemptionID else { throw .redemptionNotFound }
        return answer(Samples.redemption(.confirmed, isReplayed: try note(.confirm(id), idempotencyKey)))
    }

    func cancelRedemption(
        _ id: UUID, idempotencyKey: RequestKey?, at: Instant, answer: @Sendable (RedemptionView) -> KeptAnswer
    ) async throws(ServiceError) -> KeptAnswer {
        guard id == Self.redemptionID else { throw .redemptionNotFound }
        return answer(Samples.redemption(.cancelled, isReplayed: try note(.cancel(id), idempotencyKey)))
    }

    func redeemVoucher(
        _ code: String, idempotencyKey: RequestKey?, at: Instant
    ) async throws(ServiceError) -> VoucherView {
        let isReplayed = try note(.voucher(code), idempotencyKey)
        return VoucherView(
            code: code, memberID: Self.memberID, redemptionID: UUIDText.text(Self.redemptionID),
            reward: "rouge-reward", value: 10_000, currency: "GBP",
            validUntil: CivilDate(year: 2026, month: 2, day: 20), isReplayed: isReplayed)
    }

    func rewards(for member: MemberReference?, at: Instant) async throws(ServiceError) -> [RewardView] {
        state.withLock { $0.askedRewards.append(member) }
        let reward = Reward(
            id: "cash", name: "Cash", kind: .discount, price: 500, value: 1000,
            condition: RewardCondition(tiers: ["vib", "rouge"], minimumOrder: 1000), stock: 50)
        return [
            RewardView(
                reward: reward, price: 400, currency: "GBP", stock: 49, isAffordable: member.map { _ in true },
                isEligible: member.map { _ in false })
        ]
    }

    func bringCodes(
        _ body: CodesBody, for reward: String, by actor: UUID, idempotencyKey: RequestKey?, at now: Instant,
        answer: @Sendable (CodeDelivery) -> KeptAnswer
    ) async throws(ServiceError) -> KeptAnswer {
        guard reward == "spa-day" else { throw ServiceError(Rejection(.rewardNotFound, "There is none.")) }
        let delivery = CodeDelivery(programme: "beauty", reward: reward, added: body.codes.count, known: 0, left: 7)
        return once(idempotencyKey, delivery, answer)
    }

    func adjust(
        _ body: AdjustmentBody, member: UUID, agent: UUID, idempotencyKey: RequestKey?, at: Instant
    ) async throws(ServiceError) -> AdjustmentOutcome {
        try check(member: member)
        let isReplayed = try note(.adjust(body), idempotencyKey)
        guard body.points <= 1000 else {
            var request = Samples.waiting(body, by: agent, at: at)
            request.isReplayed = isReplayed
            return .waits(request)
        }
        return .done(Samples.act(isReplayed: isReplayed))
    }

    func waitingAdjustments(page: PageRequest) async throws(ServiceError) -> Page<AdjustmentRequest> {
        state.withLock { $0.asked.append(page) }
        let body = AdjustmentBody(wallet: "points", points: 5000, reason: "goodwill")
        return Page(items: [Samples.waiting(body, by: UUID(), at: Self.now)], nextCursor: "next")
    }

    func approveAdjustment(_ id: UUID, agent: UUID, at: Instant) async throws(ServiceError) -> ActView {
        guard id == Self.requestID else { throw .adjustmentNotFound }
        let isDone = state.withLock { $0.acts.contains(.approve(id)) }
        _ = try note(.approve(id))
        return Samples.act(isReplayed: isDone)
    }

    func transfer(
        _ body: TransferBody, from member: UUID, idempotencyKey: RequestKey?, at: Instant
    ) async throws(ServiceError) -> ActView {
        try check(member: member)
        return Samples.act(
            id: UUIDText.text(Self.requestID), isReplayed: try note(.transfer(body), idempotencyKey))
    }

    func merge(
        _ member: UUID, _ body: MergeBody, idempotencyKey: RequestKey?, at: Instant,
        answer: @Sendable (Enrolment) -> KeptAnswer
    ) async throws(ServiceError) -> KeptAnswer {
        try check(member: member)
        let isReplayed = try note(.merge(body), idempotencyKey)
        return answer(Enrolment(member: Samples.member(EnrolmentBody(), at: at), isReplayed: isReplayed))
    }

    func subscribe(
        _ body: SubscriptionBody, member: UUID, idempotencyKey: RequestKey?, at: Instant
    ) async throws(ServiceError) -> ActView {
        try check(member: member)
        return Samples.act(isReplayed: try note(.subscribe(body), idempotencyKey))
    }

    func grantTier(
        _ body: TierBody, member: UUID, idempotencyKey: RequestKey?, at: Instant
    ) async throws(ServiceError) -> ActView {
        try check(member: member)
        return Samples.act(isReplayed: try note(.grant(body), idempotencyKey))
    }

    // MARK: Programmes

    func programme(_ id: String, at: Instant) async throws(ServiceError) -> ProgrammeView {
        guard id == "beauty" else { throw .programmeNotFound }
        return Samples.programme(isNew: false)
    }

    func allProgrammes(at: Instant) async throws(ServiceError) -> [ProgrammeView] { [Samples.programme(isNew: false)] }

    func publish(
        _ text: String, as number: Int, of id: String, at: Instant
    ) async throws(ServiceError) -> ProgrammeView {
        _ = try note(.publish(text, as: number, of: id))
        return Samples.programme(isNew: number > 1)
    }

    func simulate(
        _ body: SimulationBody, of id: String, idempotencyKey: RequestKey?, at now: Instant,
        answer: @Sendable (OperationView) -> KeptAnswer
    ) async throws(ServiceError) -> KeptAnswer {
        let isReplayed = try note(.simulate(body, of: id), idempotencyKey)
        var kept = answer(Self.operation("programme.simulate"))
        kept.isReplayed = isReplayed
        return kept
    }
}

extension Samples {
    static func redemption(_ status: RedemptionView.Status, isReplayed: Bool = false) -> RedemptionView {
        let redemption = Redemption(
            id: UUIDText.text(FakeLoyalty.redemptionID), reward: "rouge-reward", wallet: "points", points: 2500,
            value: 10_000, currency: "GBP", coPayment: 500, order: "17", version: 1)
        return RedemptionView(
            memberID: FakeLoyalty.memberID, redemption: redemption, status: status,
            voucher: status == .confirmed
                ? .init(code: "ABCD-EFGH-JKMN-PQRS", validUntil: nil, isUsed: false) : nil,
            expiresAt: status == .reserved ? FakeLoyalty.now : nil, isReplayed: isReplayed)
    }

    static func act(id: String? = nil, isReplayed: Bool = false) -> ActView {
        ActView(
            memberID: FakeLoyalty.memberID, id: id, entries: [entry(recordedAt: nil)],
            balance: balance(at: FakeLoyalty.now), isReplayed: isReplayed)
    }

    static func waiting(_ body: AdjustmentBody, by agent: UUID, at instant: Instant) -> AdjustmentRequest {
        AdjustmentRequest(
            id: FakeLoyalty.requestID, memberID: FakeLoyalty.memberID, wallet: body.wallet, points: body.points,
            reason: body.reason, requestedBy: agent, requestedAt: instant)
    }

    static func programme(isNew: Bool) -> ProgrammeView {
        let text =
            "{id: beauty, name: Beauty, currencies: [GBP], versions: [{earning: [{id: b, points: 1, per: 1.00}]}]}"
        do {
            let programme = try ProgrammeFile.read(text, name: "beauty.yaml")
            return ProgrammeView(programme: programme, document: text, inForce: 1, isNew: isNew)
        } catch {
            preconditionFailure("\(error)")
        }
    }
}
