public import EventLog
public import Foundation
public import Loyalty
import Postgres
public import Projections
public import Wire

/// What administrators ask for.
extension LoyaltyService {
    private var account: AccountProjection { AccountProjection(client: client, log: log) }

    /// All read models and how they stand.
    public func projections() async throws(ServiceError) -> [ProjectionStatus] {
        do { return [try await account.status()] } catch { throw translated(error) }
    }

    /// Begins to fold a read model afresh beside the one in use, and to swap it in.
    public func rebuild(projection name: String) async throws(ServiceError) -> OperationView {
        try await begin("projection.rebuild", of: name) { service, tell in
            let rebuilt = try await service.account.rebuild(progress: tell)
            return JSONWriter.object { rebuilt.write(to: &$0) }
        }
    }

    /// Begins to put back what the last rebuild replaced.
    public func rollBack(projection name: String) async throws(ServiceError) -> OperationView {
        try await begin("projection.rollback", of: name) { service, tell in
            let rebuilt = try await service.account.rollback(progress: tell)
            return JSONWriter.object { rebuilt.write(to: &$0) }
        }
    }

    /// Begins to fold the log afresh and to compare every row of every read model.
    public func verifyProjections() async throws(ServiceError) -> OperationView {
        try await begin("projection.verify", of: AccountProjection.name) { service, tell in
            let found = try await service.account.verify(progress: tell)
            return JSONWriter.object { found.write(to: &$0) }
        }
    }

    /// Begins to check the log's chains.
    public func beginLogVerification() async throws(ServiceError) -> OperationView {
        try await begin("log.verify", of: AccountProjection.name) { service, tell in
            let found = try await service.client.withLease { lease in
                try await LogVerifier(log: service.log).verify(on: lease) { progress in
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
        _ kind: String, of subject: String,
        _ work:
            @escaping @Sendable (LoyaltyService, @escaping @Sendable (FoldProgress) async -> Void) async throws ->
            [UInt8]
    ) async throws(ServiceError) -> OperationView {
        guard subject == AccountProjection.name else { throw .projectionNotFound }
        do {
            return try await operations.start(kind, of: subject) { [weak self] tell in
                guard let self else { throw CancellationError() }
                return try await work(self, tell)
            }
        } catch {
            throw translated(error)
        }
    }
}

extension ServiceError {
    static let projectionNotFound = ServiceError(
        code: "projection_not_found", status: 404, title: "There is no such projection",
        detail: "GET /v1/projections lists all there are.")
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
