public import EventLog
import Foundation
public import Loyalty
public import Postgres

/// What administrators did: one stream of the log, so that it is kept, chained and verified as everything else is.
public struct AuditTrail: Sendable {
    /// All acts are one stream, in the order in which they were done.
    static let stream = UUID(
        uuid: (0x74, 0x72, 0x65, 0x75, 0x65, 0, 0x80, 0, 0x80, 0, 0, 0x61, 0x75, 0x64, 0x69, 0x74))
    static let streamType = "audit"

    private let log: EventLog

    public init(log: EventLog) { self.log = log }

    /// Writes an act in the transaction that is open on the lease: both come to be, or neither does. Make it the
    /// transaction's last statement, because it keeps other acts, and members of one partition, waiting.
    public func record(_ act: AuditAct, by actor: AuditActor, at: Instant, on lease: PostgresLease) async throws {
        _ = try await lease.query(
            "SELECT position FROM treue.head WHERE partition = $1 FOR UPDATE",
            [.int4(Int32(truncatingIfNeeded: log.partition(of: Self.stream)))])
        let event = NewEvent(
            type: act.action, occurredAtMicros: at.micros, data: AuditCodec.encode(act, by: actor))
        let append = StreamAppend(
            stream: Self.stream, streamType: Self.streamType, expectedVersion: try await version(on: lease),
            events: [event])
        let outcomes = try await log.append([append], recordedAtMicros: at.micros, on: lease)
        guard case .appended? = outcomes.first else {
            throw ServiceError.internalFault("an act was not recorded: \(outcomes)")
        }
    }

    /// How many acts there are.
    func version(on connection: some PostgresQuerying) async throws(PostgresError) -> Int64 {
        try await log.events(of: Self.stream, before: .max, limit: 1, on: connection).first?.version ?? 0
    }

    /// Acts before that one, newest first.
    func entries(
        before version: Int64, limit: Int, on connection: some PostgresQuerying
    ) async throws -> [AuditEntry] {
        try await log.events(of: Self.stream, before: version, limit: limit, on: connection).map(AuditCodec.decode)
    }
}
