public import Foundation
public import Loyalty
public import Wire

/// What became of codes that were brought.
public struct CodeDelivery: Hashable, Sendable {
    public var programme: String
    public var reward: String
    /// How many are new.
    public var added: Int
    /// How many had been brought before, for this reward or another.
    public var known: Int
    /// How many of the reward's codes nobody has drawn.
    public var left: Int64

    public init(programme: String, reward: String, added: Int, known: Int, left: Int64) {
        (self.programme, self.reward, self.added) = (programme, reward, added)
        (self.known, self.left) = (known, left)
    }
}

extension LoyaltyService {
    /// Takes codes for a reward whose vouchers come out of a pool, once for one idempotency key.
    ///
    /// - Parameter answer: what the caller is told.
    /// - Throws: `reward_not_found`, `programme_not_found`, `no_code_pool`.
    public func bringCodes(
        _ body: CodesBody, for reward: String, by actor: UUID, idempotencyKey: RequestKey?, at now: Instant,
        answer: @Sendable (CodeDelivery) -> KeptAnswer
    ) async throws(ServiceError) -> KeptAnswer {
        let programme = body.programme.map { programmes[$0] } ?? programmes.standard
        guard let programme else { throw .programmeUnknown }
        // The version in force, or one that is to come: codes are brought before a reward begins.
        let versions = programme.versions.filter { $0.from > now } + [programme.version(at: now)]
        let rewards = versions.compactMap { $0.reward(reward) }
        guard !rewards.isEmpty else {
            throw ServiceError(Rejection(.rewardNotFound, "The programme has no reward `\(reward)` now or to come."))
        }
        guard rewards.contains(where: { $0.voucher?.fromPool == true }) else { throw .noCodePool }
        let content = Array("\(programme.id)\n\(reward)\n\(body.codes.joined(separator: "\n"))".utf8)
        return try await once(idempotencyKey, content: content, at: now) { [self] lease in
            let added = try await codes.add(body.codes, to: reward, of: programme.id, at: now, on: lease)
            let left = try await codes.count(of: reward, in: programme.id, on: lease).left
            try await record(
                AuditAct("voucher_codes.brought", of: reward, facts: [JSONMember("added", .integer(Int64(added)))]),
                by: .apiKey(actor), at: now, on: lease)
            return answer(
                CodeDelivery(
                    programme: programme.id, reward: reward, added: added, known: body.codes.count - added, left: left))
        }
    }

    var codes: CodePool { CodePool(client: client, keys: keys) }

    /// How many of a reward there are for all; nil for any number. Out of a pool, no more than there are codes.
    func limit(of reward: Reward, in programme: Programme) async throws -> Int64? {
        guard reward.voucher?.fromPool == true else { return reward.stock }
        let brought = try await codes.count(of: reward.id, in: programme.id, on: client).brought
        return min(reward.stock ?? .max, brought)
    }

    /// The same with the code that a confirmed redemption has drawn out of a pool, or draws now.
    func withCode(_ view: RedemptionView) async throws -> RedemptionView {
        guard view.status == .confirmed, let voucher = view.voucher, voucher.code == nil,
            let reward = view.redemption.reward, let id = UUID(uuidString: view.redemption.id)
        else { return view }
        let programme = try await account(of: view.memberID).state.programme
        var view = view
        view.voucher?.code = try await codes.draw(reward, of: programme, for: id)
        return view
    }
}

extension ServiceError {
    /// The reward has no pool.
    static let noCodePool = ServiceError(
        code: "no_code_pool", status: 409, title: "The reward's codes are not brought",
        detail:
            "Only a reward with `voucher: {codes: pool}` takes codes: those of others are made when they are redeemed.")
}
