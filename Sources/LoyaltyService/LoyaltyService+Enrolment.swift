import EventLog
public import Foundation
public import Loyalty
import Projections
public import Wire

/// A caller's idempotency key with what it belongs to: the same text of another API key, or on another route, is
/// another key.
public struct RequestKey: Hashable, Sendable {
    /// The API key that sent the request.
    public var apiKey: UUID
    /// Method and path, such as `POST /v1/members`.
    public var route: String
    /// What the caller wrote.
    public var text: String

    public init(apiKey: UUID, route: String, text: String) {
        (self.apiKey, self.route, self.text) = (apiKey, route, text)
    }
}

/// Somebody who is a member now.
public struct Enrolment: Sendable {
    public var member: MemberView
    /// Whether an earlier request with the same key and content made them one.
    public var isReplayed: Bool

    public init(member: MemberView, isReplayed: Bool = false) {
        (self.member, self.isReplayed) = (member, isReplayed)
    }
}

extension LoyaltyService {
    /// Enrols somebody.
    public func enrol(_ body: EnrolmentBody, at: Instant) async throws(ServiceError) -> MemberView {
        try await enrol(body, idempotencyKey: nil, at: at).member
    }

    /// Enrols somebody, once for one key: the key is written with the enrolment itself. The same key and content gives
    /// the member again.
    ///
    /// - Throws: `idempotency_key_reused` for the same key with other content.
    public func enrol(
        _ body: EnrolmentBody, idempotencyKey: RequestKey?, at: Instant
    ) async throws(ServiceError) -> Enrolment {
        do {
            guard let programme = body.programme.map({ programmes[$0] }) ?? programmes.standard else {
                throw ServiceError.programmeUnknown
            }
            let repeatKey = idempotencyKey.map { self.repeatKey($0, for: body, in: programme) }
            if let repeatKey, let first = try await firstEnrolment(repeatKey) { return first }
            do throws(ServiceError) {
                return try await join(body, in: programme, repeatKey, at: at)
            } catch {
                // The same request may have come twice at once, and the other one was first.
                guard error == .identifierTaken, let repeatKey,
                    let first = try await firstEnrolment(repeatKey)
                else { throw error }
                return first
            }
        } catch {
            throw translated(error)
        }
    }

    private func join(
        _ body: EnrolmentBody, in programme: Programme, _ repeatKey: RepeatKey?, at: Instant
    ) async throws(ServiceError) -> Enrolment {
        do {
            let claim = try await directory.claim(Profile(body), in: programme, at: at)
            let request = LaneRequest(
                memberID: claim.id, work: .enrolment(at: at, repeatKey), newcomer: claim.newcomer)
            do {
                guard case .enrolled(let id, let isReplayed) = try await submit([request])[0].get() else {
                    throw ServiceError.internalFault("no reply to an enrolment")
                }
                if isReplayed { try await directory.release(claim) }
                if isReplayed { return try await enrolment(of: id) }
                if let email = body.email { _ = await claimOrders(under: email, for: id, at: at) }
                return Enrolment(member: try await view(of: id, at: at))
            } catch let error as ServiceError where error == .identifierTaken || error == .idempotencyKeyReused {
                try await directory.release(claim)
                throw error
            }
        } catch {
            throw translated(error)
        }
    }

    /// The member whom an earlier request with that key made one; nil for a key that is new.
    private func firstEnrolment(_ repeatKey: RepeatKey) async throws -> Enrolment? {
        guard let first = try await log.events(byKeys: [repeatKey.key], on: client)[repeatKey.key] else { return nil }
        guard first.contentHash == repeatKey.contentHash else { throw ServiceError.idempotencyKeyReused }
        return try await enrolment(of: first.stream)
    }

    /// The answer to whoever enrolled somebody, again: what the member had then, which is nothing, under the name that
    /// they go by now. What they were called is kept nowhere else, so that it can be forgotten.
    private func enrolment(of member: UUID) async throws -> Enrolment {
        guard let first = try await log.events(of: member, after: 0, limit: 1, on: client).first,
            let newcomer = MemberState(beginningWith: try DatedEvent(first))
        else { throw ServiceError.internalFault("member \(member) has no beginning") }
        return Enrolment(
            member: try await view(of: member, as: newcomer, version: first.version, at: newcomer.enrolledAt),
            isReplayed: true)
    }

    /// Keyed digests: both may hold what tells who somebody is, and the log keeps them for ever.
    private func repeatKey(_ key: RequestKey, for body: EnrolmentBody, in programme: Programme) -> RepeatKey {
        let content = Array("\(programme.id)\n".utf8) + Profile(body).encoded()
        return RepeatKey(
            key: Array(keys.hash(request: Array(key.name.utf8)).prefix(16)), contentHash: keys.hash(request: content))
    }
}

extension Profile {
    /// What the caller said of a person.
    init(_ body: EnrolmentBody) {
        self.init(
            email: body.email, card: body.card, externalID: body.externalID, name: body.name, birthday: body.birthday,
            locale: body.locale, referredBy: body.referredBy, marketingConsent: body.marketing)
    }
}
