import EventLog
import Foundation
public import Loyalty
public import Postgres

extension LoyaltyService {
    /// Carries out a request once for one `Idempotency-Key`: for every POST that no lane writes.
    ///
    /// The effect and the answer are written in one transaction. Whoever sends the same key at the same moment, to any
    /// server of the database, waits for the first one's end; then the same content gets the first answer, and what was
    /// refused is judged anew. Answers are kept for ``Configuration/answersKeptDays``.
    ///
    /// ```swift
    /// try await service.once(key, content: body.canonical, at: now) { lease in
    ///     let endpoint = try await store.insert(body, on: lease)
    ///     try await service.record(.init("webhook_endpoint.created", of: endpoint.id), by: actor, at: now, on: lease)
    ///     return KeptAnswer(status: 201, body: render(endpoint))
    /// }
    /// ```
    ///
    /// - Parameters:
    ///   - key: nil where the caller gave none: then the effect is one transaction, and nothing more.
    ///   - content: what makes two requests the same, made of decoded values, path parameters included.
    ///   - effect: writes through the lease alone, and answers 2xx or throws. It may be run again where another
    ///     transaction was in its way. Locks of the log's heads come last, by order of partition.
    /// - Throws: `idempotency_key_reused` for the same key with other content; what `effect` throws.
    public func once(
        _ key: RequestKey?, content: [UInt8], at: Instant,
        _ effect: @Sendable (PostgresLease) async throws -> KeptAnswer
    ) async throws(ServiceError) -> KeptAnswer {
        do {
            return try await transaction { lease in
                guard let key else { return try await effect(lease) }
                return try await once(key, content: content, at: at, on: lease, effect)
            }
        } catch {
            throw translated(error)
        }
    }

    /// What an earlier request with the key was answered; nil where there was none. For what has no effect, and is
    /// looked up before it is worked out again.
    ///
    /// - Throws: `idempotency_key_reused` for the same key with other content.
    func kept(_ key: RequestKey, content: [UInt8]) async throws -> KeptAnswer? {
        let row = keys.hash(request: Array(key.name.utf8))
        guard let known = try await IdempotencyStore().find(row, on: client) else { return nil }
        guard known.contentHash == keys.hash(request: content) else { throw ServiceError.idempotencyKeyReused }
        return try KeptAnswer(status: known.status, decoding: try keys.open(answer: known.answer, of: row))
    }

    /// Answers a request whose key the log bears where it recorded something: where it changed nothing there is no event to
    /// bear the key, so that the answer is kept beside the log.
    ///
    /// - Parameters:
    ///   - answer: what the caller is told, and told again when the request is repeated.
    ///   - act: records, or finds that there is nothing to record.
    func keeping<View>(
        _ key: RequestKey?, content: [UInt8], at: Instant, answer: (View) -> KeptAnswer,
        _ act: () async throws -> (view: View, isRecorded: Bool)
    ) async throws(ServiceError) -> KeptAnswer {
        let told: KeptAnswer
        do {
            if let key, let kept = try await kept(key, content: content) { return kept }
            let (view, isRecorded) = try await act()
            told = answer(view)
            if isRecorded { return told }
        } catch {
            throw translated(error)
        }
        guard let key else { return told }
        return try await once(key, content: content, at: at) { _ in told }
    }

    /// Runs one transaction; again where it lost a race.
    func transaction<Value: Sendable>(
        _ body: @Sendable (PostgresLease) async throws -> Value
    ) async throws -> Value {
        var attempt = 1
        while true {
            do {
                return try await client.withLease { lease in
                    try await lease.transaction { try await body(lease) }
                }
            } catch let error as PostgresError where error.isLostRace && attempt < Self.mostAttempts {
                attempt += 1
            }
        }
    }

    private static var mostAttempts: Int { 5 }

    private func once(
        _ key: RequestKey, content: [UInt8], at: Instant, on lease: PostgresLease,
        _ effect: @Sendable (PostgresLease) async throws -> KeptAnswer
    ) async throws -> KeptAnswer {
        let store = IdempotencyStore()
        let row = keys.hash(request: Array(key.name.utf8))
        let contentHash = keys.hash(request: content)
        for _ in 0..<Self.mostAttempts {
            switch try await store.claim(row, contentHash: contentHash, atMicros: at.micros, on: lease) {
            case .new:
                let answer = try await effect(lease)
                guard 200..<300 ~= answer.status else { throw ServiceError.internalFault("kept \(answer.status)") }
                let sealed = try keys.seal(answer: answer.encoded(), of: row)
                try await store.keep(row, status: answer.status, answer: sealed, on: lease)
                return answer
            case .known(let known, let status, let sealed):
                guard known == contentHash else { throw ServiceError.idempotencyKeyReused }
                return try KeptAnswer(status: status, decoding: try keys.open(answer: sealed, of: row))
            case nil: continue
            }
        }
        throw ServiceError.contended
    }
}

extension RequestKey {
    /// What tells keys apart: the same text of another API key, or on another route, is another key.
    var name: String { "\(apiKey.uuidString) \(route) \(text)" }
}
