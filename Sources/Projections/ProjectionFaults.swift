public import EventLog
import Foundation
import Postgres

/// Events that a read model cannot fold: noted where it met them, tried again or passed over by an administrator's word.
///
/// A follower notes its own; a rebuild notes those under the name of the rows that it fills.
public enum ProjectionFaults {
    /// All names under which faults of a read model are noted.
    static func names(of projection: String) -> [String] {
        [projection, "\(projection)_next", "\(projection)_previous"]
    }

    /// What it waits before, and how many events it passed over.
    static func of(
        _ projection: String, in log: EventLog, on connection: some PostgresQuerying
    ) async throws -> (waiting: [ProjectionStatus.Poison], skipped: Int64) {
        var waiting: [ProjectionStatus.Poison] = []
        var skipped: Set<[Int64]> = []
        for name in names(of: projection) {
            for fault in try await FollowerStore(log: log).faults(of: name, limit: 4_096, on: connection) {
                switch fault.state {
                case .stopped, .retry:
                    waiting.append(
                        ProjectionStatus.Poison(
                            partition: fault.partition, position: fault.position, member: fault.stream,
                            type: fault.type, reason: fault.error, notedAtMicros: fault.lastAtMicros))
                case .skipped: skipped.insert([Int64(fault.partition), fault.position])
                case .resolved: break
                }
            }
        }
        return (waiting, Int64(skipped.count))
    }

    /// Positions to pass over, by partition.
    static func skips(of projection: String, on connection: some PostgresQuerying) async throws -> [Int: Set<Int64>] {
        var skips: [Int: Set<Int64>] = [:]
        let rows = try await connection.query(
            "SELECT partition, position FROM treue.follower_fault WHERE projection = ANY ($1) AND state = 'skipped'",
            [.textArray(names(of: projection))])
        for row in rows { skips[Int(try row.int4(0)), default: []].insert(try row.int8(1)) }
        return skips
    }

    /// Notes what a rebuild met, so that it is seen, and can be passed over.
    static func note(_ fault: FoldFault, under name: String, on connection: some PostgresQuerying) async throws {
        _ = try await connection.query(
            """
            INSERT INTO treue.follower_fault (first_at, last_at, position, partition, attempts, stream_id, projection,
                                              type, state, error)
            VALUES (now(), now(), $1, $2, 1, $3, $4, $5, 'stopped', $6)
                ON CONFLICT (partition, projection, position) DO UPDATE
               SET last_at = now(), attempts = follower_fault.attempts + 1, state = 'stopped', error = excluded.error
            """,
            [
                .int8(fault.position), .int4(Int32(truncatingIfNeeded: fault.partition)), .uuid(fault.member),
                .text(name), .text(fault.type), .text(String(fault.reason.prefix(1_000))),
            ])
    }

    /// Runs a fold; what it cannot fold is noted under a name.
    static func noting<Result>(
        _ name: String, on client: PostgresClient, _ body: () async throws -> Result
    ) async throws -> Result {
        do {
            return try await body()
        } catch let fault as FoldFault {
            try await note(fault, under: name, on: client)
            throw fault
        }
    }

    /// What a rebuild met and this one did not meet any more.
    static func resolve(_ name: String, on connection: some PostgresQuerying) async throws {
        _ = try await connection.query(
            """
            UPDATE treue.follower_fault SET state = 'resolved', last_at = now()
             WHERE projection = $1 AND state IN ('stopped', 'retry')
            """, [.text(name)])
    }

    /// Lets a read model try again what stopped one of its partitions.
    ///
    /// - Returns: whether anything had stopped.
    public static func retry(
        _ projection: String, partition: Int, in log: EventLog, on connection: some PostgresQuerying
    ) async throws -> Bool {
        var found = false
        for name in names(of: projection) {
            let one = try await FollowerStore(log: log).retry(name, partition: partition, on: connection)
            found = found || one
        }
        return found
    }

    /// Lets a read model go on without an event, for ever: rebuilds pass it over, too. The reason stays in the database.
    ///
    /// - Returns: whether it had stopped before that event.
    public static func skip(
        _ projection: String, partition: Int, position: Int64, reason: String, atMicros: Int64, in log: EventLog,
        on connection: some PostgresQuerying
    ) async throws -> Bool {
        var found = false
        for name in names(of: projection) {
            let one = try await FollowerStore(log: log).skip(
                name, partition: partition, position: position, reason: reason, atMicros: atMicros, on: connection)
            found = found || one
        }
        return found
    }
}
