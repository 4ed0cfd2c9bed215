public import Postgres

/// What of an event is copied out.
public enum CopiedColumns: Sendable {
    case all
    /// What a fold needs: key, hashes, subject and metadata are left empty, and do not travel.
    case content

    var sql: String {
        switch self {
        case .all: RecordedEvent.columns
        case .content:
            """
            partition, position, stream_type, stream_id, version, type, occurred_at, recorded_at, \
            NULL::bytea, NULL::bytea, NULL::bytea, data, NULL::json, ''::bytea
            """
        }
    }
}

extension EventLog {
    /// Streams events by binary COPY, partition after partition, each in order of position; in constant memory,
    /// because the server waits while `body` works.
    ///
    /// - Parameters:
    ///   - partitions: in the order wanted.
    ///   - after: where to begin in a partition; from its first event when absent.
    ///   - last: the last position wanted; to the end when absent.
    ///   - batch: events handed over at once, at most; the last of a partition may be fewer.
    ///   - columns: what of an event is wanted.
    ///   - share: whose events are wanted; of all streams when absent.
    ///   - lease: may be in a transaction, whose snapshot then holds for all partitions.
    /// - Throws: what `body` throws, `PostgresError`, ``EventLogError/unreadable(_:)``.
    public func copyOut(
        partitions: some Sequence<Int>, after positions: [Int: Int64] = [:], upTo last: Int64 = .max, batch: Int = 512,
        columns: CopiedColumns = .all, of share: StreamShare? = nil, on lease: PostgresLease,
        _ body: ([RecordedEvent]) async throws -> Void
    ) async throws {
        try await lease.setting(Self.inOrder) {
            for partition in partitions {
                try await copyOut(
                    partition, after: positions[partition] ?? 0, upTo: last, batch: batch, columns: columns, of: share,
                    on: lease, body)
            }
        }
    }

    /// The share is told of what the index of positions has given in order: the planner would take it for next to nothing, and
    /// read the whole table to sort that.
    static func selection(
        of partition: Int, after position: Int64, upTo last: Int64, columns: CopiedColumns, _ share: StreamShare?
    ) -> String {
        let events = """
            SELECT \(columns.sql) FROM treue.event
             WHERE partition = \(partition) AND position > \(position) AND position <= \(last) ORDER BY position
            """
        guard let share, !share.isWhole else { return events }
        return "SELECT * FROM (\(events) OFFSET 0) AS event WHERE \(share.condition(on: "stream_id")) ORDER BY position"
    }

    /// By the index of positions and on one processor. Of a large log the planner would rather read all of it, once for each
    /// partition, and sort: it believes that rows lie at random, and they lie in the order of the index.
    static var inOrder: KeyValuePairs<StaticString, StaticString> {
        [
            "enable_seqscan": "off", "enable_bitmapscan": "off", "enable_sort": "off",
            "max_parallel_workers_per_gather": "0",
        ]
    }

    private func copyOut(
        _ partition: Int, after position: Int64, upTo last: Int64, batch: Int, columns: CopiedColumns,
        of share: StreamShare?, on lease: PostgresLease,
        _ body: ([RecordedEvent]) async throws -> Void
    ) async throws {
        let selection = Self.selection(of: partition, after: position, upTo: last, columns: columns, share)
        var reader = BinaryCopyReader()
        var events: [RecordedEvent] = []
        try await lease.copyOut("COPY (\(selection)) TO STDOUT (FORMAT binary)") { chunk in
            reader.feed(chunk)
            while let row = try reader.next() {
                events.append(try RecordedEvent(row))
                if events.count >= batch {
                    try await body(events)
                    events.removeAll(keepingCapacity: true)
                }
            }
        }
        guard reader.isFinished else {
            throw EventLogError.unreadable("the COPY of partition \(partition) was cut off")
        }
        if !events.isEmpty {
            try await body(events)
        }
    }
}
