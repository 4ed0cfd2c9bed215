public import EventLog
import Foundation
import Postgres

/// A read model that follows the log.
public protocol ReportFollowing: Projection, FoldingConsumer {
    /// Makes itself known to the database; to be called before it follows.
    func register() async throws

    /// Whether the rows in use were written by another version of the code: they stand still until a rebuild has replaced
    /// them.
    func needsRebuild() async throws -> Bool
}

/// Figures that follow the log, kept by generations: the one in use, one that is being folded beside it, and the one that
/// was in use before.
struct ReportProjection<Fold: ReportFold>: ReportFollowing, Compared {
    let report: Fold
    let client: PostgresClient
    let log: EventLog
    let desk: ReportDesk<Fold.Memo>
    let workers: Int
    let bounds: FoldBounds

    /// Half a second is soon enough for figures, and what comes within one is taken in while the window still holds it.
    var gathering: Duration { .milliseconds(500) }

    init(
        _ report: Fold, client: PostgresClient, log: EventLog, workers: Int, bounds: FoldBounds
    ) {
        (self.report, self.client, self.log) = (report, client, log)
        (self.workers, self.bounds) = (max(1, workers), bounds)
        desk = ReportDesk(partitions: log.partitions)
    }

    var name: String { Fold.name }
    var codeVersion: Int { Fold.version }
    var next: String { "\(Fold.name)_next" }
    var previous: String { "\(Fold.name)_previous" }

    /// What the database says about the rows.
    struct Standing {
        var generation: Int64
        var version: Int
        var buildingGeneration: Int64?
        var buildingVersion: Int?
        var previousGeneration: Int64?
        var previousVersion: Int?
        var swappedAtMicros: Int64?
        var verifiedAtMicros: Int64?
    }

    func register() async throws {
        _ = try await client.query(
            "INSERT INTO treue.projection (name, version, state) VALUES ($1, $2, 'live') ON CONFLICT DO NOTHING",
            [.text(name), .int4(Int32(truncatingIfNeeded: Fold.version))])
        try await beginAtZero(on: client)
    }

    /// Checkpoints for the partitions that have none.
    func beginAtZero(on connection: some PostgresQuerying) async throws {
        _ = try await connection.query(
            """
            INSERT INTO treue.checkpoint (position, partition, projection)
            SELECT 0, partition, $1 FROM treue.head ON CONFLICT DO NOTHING
            """, [.text(name)])
    }

    func needsRebuild() async throws -> Bool { try await standing(on: client).version != Fold.version }

    func standing(on connection: some PostgresQuerying) async throws -> Standing {
        let rows = try await connection.query(
            """
            SELECT generation, version, building_generation, building_version, previous_generation, previous_version,
                   swapped_at, verified_at
              FROM treue.projection WHERE name = $1
            """, [.text(name)])
        guard let row = rows.first else {
            // Nobody has followed the log for it yet.
            return Standing(generation: 1, version: Fold.version)
        }
        return Standing(
            generation: try row.int8(0), version: Int(try row.int4(1)), buildingGeneration: try row.optionalInt8(2),
            buildingVersion: try row.optionalInt4(3).map(Int.init), previousGeneration: try row.optionalInt8(4),
            previousVersion: try row.optionalInt4(5).map(Int.init), swappedAtMicros: try row.optionalTimestamptz(6),
            verifiedAtMicros: try row.optionalTimestamptz(7))
    }

    /// The generation of the rows in use, when they are this version's.
    private func generation(on lease: PostgresLease) async throws -> Int64 {
        let standing = try await standing(on: lease)
        guard standing.version == Fold.version else {
            // Not the event's fault, and it passes: when a rebuild has put this version's rows in place.
            throw PostgresError(.cancelled, "another version of the code wrote the rows of \(name)")
        }
        return standing.generation
    }

    private func target(_ generation: Int64) -> ReportTarget<Fold> {
        ReportTarget(report: report, generation: generation, checkpoint: name)
    }

    func comparer(of partition: Int, on lease: PostgresLease) async throws -> any PartitionComparer {
        try await ReportComparer(self, partition, on: lease)
    }

    func fold(_ events: [RecordedEvent], on lease: PostgresLease) async throws {
        let generation = try await generation(on: lease)
        try desk.begin(generation)
        var pages = pages(of: events)
        try await load(&pages, from: target(generation), on: lease)
        for index in pages.indices {
            try fold(&pages[index])
            desk.put(pages[index].share, of: pages[index].partition)
        }
    }

    func write(on lease: PostgresLease) async throws {
        let generation = try await generation(on: lease)
        try desk.begin(generation)
        let shares = desk.unwritten.mapValues { share in
            ReportShare(
                memos: share.changed.mapValues { memo in
                    LogFollower.breathe()
                    return report.encode(memo)
                }, sums: share.sums)
        }
        try await target(generation).write(shares, on: lease)
    }

    func committed() { desk.settle() }

    func forget() { desk.forget() }

    /// The next events of one partition.
    private struct Page {
        let partition: Int
        let events: ArraySlice<RecordedEvent>
        var share: ReportDesk<Fold.Memo>.Share
    }

    private func pages(of events: [RecordedEvent]) -> [Page] {
        var (pages, rest): ([Page], ArraySlice<RecordedEvent>) = ([], events[...])
        while let first = rest.first {
            let page = rest.prefix { $0.partition == first.partition }
            let share = desk.take(first.partition, after: first.position - 1)
            pages.append(Page(partition: first.partition, events: page, share: share))
            rest = rest.dropFirst(page.count)
        }
        return pages
    }

    /// Reads what is remembered of members whom the desk does not have.
    private func load(_ pages: inout [Page], from target: ReportTarget<Fold>, on lease: PostgresLease) async throws {
        guard Fold.remembers else { return }
        var unknown: [UUID: Int] = [:]
        for (index, page) in pages.enumerated() {
            // What follows from an event stands behind it.
            var last: UUID?
            for event in page.events where event.stream != last && event.streamType == AccountProjection.streamType {
                last = event.stream
                if page.share.held[event.stream] == nil { unknown[event.stream] = index }
            }
        }
        for (member, memo) in try await target.load(unknown.mapValues { pages[$0].partition }, on: lease) {
            guard let index = unknown[member] else { continue }
            pages[index].share.held[member] = .init(memo: try report.decode(memo))
        }
    }

    private func fold(_ page: inout Page) throws {
        for event in page.events where event.streamType == AccountProjection.streamType {
            LogFollower.breathe()
            let dated = try event.decoded.dated
            if Fold.remembers {
                try page.share.fold(of: event.stream) { memo, sums in
                    try report.fold(dated, of: event.stream, &memo, &sums)
                }
            } else {
                var nothing: Fold.Memo?
                try report.fold(dated, of: event.stream, &nothing, &page.share.sums)
            }
        }
        page.share.end = page.events.last?.position ?? page.share.end
    }

    func status() async throws -> ProjectionStatus { try await status(on: client) }

    func status(on connection: some PostgresQuerying) async throws -> ProjectionStatus {
        let standing = try await standing(on: connection)
        let store = FollowerStore(log: log)
        let follower = try await store.status(of: name, on: connection)
        let figures = try await figures(of: standing.generation, on: connection)
        var positions: [Int: Int64] = [:]
        for partition in follower.partitions { positions[partition.partition] = partition.position }
        let partitions = try await log.heads(on: connection).map { head in
            let position = min(positions[head.partition] ?? 0, head.position)
            return ProjectionStatus.Partition(partition: head.partition, position: position, head: head.position)
        }
        var status = ProjectionStatus(
            name: name, version: standing.version, codeVersion: Fold.version,
            state: standing.buildingGeneration != nil ? "rebuilding" : state(of: follower), rows: figures,
            partitions: partitions)
        status.previousVersion = standing.previousGeneration == nil ? nil : standing.previousVersion
        (status.swappedAtMicros, status.verifiedAtMicros) = (standing.swappedAtMicros, standing.verifiedAtMicros)
        (status.faults, status.skipped) = try await ProjectionFaults.of(name, in: log, on: connection)
        return status
    }

    private func state(of follower: FollowerStatus) -> String {
        switch follower.state {
        case .live: "live"
        case .behind: "behind"
        case .faulty: "stopped"
        case .idle: "idle"
        }
    }
}
