import EventLog
import Foundation
public import Loyalty
import Postgres
import Projections
import Wire

/// Long work that administrators begin: once for one idempotency key. The operation and the answer are written in one
/// transaction; the work itself begins behind it.
extension LoyaltyService {
    /// Begins to fold a read model afresh beside the one in use, and to swap it in.
    ///
    /// - Parameter answer: what the caller is told, and told again when the request is repeated.
    public func rebuild(
        projection name: String, idempotencyKey: RequestKey?, at now: Instant,
        answer: @Sendable (OperationView) -> KeptAnswer
    ) async throws(ServiceError) -> KeptAnswer {
        let projection = try projection(name)
        return try await begin("projection.rebuild", of: name, idempotencyKey, at: now, answer) { tell in
            let rebuilt = try await projection.rebuild(progress: tell)
            return JSONWriter.object { rebuilt.write(to: &$0) }
        }
    }

    /// Begins to put back what the last rebuild replaced.
    public func rollBack(
        projection name: String, idempotencyKey: RequestKey?, at now: Instant,
        answer: @Sendable (OperationView) -> KeptAnswer
    ) async throws(ServiceError) -> KeptAnswer {
        let projection = try projection(name)
        return try await begin("projection.rollback", of: name, idempotencyKey, at: now, answer) { tell in
            let rebuilt = try await projection.rollback(progress: tell)
            return JSONWriter.object { rebuilt.write(to: &$0) }
        }
    }

    /// Begins to fold the log afresh and to compare every row of every read model.
    public func verifyProjections(
        idempotencyKey: RequestKey?, at now: Instant, answer: @Sendable (OperationView) -> KeptAnswer
    ) async throws(ServiceError) -> KeptAnswer {
        try await begin("projection.verify", of: "all", idempotencyKey, at: now, answer) { [catalogue] tell in
            let found = try await catalogue.compareAll(progress: tell)
            return JSONWriter.object { found.write(to: &$0) }
        }
    }

    /// Begins to check the log's chains.
    public func beginLogVerification(
        idempotencyKey: RequestKey?, at now: Instant, answer: @Sendable (OperationView) -> KeptAnswer
    ) async throws(ServiceError) -> KeptAnswer {
        try await begin("log.verify", of: "log", idempotencyKey, at: now, answer) { [client, log] tell in
            let found = try await client.withLease { lease in
                try await LogVerifier(log: log).verify(on: lease) { progress in
                    await tell(FoldProgress(done: progress.done, total: max(progress.total, progress.done)))
                }
            }
            return JSONWriter.object { found.write(to: &$0) }
        }
    }

    /// Begins long work, once for one idempotency key. What changes something is an act of its administrator.
    ///
    /// - Throws: `operation_underway`, `overloaded`, `idempotency_key_reused`.
    func begin(
        _ kind: String, of subject: String, _ key: RequestKey?, content: [UInt8] = [], at now: Instant,
        _ answer: @Sendable (OperationView) -> KeptAnswer, _ work: @escaping OperationRunner.Work
    ) async throws(ServiceError) -> KeptAnswer {
        let id = operations.newID()
        let kept = try await once(key, content: Array("\(kind) \(subject) ".utf8) + content, at: now) { lease in
            let operation = try await operations.note(id, kind, of: subject, on: lease)
            if !Self.looksOnly.contains(kind) {
                let facts = [JSONMember("operation", .string(UUIDText.text(id)))]
                try await record(AuditAct(kind, of: subject, facts: facts), at: operation.startedAt, on: lease)
            }
            return answer(operation)
        }
        guard !kept.isReplayed else { return kept }
        do { try await operations.perform(id, kind, work) } catch { throw translated(error) }
        return kept
    }

    /// Work that changes nothing.
    private static var looksOnly: Set<String> { ["projection.verify", "log.verify", "programme.simulate"] }

    private func projection(_ name: String) throws(ServiceError) -> any Projection {
        guard let projection = catalogue.named(name) else { throw .projectionNotFound }
        return projection
    }
}
