import EventLog
import Foundation
import Postgres

/// What becomes of folded events: what is remembered of each member, what is summed up, and where both are kept.
protocol FoldTarget: Sendable {
    /// What must be known of a member to fold the next event.
    associatedtype Memo: Sendable
    /// What is added up over members; empty again after each writing.
    associatedtype Sums: Sendable

    /// The projection's name, for what is skipped.
    var projection: String { get }
    /// Under this name the checkpoints are kept.
    var checkpoint: String { get }
    /// Nothing summed up yet.
    var noSums: Sums { get }

    /// What is remembered of these members; one of whom nothing is kept is missing from the answer.
    func load(_ members: [UUID], in partition: Int, on lease: PostgresLease) async throws -> [UUID: Memo]

    /// Folds one event: pure, and the same whenever it is done.
    func fold(_ event: RecordedEvent, _ memo: inout Memo?, _ sums: inout Sums) throws

    /// Writes in the transaction that the lease is in.
    ///
    /// - Parameter new: those of whom nothing has been kept before.
    func write(
        _ memos: [UUID: Memo], new: Set<UUID>, _ sums: Sums, in partition: Int, on lease: PostgresLease) async throws
}

extension FoldTarget {
    /// How far each partition is folded and written.
    func checkpoints(on connection: some PostgresQuerying) async throws -> [Int: Int64] {
        var positions: [Int: Int64] = [:]
        let rows = try await connection.query(
            "SELECT partition, position FROM treue.checkpoint WHERE projection = $1", [.text(checkpoint)])
        for row in rows { positions[Int(try row.int4(0))] = try row.int8(1) }
        return positions
    }
}
