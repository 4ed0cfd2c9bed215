import EventLog
import Loyalty
import Postgres

/// Compares read models with the log, all of them by reading it once, beside live traffic. Each partition is looked
/// at as of one instant.
struct LogComparer {
    let projections: [any Compared]
    let client: PostgresClient
    let log: EventLog
    let bounds: FoldBounds

    /// - Returns: what was found, in the order of the projections.
    /// - Throws: ``FoldFault``, `PostgresError`.
    func run(progress: @Sendable (FoldProgress) async -> Void) async throws -> [ProjectionComparison] {
        let total = try await log.heads(on: client).reduce(0) { $0 + $1.position }
        let generations = try await generations()
        var result = projections.map { ProjectionComparison(name: $0.name) }
        var done: Int64 = 0
        try await client.withLease { lease in
            for partition in 0..<log.partitions {
                let found = try await lease.transaction {
                    // The lock comes before the snapshot: a table that a rebuild swapped in later would hold rows that
                    // the snapshot does not show.
                    try await lease.execute(
                        """
                        SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY;
                        LOCK TABLE treue.account IN ACCESS SHARE MODE
                        """)
                    return try await compare(partition, on: lease) { events in
                        done += events
                        await progress(FoldProgress(done: done, total: max(total, done)))
                    }
                }
                for (index, one) in found.enumerated() { result[index].add(one) }
            }
            for one in result where one.count == 0 {
                // What was put in place by the last swap has proved right.
                _ = try await lease.query(
                    "UPDATE treue.projection SET verified_at = now() WHERE name = $1 AND generation = $2",
                    [.text(one.name), .int8(generations[one.name] ?? 0)])
            }
        }
        return result
    }

    private func generations() async throws -> [String: Int64] {
        let rows = try await client.query("SELECT name, generation FROM treue.projection", [])
        return try Dictionary(rows.map { (try $0.text(0), try $0.int8(1)) }) { first, _ in first }
    }

    /// So many rounds over a partition as its members need.
    private func compare(
        _ partition: Int, on lease: PostgresLease, _ progress: (Int64) async -> Void
    ) async throws -> [ProjectionComparison] {
        var comparers: [any PartitionComparer] = []
        for projection in projections { comparers.append(try await projection.comparer(of: partition, on: lease)) }
        let members = try await lease.query(
            "SELECT count(*) FROM treue.account WHERE partition = $1", [.int4(Int32(truncatingIfNeeded: partition))])
        let last = comparers.map(\.last).max() ?? 0
        for share in StreamShare.all(Int(try members[0].int8(0)) / bounds.members + 1) {
            try await log.copyOut(
                partitions: [partition], upTo: last, columns: .content, of: share, on: lease
            ) { batch in
                for index in comparers.indices {
                    let last = comparers[index].last
                    comparers[index].found.events += Int64(batch.count { $0.position <= last })
                }
                for event in batch where event.streamType == AccountProjection.streamType {
                    try Self.fold(event, &comparers)
                }
                await progress(Int64(batch.count))
            }
            for index in comparers.indices { try await comparers[index].compare(share, on: lease) }
        }
        for index in comparers.indices { try await comparers[index].finish(on: lease) }
        return comparers.map(\.found)
    }

    /// Decoded once, and not at all where everybody passes it over.
    private static func fold(_ event: RecordedEvent, _ comparers: inout [any PartitionComparer]) throws(FoldFault) {
        do {
            guard let first = comparers.firstIndex(where: { !$0.passesOver(event.position) }) else { return }
            let dated = try DatedEvent(event)
            for index in first..<comparers.count where !comparers[index].passesOver(event.position) {
                try comparers[index].fold(event, dated)
            }
        } catch {
            throw FoldFault(event, error)
        }
    }
}

extension PostgresLease {
    /// Goes through a query's rows as they come, in constant memory.
    func rows(of query: String, _ body: (CopiedRow) throws -> Void) async throws {
        var reader = BinaryCopyReader()
        try await copyOut("COPY (\(query)) TO STDOUT (FORMAT binary)") { chunk in
            reader.feed(chunk)
            while let row = try reader.next() { try body(row) }
        }
        guard reader.isFinished else { throw EventLogError.unreadable("a COPY was cut off") }
    }
}
