public import Postgres

/// What a follower does with the log: keeps rows of its own that follow from the events.
///
/// Everything written through `lease` is committed together with the checkpoint, so each event counts exactly once,
/// however often the work is cut off. Effects outside the database belong behind the commit, driven by rows.
public protocol LogConsumer: Sendable {
    /// Names the follower: its checkpoints, its lock, its faults. Lower-case words with underscores.
    var name: String { get }

    /// The longest that events are left to gather after many have come, while more arrive: what is handed over together
    /// costs little more than one. What comes one by one is handed over at once.
    var gathering: Duration { get }

    /// Takes the next events of some partitions, those of each in order, within the follower's transaction.
    ///
    /// - Parameters:
    ///   - events: at least one; those of a partition stand together.
    ///   - lease: inside a transaction; neither commit nor roll back.
    /// - Throws: a `PostgresError` that passes by itself (connection, deadlock, shutdown) is tried again. Anything else
    ///   is blamed on an event: the one that fails when handled alone stops its partition, see ``FollowerFault``.
    func handle(_ events: [RecordedEvent], on lease: PostgresLease) async throws

    /// Whether the log holds anything for it at the moment. While it does not, the checkpoints move on unread, so that
    /// a follower nobody needs costs nothing. Asked outside a transaction; what is appended after the answer is read.
    func isInterested(on connection: some PostgresQuerying) async throws -> Bool

    /// Called after each commit: rows may be waiting for whoever works on them.
    func committed()
}

extension LogConsumer {
    public var gathering: Duration { .milliseconds(50) }

    public func isInterested(on connection: some PostgresQuerying) async throws -> Bool { true }

    public func committed() {}
}

/// A consumer that works out what follows from events before it writes any of it, so that pages are written together that
/// come closely: what many events change is written once. It is interested in every event.
public protocol FoldingConsumer: LogConsumer {
    /// Takes the next events in, those of each partition in order, behind what it took in last; outside any transaction.
    func fold(_ events: [RecordedEvent], on lease: PostgresLease) async throws

    /// Writes what follows from all that was taken in since the last commit, within the follower's transaction.
    /// ``LogConsumer/committed()`` says when that stands.
    ///
    /// - Throws: ``CheckpointMoved`` where its rows are not those any more that it worked with.
    func write(on lease: PostgresLease) async throws

    /// Lets go of what it took in and has not written: the events will come again.
    func forget()
}

extension FoldingConsumer {
    public func handle(_ events: [RecordedEvent], on lease: PostgresLease) async throws {
        forget()
        try await fold(events, on: lease)
        try await write(on: lease)
    }
}

/// Where a follower begins that has no checkpoints yet.
public enum FollowStart: Sendable {
    /// With the first event there is.
    case beginning
    /// With the next event: what was recorded before is none of its business.
    case end
}

/// Bounds of a follower.
public struct FollowerConfiguration: Sendable {
    public var start = FollowStart.beginning
    /// Events in one transaction at most.
    public var pageLimit = 4_096
    /// The longest the heads go unlooked at; a notification looks sooner.
    public var pollInterval: Duration = .milliseconds(500)
    /// How often a server that does not follow looks whether nobody does.
    public var standbyInterval: Duration = .seconds(2)
    /// The first pause after a failure that passes; it doubles up to ``maximumBackoff``.
    public var minimumBackoff: Duration = .milliseconds(100)
    public var maximumBackoff: Duration = .seconds(10)

    public init() {}
}
