public import EventLog
public import Foundation
import Logging
public import Loyalty
import Postgres
public import Projections
public import Wire

/// What administrators ask for.
extension LoyaltyService {
    /// All read models.
    public var catalogue: ProjectionCatalogue {
        ProjectionCatalogue(client: client, log: log, zone: programmes.standard.zone)
    }

    /// All read models and how they stand.
    public func projections() async throws(ServiceError) -> [ProjectionStatus] {
        do {
            var all: [ProjectionStatus] = []
            for projection in catalogue.all { all.append(try await projection.status()) }
            return all
        } catch {
            throw translated(error)
        }
    }

    /// Begins to fold a read model afresh beside the one in use, and to swap it in.
    public func rebuild(projection name: String) async throws(ServiceError) -> OperationView {
        try await begin("projection.rebuild", of: name) { projection, tell in
            let rebuilt = try await projection.rebuild(progress: tell)
            return JSONWriter.object { rebuilt.write(to: &$0) }
        }
    }

    /// Begins to put back what the last rebuild replaced.
    public func rollBack(projection name: String) async throws(ServiceError) -> OperationView {
        try await begin("projection.rollback", of: name) { projection, tell in
            let rebuilt = try await projection.rollback(progress: tell)
            return JSONWriter.object { rebuilt.write(to: &$0) }
        }
    }

    /// Begins to fold the log afresh and to compare every row of every read model.
    public func verifyProjections() async throws(ServiceError) -> OperationView {
        try await begin("projection.verify", of: "all") { [catalogue] tell in
            let found = try await catalogue.compareAll(progress: tell)
            return JSONWriter.object { found.write(to: &$0) }
        }
    }

    /// Lets a read model try again what stopped one of its partitions.
    public func retry(projection name: String, partition: Int) async throws(ServiceError) {
        guard catalogue.named(name) != nil else { throw .projectionNotFound }
        do {
            guard try await ProjectionFaults.retry(name, partition: partition, in: log, on: client) else {
                throw ServiceError.notStopped
            }
        } catch {
            throw translated(error)
        }
    }

    /// Lets a read model go on without an event, for ever.
    public func skip(
        projection name: String, partition: Int, position: Int64, reason: String, at now: Instant
    ) async throws(ServiceError) {
        guard catalogue.named(name) != nil else { throw .projectionNotFound }
        do {
            let skipped = try await ProjectionFaults.skip(
                name, partition: partition, position: position, reason: reason, atMicros: now.micros, in: log,
                on: client)
            guard skipped else { throw ServiceError.notStopped }
            logger.notice(
                "an event is skipped by an administrator's word",
                metadata: ["projection": "\(name)", "partition": "\(partition)", "position": "\(position)"])
        } catch {
            throw translated(error)
        }
    }

    /// Begins to check the log's chains.
    public func beginLogVerification() async throws(ServiceError) -> OperationView {
        try await begin("log.verify", of: "log") { [client, log] tell in
            let found = try await client.withLease { lease in
                try await LogVerifier(log: log).verify(on: lease) { progress in
                    await tell(FoldProgress(done: progress.done, total: max(progress.total, progress.done)))
                }
            }
            return JSONWriter.object { found.write(to: &$0) }
        }
    }

    /// Checks the log's chains, positions and versions, and answers when it is through.
    public func verifyLog() async throws(ServiceError) -> LogVerification {
        do {
            return try await client.withLease { try await LogVerifier(log: log).verify(on: $0) }
        } catch {
            throw translated(error)
        }
    }

    /// The ends of the log now, signed.
    public func checkpoint(at now: Instant) async throws(ServiceError) -> SignedCheckpoint {
        do {
            return try keys.sign(try await log.checkpoint(atMicros: now.micros, on: client))
        } catch {
            throw translated(error)
        }
    }

    /// How far an operation is.
    public func operation(_ id: UUID) async throws(ServiceError) -> OperationView {
        do {
            guard let found = try await operations.store.find(id) else { throw ServiceError.operationNotFound }
            return found
        } catch {
            throw translated(error)
        }
    }

    /// The newest operations, newest first.
    public func recentOperations(limit: Int) async throws(ServiceError) -> [OperationView] {
        do { return try await operations.store.newest(limit) } catch { throw translated(error) }
    }

    private func begin(
        _ kind: String, of name: String,
        _ work:
            @escaping @Sendable (
                any Projection, @escaping @Sendable (FoldProgress) async -> Void
            ) async throws -> [UInt8]
    ) async throws(ServiceError) -> OperationView {
        guard let projection = catalogue.named(name) else { throw .projectionNotFound }
        return try await begin(kind, of: name) { tell in try await work(projection, tell) }
    }

    private func begin(
        _ kind: String, of subject: String, _ work: @escaping OperationRunner.Work
    ) async throws(ServiceError) -> OperationView {
        do { return try await operations.start(kind, of: subject, work) } catch { throw translated(error) }
    }
}

extension ServiceError {
    static let projectionNotFound = ServiceError(
        code: "projection_not_found", status: 404, title: "There is no such projection",
        detail: "GET /v1/projections lists all there are.")

    static let notStopped = ServiceError(
        code: "not_stopped", status: 409, title: "The projection does not wait there",
        detail: "Only an event before which a partition of the projection waits can be tried again or skipped; "
            + "GET /v1/projections lists them.")
}

extension JSONWriter {
    /// One object.
    static func object(_ body: (inout JSONWriter) -> Void) -> [UInt8] {
        var writer = JSONWriter(reserving: 512)
        writer.beginObject()
        body(&writer)
        writer.endObject()
        return writer.bytes
    }
}

extension LogVerification {
    /// The object's members.
    public func write(to writer: inout JSONWriter) {
        writer.member("events", events)
        writer.member("clean", isClean)
        writer.member("truncated", isTruncated)
        writer.key("findings")
        writer.beginArray()
        for finding in findings {
            writer.beginObject()
            writer.member("partition", Int64(finding.partition))
            writer.member("position", finding.position)
            writer.member("kind", finding.kind.rawValue)
            writer.member("detail", finding.detail)
            writer.endObject()
        }
        writer.endArray()
    }
}
