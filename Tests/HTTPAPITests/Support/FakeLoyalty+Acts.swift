import Foundation
import Synchronization

@testable import HTTPAPI
@testable import Loyalty
@testable import LoyaltyService
@testable import Wire

/// Points spent and given: one reward, `mug`, for 500 points; whoever is known may have it.
extension FakeLoyalty {
    static let redemptionID = UUID(uuidString: "01980000-0000-7000-8000-0000000000aa")!
    static let mug = Reward(id: "mug", kind: .product, price: 500)

    private func known(_ member: UUID) throws(ServiceError) {
        guard member == Self.memberID else { throw Self.notFound }
    }

    private func redemption(
        _ status: RedemptionView.Status, _ points: Int64 = 500, at: Instant
    ) -> RedemptionView {
        RedemptionView(
            memberID: Self.memberID,
            redemption: Redemption(
                id: UUIDText.text(Self.redemptionID), reward: "mug", wallet: "points", points: points, value: nil,
                currency: "USD", version: 1),
            status: status, voucher: nil,
            expiresAt: status == .reserved ? Instant(micros: at.micros + 900_000_000) : nil)
    }

    private func act(on member: UUID, at: Instant) throws(ServiceError) -> ActView {
        try known(member)
        return ActView(
            memberID: member, id: nil, entries: [Samples.entry(recordedAt: at)], balance: Samples.balance(at: at),
            isReplayed: false)
    }

    func quote(_ body: QuoteBody, at: Instant) async throws(ServiceError) -> QuoteView {
        QuoteView(
            memberID: Self.memberID,
            outcome: Outcome(change: 139, available: 139, pending: 0, tier: "insider", previousTier: "insider"),
            entries: [Samples.entry(recordedAt: nil)], balance: Samples.balance(at: at))
    }

    func redeem(
        _ body: RedemptionBody, member: UUID, idempotencyKey: RequestKey?, at: Instant
    ) async throws(ServiceError) -> RedemptionView {
        try known(member)
        if case .reward(let id) = body.what, id != Self.mug.id {
            throw ServiceError(code: "reward_not_found", status: 404, title: "No such reward", detail: "None.")
        }
        let points: Int64 = if case .points(let points) = body.what { points } else { Self.mug.price }
        return redemption(body.confirm ? .confirmed : .reserved, points, at: at)
    }

    private func known(redemption id: UUID) throws(ServiceError) {
        guard id == Self.redemptionID else {
            throw ServiceError(code: "redemption_not_found", status: 404, title: "No redemption", detail: "None.")
        }
    }

    func redemption(_ id: UUID, at: Instant) async throws(ServiceError) -> RedemptionView {
        try known(redemption: id)
        return redemption(.reserved, at: at)
    }

    func confirmRedemption(
        _ id: UUID, idempotencyKey: RequestKey?, at: Instant
    ) async throws(ServiceError) -> RedemptionView {
        try known(redemption: id)
        return redemption(.confirmed, at: at)
    }

    func cancelRedemption(
        _ id: UUID, idempotencyKey: RequestKey?, at: Instant
    ) async throws(ServiceError) -> RedemptionView {
        try known(redemption: id)
        return redemption(.cancelled, at: at)
    }

    func redeemVoucher(
        _ code: String, idempotencyKey: RequestKey?, at: Instant
    ) async throws(ServiceError) -> VoucherView {
        guard code == "MUG-1" else {
            throw ServiceError(code: "voucher_not_found", status: 404, title: "No voucher", detail: "None.")
        }
        return VoucherView(
            code: code, memberID: Self.memberID, redemptionID: UUIDText.text(Self.redemptionID), reward: "mug",
            value: nil, currency: "USD", validUntil: nil, isReplayed: false)
    }

    func rewards(for member: MemberReference?, at: Instant) async throws(ServiceError) -> [RewardView] {
        [
            RewardView(
                reward: Self.mug, price: 500, currency: "USD", stock: nil, isAffordable: member.map { _ in false },
                isEligible: member.map { _ in true })
        ]
    }

    func adjust(
        _ body: AdjustmentBody, member: UUID, agent: UUID, idempotencyKey: RequestKey?, at: Instant
    ) async throws(ServiceError) -> AdjustmentOutcome {
        .done(try act(on: member, at: at))
    }

    func waitingAdjustments(page: PageRequest) async throws(ServiceError) -> Page<AdjustmentRequest> {
        Page(items: [], nextCursor: nil)
    }

    func approveAdjustment(_ id: UUID, agent: UUID, at: Instant) async throws(ServiceError) -> ActView {
        try act(on: Self.memberID, at: at)
    }

    func transfer(
        _ body: TransferBody, from member: UUID, idempotencyKey: RequestKey?, at: Instant
    ) async throws(ServiceError) -> ActView {
        try act(on: member, at: at)
    }

    func merge(_ member: UUID, _ body: MergeBody, at: Instant) async throws(ServiceError) -> MemberView {
        try known(member)
        return Samples.member(EnrolmentBody(), at: at)
    }

    func subscribe(
        _ body: SubscriptionBody, member: UUID, idempotencyKey: RequestKey?, at: Instant
    ) async throws(ServiceError) -> ActView {
        try act(on: member, at: at)
    }

    func grantTier(
        _ body: TierBody, member: UUID, idempotencyKey: RequestKey?, at: Instant
    ) async throws(ServiceError) -> ActView {
        try act(on: member, at: at)
    }
}

/// The reference programme alone is published.
extension FakeLoyalty {
    private func reference(at: Instant, isNew: Bool) -> ProgrammeView? {
        guard let programme = try? ProgrammeFile.read(ReferenceProgramme.yaml, name: ReferenceProgramme.name)
        else { return nil }
        return ProgrammeView(
            programme: programme, document: ReferenceProgramme.yaml, inForce: programme.version(at: at).number,
            isNew: isNew)
    }

    func programme(_ id: String, at: Instant) async throws(ServiceError) -> ProgrammeView {
        guard let view = reference(at: at, isNew: false), view.programme.id == id else {
            throw ServiceError.programmeNotFound
        }
        return view
    }

    func allProgrammes(at: Instant) async throws(ServiceError) -> [ProgrammeView] {
        reference(at: at, isNew: false).map { [$0] } ?? []
    }

    func publish(
        _ text: String, as number: Int, of id: String, at: Instant
    ) async throws(ServiceError) -> ProgrammeView {
        do throws(ProgrammeFileError) {
            let programme = try ProgrammeFile.read(text, name: "programme")
            return ProgrammeView(
                programme: programme, document: text, inForce: programme.version(at: at).number, isNew: true)
        } catch {
            throw ServiceError(error)
        }
    }
}
