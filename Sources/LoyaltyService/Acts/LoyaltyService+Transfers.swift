import EventLog
public import Foundation
public import Loyalty
import Postgres
import Projections
public import Wire

/// What moves value between members is two events with a common id, each right on its own; the second is carried out
/// until it is done, by whoever notices.
extension LoyaltyService {
    /// Hands points to another member, with the ends that they have.
    ///
    /// - Throws: `insufficient_points`, `transfer_not_allowed`, `member_not_found`.
    public func transfer(
        _ body: TransferBody, from member: UUID, idempotencyKey: RequestKey?, at: Instant
    ) async throws(ServiceError) -> ActView {
        do {
            let from = try await survivor(of: member)
            guard let to = try await found(body.to), to.known.state.programme == from.known.state.programme else {
                throw ServiceError.recipientNotFound
            }
            guard to.id != from.id else { throw ServiceError.sameMember }
            let repeatKey = repeatKey(idempotencyKey, content: "\(from.id) \(body.content)")
            let id = repeatKey.map { Digest.uuid("transfer", "\($0.key)") } ?? ids.next(nowMicros: at.micros)
            let key = RepeatKey(
                key: id.bytes, contentHash: keys.hash(request: Array("\(from.id) \(body.content)".utf8)))
            let isKnown = try await isKnown(key)
            if !isKnown { try await begin("transfer", id, from.id, to.id, at: at) }
            let command = Command.transferOut(
                id: UUIDText.text(id), to: UUIDText.text(to.id), wallet: body.wallet, points: body.points)
            do {
                let reply = try await perform(command, for: from.id, at: at, key)
                try await arrive(id, at: at)
                return try await act(reply, id: UUIDText.text(id))
            } catch let error as ServiceError where error.isRefusal {
                // Refused as another content of a key: the first one's errand is not ours to end.
                if !isKnown, try await !self.isKnown(key) { try await end(id) }
                throw error
            }
        } catch {
            throw translated(error)
        }
    }

    /// One member becomes another: nothing is lost, and both ids lead to the one who goes on. Asked again, it changes
    /// nothing.
    ///
    /// - Throws: `member_not_found`, `recipient_not_found`, `same_member`, `member_merged`.
    public func merge(
        _ member: UUID, _ body: MergeBody, idempotencyKey: RequestKey?, at: Instant,
        answer: @Sendable (Enrolment) -> KeptAnswer
    ) async throws(ServiceError) -> KeptAnswer {
        let content = "\(member) \(body.into.kind.rawValue):\(body.into.value)"
        return try await keeping(idempotencyKey, content: Array(content.utf8), at: at, answer: answer) {
            let repeatKey = repeatKey(idempotencyKey, content: content)
            let id = repeatKey.map { Digest.uuid("merge", "\($0.key)") } ?? Digest.uuid("merge", UUIDText.text(member))
            let from = try await account(of: member)
            guard let into = try await found(body.into), into.known.state.programme == from.state.programme else {
                throw ServiceError.recipientNotFound
            }
            let key = RepeatKey(key: id.bytes, contentHash: repeatKey?.contentHash ?? into.id.bytes)
            let isKnown = try await self.isKnown(repeatKey.map { _ in key })
            if from.state.mergedInto != nil, !isKnown {
                guard try await living(member) == into.id else { throw ServiceError.memberMerged }
                return (Enrolment(member: try await view(of: into.id, at: at), isReplayed: false), isRecorded: false)
            }
            guard into.id != member else { throw ServiceError.sameMember }
            if !isKnown { try await beginMerge(id, of: member, into: into.id, at: at) }
            do {
                let reply = try await perform(.merge(into: UUIDText.text(into.id)), for: member, at: at, key)
                let absorbed = try await arrive(id, at: at)
                let merged = try await merged(into.id, absorbed, at: at)
                return (Enrolment(member: merged, isReplayed: reply.isReplayed), isRecorded: true)
            } catch let error as ServiceError where error.isRefusal {
                if !isKnown, try await !self.isKnown(key) { try await end(id) }
                throw error
            }
        }
    }

    /// The member who took another in, as they stood then, however often it is asked.
    private func merged(_ into: UUID, _ absorbed: CommandReply?, at: Instant) async throws -> MemberView {
        guard let absorbed, let first = absorbed.events.first, let last = absorbed.events.last else {
            return try await view(of: into, at: at)
        }
        var then = absorbed.state
        if absorbed.isReplayed { then = try await state(of: absorbed.memberID, before: last.version + 1) }
        return try await view(of: absorbed.memberID, as: then, version: last.version, at: first.dated.at)
    }

    // MARK: Errands

    private func begin(_ kind: String, _ id: UUID, _ first: UUID, _ second: UUID, at: Instant) async throws {
        _ = try await client.query(
            """
            INSERT INTO treue.errand (begun_at, id, first, second, kind) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT DO NOTHING
            """, [.timestamptz(at.micros), .uuid(id), .uuid(first), .uuid(second), .text(kind)])
    }

    /// Two members must not become each other: whoever is about to become another takes nobody in.
    private func beginMerge(_ id: UUID, of member: UUID, into other: UUID, at: Instant) async throws {
        try await begin("merge", id, member, other, at: at)
        let rows = try await client.query(
            "SELECT FROM treue.errand WHERE kind = 'merge' AND first = $1 AND id <> $2 LIMIT 1",
            [.uuid(other), .uuid(id)])
        guard !rows.isEmpty else { return }
        try await end(id)
        throw ServiceError.contended
    }

    private func end(_ id: UUID) async throws {
        _ = try await client.query("DELETE FROM treue.errand WHERE id = $1", [.uuid(id)])
    }

    /// Carries out the second half of what the first event in the log begins.
    ///
    /// - Returns: what the second half did; nil where there is nothing to carry out.
    @discardableResult
    private func arrive(_ id: UUID, at: Instant) async throws -> CommandReply? {
        guard let first = try await log.events(byKeys: [id.bytes], on: client)[id.bytes] else { return nil }
        let reply: CommandReply?
        let second = RepeatKey(key: Digest.sixteen("errand", UUIDText.text(id)), contentHash: id.bytes)
        switch try DatedEvent(first).event {
        case .pointsTransferred(var transfer):
            guard let to = UUIDText.parse(transfer.other) else { return nil }
            transfer.other = UUIDText.text(first.stream)
            reply = try await perform(.transferIn(transfer), for: try await living(to), at: at, second)
        case .merged(let merged):
            guard let into = UUIDText.parse(merged.into) else { return nil }
            let absorbed = MemberAbsorbed(
                from: UUIDText.text(first.stream), state: try await state(of: first.stream, before: first.version))
            reply = try await perform(.absorb(absorbed), for: try await living(into), at: at, second)
        case let event:
            try await tellReferrer(of: event, by: first.stream, at: at)
            reply = nil
        }
        try await end(id)
        return reply
    }

    func state(of member: UUID, before version: Int64) async throws -> MemberState {
        let events = try await log.history(of: member, on: client).prefix(Int(version) - 1)
        guard let first = events.first, var state = MemberState(beginningWith: first) else {
            throw ServiceError.internalFault("member \(member) has no beginning")
        }
        for event in events { try state.evolve(event) }
        return state
    }

    /// Carries out what a server that died left half done. One errand that fails holds up no other, and is tried again.
    ///
    /// - Throws: the last failure, behind all errands.
    func finishErrands(at: Instant) async throws {
        let begunBefore = PostgresValue.timestamptz(at.micros - LoyaltyService.patienceMicros)
        var last = UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
        var failure: (any Error)?
        while !Task.isCancelled {
            let errands = try await client.query(
                "SELECT id FROM treue.errand WHERE begun_at < $1 AND id > $2 ORDER BY id LIMIT 100",
                [begunBefore, .uuid(last)]
            ).map { try $0.uuid(0) }
            for id in errands {
                do { try await finish(id, at: at) } catch { failure = error }
            }
            guard errands.count == 100, let end = errands.last else { break }
            last = end
        }
        if let failure { throw failure }
    }

    private func finish(_ id: UUID, at: Instant) async throws {
        try await arrive(id, at: at)
        // The first half never came: there is nothing to carry out.
        if try await log.events(byKeys: [id.bytes], on: client).isEmpty { try await end(id) }
    }

    /// How long the first half may take.
    private static let patienceMicros: Int64 = 30_000_000
}
