import EventLog
import Logging
public import Loyalty
import Postgres
public import Projections
public import Wire

/// What an administrator decides about an event that a read model cannot fold: once for one idempotency key.
extension LoyaltyService {
    /// Lets a read model try again what stopped one of its partitions.
    ///
    /// - Parameter answer: what the caller is told, and told again when the request is repeated.
    public func retry(
        projection name: String, partition: Int, idempotencyKey: RequestKey?, at now: Instant,
        answer: @Sendable ([ProjectionStatus]) -> KeptAnswer
    ) async throws(ServiceError) -> KeptAnswer {
        guard catalogue.named(name) != nil else { throw .projectionNotFound }
        let content = Array("\(name) \(partition)".utf8)
        return try await once(idempotencyKey, content: content, at: now) { [catalogue, log] lease in
            guard try await ProjectionFaults.retry(name, partition: partition, in: log, on: lease) else {
                throw ServiceError.notStopped
            }
            return answer(try await catalogue.statuses(on: lease))
        }
    }

    /// Lets a read model go on without an event, for ever.
    public func skip(
        projection name: String, _ body: SkipBody, idempotencyKey: RequestKey?, at now: Instant,
        answer: @Sendable ([ProjectionStatus]) -> KeptAnswer
    ) async throws(ServiceError) -> KeptAnswer {
        guard catalogue.named(name) != nil else { throw .projectionNotFound }
        let content = Array("\(name) \(body.partition) \(body.position) \(body.reason)".utf8)
        let kept = try await once(idempotencyKey, content: content, at: now) { [catalogue, log] lease in
            let skipped = try await ProjectionFaults.skip(
                name, partition: body.partition, position: body.position, reason: body.reason, atMicros: now.micros,
                in: log, on: lease)
            guard skipped else { throw ServiceError.notStopped }
            let told = answer(try await catalogue.statuses(on: lease))
            try await record(AuditAct("projection.event_skipped", of: name, facts: body.place), at: now, on: lease)
            return told
        }
        if !kept.isReplayed {
            logger.notice(
                "an event is skipped by an administrator's word",
                metadata: [
                    "projection": "\(name)", "partition": "\(body.partition)", "position": "\(body.position)",
                ])
        }
        return kept
    }
}

extension SkipBody {
    /// Where the event is.
    fileprivate var place: [JSONMember] {
        [JSONMember("partition", .integer(Int64(partition))), JSONMember("position", .integer(position))]
    }
}

extension ProjectionCatalogue {
    /// How all of them stand for whoever asks through that connection.
    func statuses(on connection: some PostgresQuerying) async throws -> [ProjectionStatus] {
        var all: [ProjectionStatus] = []
        for projection in self.all { all.append(try await projection.status(on: connection)) }
        return all
    }
}
