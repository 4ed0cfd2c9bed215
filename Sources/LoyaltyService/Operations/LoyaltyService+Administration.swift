public import EventLog
public import Foundation
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
            return try await catalogue.statuses(on: client)
        } catch {
            throw translated(error)
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
