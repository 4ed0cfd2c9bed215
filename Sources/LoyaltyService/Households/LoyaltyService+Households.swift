public import Foundation
public import Loyalty
import Postgres
public import Wire

/// A household: an account that several members fill and spend together.
public struct HouseholdView: Hashable, Sendable {
    /// Also the id of its account, under `/v1/members`.
    public var id: UUID
    /// In the order in which they joined.
    public var members: [UUID]
    public var isReplayed: Bool

    public init(id: UUID, members: [UUID], isReplayed: Bool = false) {
        (self.id, self.members, self.isReplayed) = (id, members, isReplayed)
    }
}

extension LoyaltyService {
    private var households: HouseholdStore { HouseholdStore() }

    /// How many members a household may have.
    public static let mostInHousehold = 20

    /// Makes a household without members, once for one idempotency key. Its account is a member's, with a card of its own.
    ///
    /// - Throws: `programme_not_found`, `idempotency_key_reused`; `member_not_found` for a repeat whose account has been erased.
    public func createHousehold(
        _ body: HouseholdBody, idempotencyKey: RequestKey?, at now: Instant
    ) async throws(ServiceError) -> HouseholdView {
        let account = try await enrol(
            EnrolmentBody(programme: body.programme), idempotencyKey: idempotencyKey, at: now)
        do {
            let id = account.member.id
            try await transaction { [households] lease in
                try await households.make(id, at: now, on: lease)
                // A server may have died between the two: the same request made it now.
                if !account.isReplayed {
                    try await record(AuditAct("household.created", of: UUIDText.text(id)), at: now, on: lease)
                }
            }
            let members = try await households.members(of: id, on: client)
            return HouseholdView(id: id, members: members, isReplayed: account.isReplayed)
        } catch {
            throw translated(error)
        }
    }

    /// - Throws: `household_not_found`.
    public func household(_ id: UUID) async throws(ServiceError) -> HouseholdView {
        do {
            guard try await households.exists(id, on: client) else { throw ServiceError.householdNotFound }
            return HouseholdView(id: id, members: try await households.members(of: id, on: client))
        } catch {
            throw translated(error)
        }
    }

    /// A member joins; who belongs to it already stays.
    ///
    /// - Throws: `household_not_found`, `recipient_not_found`, `in_household`, `household_full`.
    public func join(
        _ household: UUID, _ body: HouseholdMemberBody, idempotencyKey: RequestKey?, at now: Instant,
        answer: @Sendable (HouseholdView) -> KeptAnswer
    ) async throws(ServiceError) -> KeptAnswer {
        do {
            guard try await households.exists(household, on: client) else { throw ServiceError.householdNotFound }
            let account = try await survivor(of: household)
            guard let member = try await found(body.member), member.id != account.id,
                member.known.state.programme == account.known.state.programme
            else { throw ServiceError.recipientNotFound }
            let content = Array("\(household) \(member.id)".utf8)
            let names = [member.id] + member.known.state.absorbedIDs
            return try await once(idempotencyKey, content: content, at: now) { [self, households] lease in
                guard try await households.lock(household, on: lease) else { throw ServiceError.householdNotFound }
                guard try await !households.exists(member.id, on: lease) else { throw ServiceError.recipientNotFound }
                let current = try await households.household(of: names, on: lease)
                guard current == nil || current == household else { throw ServiceError.inHousehold }
                if current == nil {
                    let count = try await households.members(of: household, on: lease).count
                    guard count < LoyaltyService.mostInHousehold else { throw ServiceError.householdFull }
                    try await households.add(member.id, to: household, at: now, on: lease)
                    try await note("household.joined", household, member.id, at: now, on: lease)
                }
                return answer(
                    HouseholdView(id: household, members: try await households.members(of: household, on: lease)))
            }
        } catch {
            throw translated(error)
        }
    }

    /// A member leaves; what they brought stays. Who is not there has left.
    ///
    /// - Throws: `household_not_found`, `recipient_not_found`.
    public func leave(
        _ household: UUID, _ body: HouseholdMemberBody, idempotencyKey: RequestKey?, at now: Instant,
        answer: @Sendable (HouseholdView) -> KeptAnswer
    ) async throws(ServiceError) -> KeptAnswer {
        do {
            guard let member = try await found(body.member) else { throw ServiceError.recipientNotFound }
            let names = Set([member.id] + member.known.state.absorbedIDs)
            let content = Array("\(household) \(member.id)".utf8)
            return try await once(idempotencyKey, content: content, at: now) { [self, households] lease in
                guard try await households.lock(household, on: lease) else { throw ServiceError.householdNotFound }
                for leaving in try await households.members(of: household, on: lease) where names.contains(leaving) {
                    try await households.remove(leaving, on: lease)
                    try await note("household.left", household, leaving, at: now, on: lease)
                }
                return answer(
                    HouseholdView(id: household, members: try await households.members(of: household, on: lease)))
            }
        } catch {
            throw translated(error)
        }
    }

    /// The account that a member's household spends from.
    ///
    /// - Throws: `no_household`.
    func householdAccount(of member: UUID) async throws -> UUID {
        let (id, known) = try await survivor(of: member)
        let names = [id] + known.state.absorbedIDs
        guard let household = try await households.household(of: names, on: client) else {
            throw ServiceError.noHousehold
        }
        return household
    }

    private func note(
        _ action: String, _ household: UUID, _ member: UUID, at: Instant, on lease: PostgresLease
    ) async throws {
        let facts = [JSONMember("member", .string(UUIDText.text(member)))]
        try await record(AuditAct(action, of: UUIDText.text(household), facts: facts), at: at, on: lease)
    }
}

extension ServiceError {
    /// No household has this id.
    public static let householdNotFound = ServiceError(
        code: "household_not_found", status: 404, title: "There is no such household",
        detail: "No household has this id. POST /v1/households makes one.")

    static let inHousehold = ServiceError(
        code: "in_household", status: 409, title: "The member belongs to another household",
        detail: "A member belongs to one household at most: let them leave the other one first.")

    static let householdFull = ServiceError(
        code: "household_full", status: 409, title: "The household is full",
        detail: "A household has at most \(LoyaltyService.mostInHousehold) members.")

    static let noHousehold = ServiceError(
        code: "no_household", status: 409, title: "The member belongs to no household",
        detail: "`household: true` spends what the member's household has: let them join one, or leave it out.")
}
