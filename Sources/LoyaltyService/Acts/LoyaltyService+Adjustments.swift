import EventLog
public import Foundation
public import Loyalty
import Postgres
public import Wire

/// What became of an adjustment.
public enum AdjustmentOutcome: Sendable {
    case done(ActView)
    /// It is more than one may give alone: somebody else has to approve it.
    case waits(AdjustmentRequest)
}

/// An adjustment that waits for a second pair of eyes.
public struct AdjustmentRequest: Sendable {
    public var id: UUID
    public var memberID: UUID
    public var wallet: String
    public var points: Int64
    public var reason: String
    /// Id of the key that asked for it.
    public var requestedBy: UUID
    public var requestedAt: Instant
    /// Whether an earlier request with the same key asked for it.
    public var isReplayed = false
}

extension LoyaltyService {
    /// Gives or takes points by hand.
    ///
    /// - Parameter agent: id of the key that does it.
    /// - Throws: `reason_unknown`, `wallet_unknown`, `limit_exceeded`, `member_not_found`.
    public func adjust(
        _ body: AdjustmentBody, member: UUID, agent: UUID, idempotencyKey: RequestKey?, at: Instant
    ) async throws(ServiceError) -> AdjustmentOutcome {
        do {
            let (member, known) = try await survivor(of: member)
            let programme = try programme(of: known.state)
            let rules = programme.version(at: at).adjustments
            let repeatKey = repeatKey(idempotencyKey, content: "\(member) \(body.content)")
            let act = repeatKey.map { Digest.uuid("adjustment", "\($0.key)") } ?? ids.next(nowMicros: at.micros)
            // What came before is answered as it was then, however much has been given since, and whatever the rules
            // say by now.
            let isKnown = try await isKnown(repeatKey)
            let asked = repeatKey == nil ? nil : try await desk.request(act)
            if let asked, asked.note != nil || body.note != nil {
                guard try await opened(asked.note, of: member) == body.note else {
                    throw ServiceError.idempotencyKeyReused
                }
            }
            let isTooMuch = rules.approvalAbove.map { body.points.magnitude > UInt64(max(0, $0)) } ?? false
            if asked != nil || (isTooMuch && !isKnown) {
                return .waits(
                    try await desk.ask(
                        for: body, note: try await sealed(body.note, of: member), member: member, agent: agent, as: act,
                        at: at))
            }
            let day = programme.zone.date(of: at)
            var isSpent = false
            if !isKnown {
                isSpent = try await desk.spend(body.points, of: rules.dailyLimit, agent, programme.id, day, act)
            }
            do {
                let note = try await sealed(body.note, of: member)
                return .done(try await adjust(body, note: note, member, agent, repeatKey, at: at))
            } catch {
                // Where nobody knows whether it was recorded, it counts as given.
                if isSpent, translated(error).isRefusal { try await desk.giveBack(act) }
                throw error
            }
        } catch {
            throw translated(error)
        }
    }

    /// Carries out an adjustment that waited. Whoever asked for it may not approve it.
    ///
    /// - Throws: `adjustment_not_found`, `forbidden`.
    public func approveAdjustment(_ id: UUID, agent: UUID, at: Instant) async throws(ServiceError) -> ActView {
        do {
            guard let (request, note) = try await desk.request(id) else { throw ServiceError.adjustmentNotFound }
            guard request.requestedBy != agent else { throw ServiceError.fourEyes }
            let body = AdjustmentBody(wallet: request.wallet, points: request.points, reason: request.reason)
            let repeatKey = RepeatKey(key: id.bytes, contentHash: keys.hash(request: Array(body.content.utf8)))
            let member = try await living(request.memberID)
            let done = try await adjust(body, note: note, member, request.requestedBy, repeatKey, at: at)
            try await desk.close(id, by: agent, at: at)
            return done
        } catch {
            throw translated(error)
        }
    }

    /// Adjustments that wait, oldest first.
    public func waitingAdjustments(page: PageRequest) async throws(ServiceError) -> Page<AdjustmentRequest> {
        do { return try await desk.waiting(page) } catch { throw translated(error) }
    }

    private func adjust(
        _ body: AdjustmentBody, note: String?, _ member: UUID, _ agent: UUID, _ repeatKey: RepeatKey?, at: Instant
    ) async throws -> ActView {
        let adjustment = Adjustment(
            wallet: body.wallet, points: body.points, reason: body.reason, note: note, agent: UUIDText.text(agent))
        return try await act(try await perform(.adjustment(adjustment), for: member, at: at, repeatKey))
    }

    /// A note may say something about a person: only the member's own key opens it.
    private func sealed(_ note: String?, of member: UUID) async throws -> String? {
        guard let note, let row = try await MemberVault(log: log).rows(of: [member], on: client).first else {
            return nil
        }
        return Data(try keys.seal(Array(note.utf8), dataKey: row.sealed.dataKey, for: member)).base64EncodedString()
    }

    /// What ``sealed(_:of:)`` sealed.
    private func opened(_ note: String?, of member: UUID) async throws -> String? {
        guard let bytes = note.flatMap({ Data(base64Encoded: $0) }),
            let row = try await MemberVault(log: log).rows(of: [member], on: client).first
        else { return nil }
        let plain = try keys.open(Array(bytes), dataKey: row.sealed.dataKey, for: member)
        return String(decoding: plain, as: UTF8.self)
    }

    /// What an act did, and how the member stood behind it: the same however often it is asked.
    func act(_ reply: CommandReply, id: String? = nil) async throws -> ActView {
        guard let first = reply.events.first, let last = reply.events.last else {
            throw ServiceError.internalFault("an act without an event")
        }
        var reply = reply
        if reply.isReplayed { reply.state = try await state(of: reply.memberID, before: last.version + 1) }
        let programme = try programme(of: reply.state)
        return ActView(
            memberID: reply.memberID, id: id, entries: try told(reply),
            balance: programme.balance(of: reply.state, at: max(first.dated.at, reply.state.latest)),
            isReplayed: reply.isReplayed)
    }
}
