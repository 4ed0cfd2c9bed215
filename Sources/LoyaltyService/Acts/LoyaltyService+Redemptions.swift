import EventLog
public import Foundation
public import Loyalty
import Projections
public import Wire

extension LoyaltyService {
    /// Holds or spends points: the member's own, or their household's.
    ///
    /// - Throws: `no_household`, `insufficient_points`, `out_of_stock`, `not_eligible`, `reward_not_found`, `member_not_found`.
    public func redeem(
        _ body: RedemptionBody, member: UUID, idempotencyKey: RequestKey?, at: Instant
    ) async throws(ServiceError) -> RedemptionView {
        do {
            let id =
                self.repeatKey(idempotencyKey, content: "").map { Digest.uuid("redemption", "\($0.key)") }
                ?? ids.next(nowMicros: at.micros)
            let payer = body.household ? try await householdPayer(of: member, id) : member
            let (member, known) = try await survivor(of: payer)
            let request = RedemptionRequest(
                id: UUIDText.text(id), what: body.what, order: body.order, orderTotal: body.orderTotal,
                orderCurrency: body.orderCurrency, partner: body.partner, confirm: body.confirm)
            let repeatKey = RepeatKey(
                key: id.bytes, contentHash: keys.hash(request: Array("\(member) \(body.content)".utf8)))
            let isHeld = try await setAside(request, as: id, repeatKey, for: member, known.state, at: at)
            do {
                return try await withCode(
                    try view(of: try await perform(.redemption(request), for: member, at: at, repeatKey)))
            } catch {
                // Where nobody knows whether it was recorded, it stays aside until somebody finds the shelf empty.
                if isHeld, translated(error).isRefusal { try await stock.release(id) }
                throw error
            }
        } catch {
            throw translated(error)
        }
    }

    /// Whoever has paid for that redemption already, where the request comes again after the member has left; else the
    /// member's household.
    private func householdPayer(of member: UUID, _ redemption: UUID) async throws -> UUID {
        if let first = try await log.events(byKeys: [redemption.bytes], on: client)[redemption.bytes] {
            return first.stream
        }
        return try await householdAccount(of: member)
    }

    /// Sets one of the reward aside, where there are only so many. Whoever may not have it takes it from nobody, and
    /// what came before is answered as it was then, whatever is left.
    ///
    /// - Returns: whether there is something to put back if the redemption comes to nothing.
    private func setAside(
        _ request: RedemptionRequest, as id: UUID, _ repeatKey: RepeatKey, for member: UUID, _ state: MemberState,
        at: Instant
    ) async throws -> Bool {
        let programme = try programme(of: state)
        guard case .reward(let wanted) = request.what, let reward = programme.version(at: at).reward(wanted),
            let limit = try await limit(of: reward, in: programme)
        else { return false }
        if try await isKnown(repeatKey) { return false }
        _ = try await decide(.redemption(request), at: at, for: state, member)
        return try await stock.take(
            reward, of: programme, stock: limit, for: id, member: member, at: at
        ) { id, member in
            let subject = Subject.redemption(UUIDText.text(id))
            do {
                return RedemptionHistory(try await events(about: subject, of: try await living(member)))
            } catch let error as ServiceError where error == .memberNotFound {
                // Erased: what they had is gone all the same.
                let streams = [StreamSubject(stream: member, subject: subject.digest)]
                let found = try await log.events(about: streams, on: client)[member] ?? []
                return RedemptionHistory(try found.map { try DatedEvent($0) })
            }
        }
    }

    /// Spends what was held. Whoever asks again gets the same answer.
    ///
    /// - Throws: `redemption_not_found`, `redemption_closed`.
    public func confirmRedemption(
        _ id: UUID, idempotencyKey: RequestKey?, at: Instant, answer: @Sendable (RedemptionView) -> KeptAnswer
    ) async throws(ServiceError) -> KeptAnswer {
        try await keeping(idempotencyKey, content: id.bytes, at: at, answer: answer) {
            try await change(id, by: .confirmRedemption(id: UUIDText.text(id)), idempotencyKey, at: at)
        }
    }

    /// Gives points back to the lots they came from, also what had been spent, unless its voucher was used.
    ///
    /// - Throws: `redemption_not_found`, `voucher_used`.
    public func cancelRedemption(
        _ id: UUID, idempotencyKey: RequestKey?, at: Instant, answer: @Sendable (RedemptionView) -> KeptAnswer
    ) async throws(ServiceError) -> KeptAnswer {
        try await keeping(idempotencyKey, content: id.bytes, at: at, answer: answer) {
            let changed = try await change(id, by: .cancelRedemption(id: UUIDText.text(id)), idempotencyKey, at: at)
            try await stock.release(id)
            return changed
        }
    }

    /// A redemption as it stands.
    public func redemption(_ id: UUID, at: Instant) async throws(ServiceError) -> RedemptionView {
        do {
            return try await view(ofRedemption: id, in: try await owner(ofRedemption: id), at: at)
        } catch {
            throw translated(error)
        }
    }

    private func change(
        _ id: UUID, by command: Command, _ key: RequestKey?, at: Instant
    ) async throws -> (view: RedemptionView, isRecorded: Bool) {
        let stream = try await owner(ofRedemption: id)
        let member = try await living(stream)
        let repeatKey = repeatKey(key, content: UUIDText.text(id))
        let reply = try await perform(command, for: member, at: at, repeatKey)
        // Where everything was so already, it is told as it stands.
        guard !reply.events.isEmpty else { return (try await view(ofRedemption: id, in: member, at: at), false) }
        return (try await withCode(try view(of: reply)), true)
    }

    private func owner(ofRedemption id: UUID) async throws -> UUID {
        guard let first = try await log.events(byKeys: [id.bytes], on: client)[id.bytes] else {
            throw ServiceError.redemptionNotFound
        }
        return first.stream
    }

    private func view(of reply: CommandReply) throws -> RedemptionView {
        let story = RedemptionHistory(reply.events.map(\.dated))
        guard let view = view(story, of: reply.memberID, at: nil) else {
            throw ServiceError.internalFault("no redemption in the reply to one")
        }
        var told = view
        told.isReplayed = reply.isReplayed
        return told
    }

    private func view(ofRedemption id: UUID, in member: UUID, at: Instant) async throws -> RedemptionView {
        let member = try await living(member)
        let story = RedemptionHistory(try await events(about: .redemption(UUIDText.text(id)), of: member))
        guard let view = view(story, of: member, at: at) else { throw ServiceError.redemptionNotFound }
        return try await withCode(view)
    }

    /// - Parameter at: an open reservation has lapsed by then, whether or not that was recorded.
    private func view(_ story: RedemptionHistory, of member: UUID, at: Instant?) -> RedemptionView? {
        guard let redemption = story.redemption else { return nil }
        let isOver = story.expiresAt.map { expiresAt in at.map { expiresAt <= $0 } ?? false } ?? false
        let status: RedemptionView.Status =
            story.isConfirmed
            ? .confirmed : story.isReserved ? (isOver ? .lapsed : .reserved) : story.hasLapsed ? .lapsed : .cancelled
        return RedemptionView(
            memberID: member, redemption: redemption, status: status,
            voucher: story.voucher.map { voucher in
                RedemptionView.Voucher(
                    code: voucher.fromPool ? nil : keys.voucherCode(for: redemption.id),
                    validUntil: voucher.validUntil, isUsed: story.isVoucherUsed)
            }, expiresAt: status == .reserved ? story.expiresAt : nil)
    }

    /// Uses a code, once.
    ///
    /// - Throws: `voucher_not_found`, `voucher_used`, `voucher_expired`.
    public func redeemVoucher(
        _ code: String, idempotencyKey: RequestKey? = nil, at: Instant
    ) async throws(ServiceError) -> VoucherView {
        do {
            let (voucher, owner) = try await voucher(code)
            let member = try await living(owner)
            let reply = try await perform(
                .redeemVoucher(redemption: voucher.redemption), for: member, at: at,
                repeatKey(idempotencyKey, content: voucher.redemption))
            return VoucherView(
                code: code, memberID: member, redemptionID: voucher.redemption, reward: voucher.reward,
                value: voucher.value, currency: voucher.currency, validUntil: voucher.validUntil,
                isReplayed: reply.isReplayed)
        } catch {
            throw translated(error)
        }
    }

    /// The voucher of a code, and the stream that has it: one that was made here, or one out of a pool.
    private func voucher(_ code: String) async throws -> (VoucherIssued, UUID) {
        let key = keys.key(ofVoucher: code)
        if let found = try await log.events(byKeys: [key], on: client)[key],
            case .voucherIssued(let voucher) = try DatedEvent(found).event
        {
            return (voucher, found.stream)
        }
        guard let redemption = try await codes.redemption(of: code) else { throw ServiceError.voucherNotFound }
        let owner = try await owner(ofRedemption: redemption)
        let story = RedemptionHistory(
            try await events(about: .redemption(UUIDText.text(redemption)), of: try await living(owner)))
        guard let voucher = story.voucher else { throw ServiceError.voucherNotFound }
        return (voucher, owner)
    }

    /// The catalogue, perhaps as one member sees it.
    public func rewards(for reference: MemberReference?, at: Instant) async throws(ServiceError) -> [RewardView] {
        do {
            guard let reference else { return try await catalogue(programmes.standard, at: at) { _ in (nil, nil) } }
            guard let id = try await directory.find(reference) else { throw ServiceError.memberNotFound }
            let known = try await survivor(of: id).known
            let programme = try programme(of: known.state)
            let state = try programme.current(known.state, at: max(at, known.state.latest)).state
            return try await catalogue(programme, at: at, tier: state.standing.tier) { reward in
                let price = reward.price(in: state.standing.tier)
                return (
                    price <= max(0, state.wallet(reward.wallet).available),
                    programme.isEligible(reward, for: state, at: at)
                )
            }
        } catch {
            throw translated(error)
        }
    }

    private func catalogue(
        _ programme: Programme, at: Instant, tier: String? = nil, _ judge: (Reward) -> (Bool?, Bool?)
    ) async throws -> [RewardView] {
        let rewards = programme.version(at: at).rewards
        var limits: [String: Int64] = [:]
        for reward in rewards { limits[reward.id] = try await limit(of: reward, in: programme) }
        let taken = try await stock.taken(of: limits.keys.sorted(), in: programme.id)
        return rewards.map { reward in
            let (affordable, eligible) = judge(reward)
            return RewardView(
                reward: reward, price: tier.map(reward.price) ?? reward.price,
                currency: programme.currencies[0].code,
                stock: limits[reward.id].map { max(0, $0 - (taken[reward.id] ?? 0)) }, isAffordable: affordable,
                isEligible: eligible)
        }
    }
}

extension UUID {
    /// Its sixteen bytes.
    var bytes: [UInt8] { withUnsafeBytes(of: uuid) { Array($0) } }
}
