import Foundation
public import Postgres

/// What a verification found.
public struct LogVerification: Sendable, Equatable {
    /// Events looked at.
    public var events: Int64 = 0
    /// Empty when the log is whole. At most as many as the verifier was told to keep.
    public var findings: [LogFinding] = []
    /// There were more findings than were kept.
    public var isTruncated = false
    /// The ends of the partitions as they were verified. Kept elsewhere, they prove later that no tail was cut off.
    public var heads: [LogHead] = []

    /// Nothing was found.
    public var isClean: Bool { findings.isEmpty && !isTruncated }
}

/// How far a verification is.
public struct LogVerificationProgress: Sendable, Equatable {
    /// The partition being walked.
    public let partition: Int
    /// Events looked at so far, in all partitions.
    public let done: Int64
    /// Events there were when the verification began.
    public let total: Int64
}

/// Reads the whole log and checks that it is what was appended: dense positions, hash chains recomputed from the stored
/// bytes, dense versions, heads. Appends may go on meanwhile: each partition is looked at as of one instant.
public struct LogVerifier: Sendable {
    private let log: EventLog
    private let maximumFindings: Int
    private let checkpoint: LogCheckpoint?

    /// - Parameter checkpoint: heads that were kept elsewhere; whatever lies before them must be what they saw.
    /// - Throws: ``CheckpointFault/otherLog(found:)``.
    public init(
        log: EventLog, against checkpoint: LogCheckpoint, maximumFindings: Int = 1_000
    ) throws(CheckpointFault) {
        guard checkpoint.log == log.id else { throw .otherLog(found: checkpoint.log) }
        (self.log, self.checkpoint, self.maximumFindings) = (log, checkpoint, maximumFindings)
    }

    public init(log: EventLog, maximumFindings: Int = 1_000) {
        (self.log, checkpoint, self.maximumFindings) = (log, nil, maximumFindings)
    }

    /// Walks partition after partition, in constant memory.
    ///
    /// - Parameters:
    ///   - lease: outside a transaction; the verification opens one for each partition.
    ///   - progress: called a few times a second's worth of events, and at the end of each partition.
    public func verify(
        on lease: PostgresLease, progress: (LogVerificationProgress) async -> Void = { _ in }
    ) async throws -> LogVerification {
        var result = LogVerification()
        let total = try await log.heads(on: lease).reduce(0) { $0 + $1.position }
        for partition in 0..<log.partitions where !result.isTruncated {
            try await lease.transaction {
                try await lease.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                try await verify(partition, total: total, on: lease, into: &result, progress)
            }
        }
        result.findings.sort { ($0.partition, $0.position) < ($1.partition, $1.position) }
        return result
    }

    private func verify(
        _ partition: Int, total: Int64, on lease: PostgresLease, into result: inout LogVerification,
        _ progress: (LogVerificationProgress) async -> Void
    ) async throws {
        let seen = checkpoint?.heads.first { $0.partition == partition }
        var checker = ChainChecker(partition, of: log, seen: seen)
        var found = LogVerification(events: result.events)
        try await log.copyOut(partitions: [partition], batch: 4_096, on: lease) { events in
            for event in events where found.findings.count <= maximumFindings {
                found.findings += checker.check(event)
            }
            found.events += Int64(events.count)
            await progress(LogVerificationProgress(partition: partition, done: found.events, total: total))
        }
        let head = try await log.heads(on: lease).first { $0.partition == partition }
        found.findings += checker.finish(head: head)
        if checkpoint != nil, seen == nil {
            let detail = "the checkpoint has no head of this partition"
            found.findings.append(
                LogFinding(partition: partition, position: 0, kind: .checkpointMismatch, detail: detail))
        }
        found.findings += try await versionGaps(in: partition, on: lease)
        result.events = found.events
        result.heads += head.map { [$0] } ?? []
        keep(found.findings, in: &result)
        await progress(LogVerificationProgress(partition: partition, done: found.events, total: total))
    }

    private func keep(_ findings: [LogFinding], in result: inout LogVerification) {
        let room = maximumFindings - result.findings.count
        result.findings += findings.prefix(room)
        result.isTruncated = findings.count > room
    }

    // Set-based, so that no dictionary of all streams has to be kept; the unique index gives the order.
    private static let versionGapsOf: PostgresStatement = """
        SELECT position, stream_id, version, before
          FROM (SELECT position, stream_id, version,
                       lag(version, 1, 0::bigint) OVER stream AS before,
                       lag(position, 1, 0::bigint) OVER stream AS position_before
                  FROM treue.event WHERE partition = $1
                WINDOW stream AS (PARTITION BY stream_id ORDER BY version)) AS walked
         WHERE version <> before + 1 OR position <= position_before
         ORDER BY position LIMIT $2
        """

    private func versionGaps(in partition: Int, on lease: PostgresLease) async throws -> [LogFinding] {
        let rows = try await lease.query(
            Self.versionGapsOf, [.int4(Int32(truncatingIfNeeded: partition)), .int8(Int64(maximumFindings) + 1)])
        return try rows.map { row in
            let detail = "version \(try row.int8(2)) of stream \(try row.uuid(1)) follows version \(try row.int8(3))"
            return LogFinding(
                partition: partition, position: try row.int8(0), kind: .versionGap, detail: detail)
        }
    }
}
