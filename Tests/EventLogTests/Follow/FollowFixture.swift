import EventLog
import Foundation
import Logging
import Postgres
import Synchronization
import Testing

/// Writes down, in a table of its own, what it was handed; fails where it is told to.
final class Recording: LogConsumer {
    struct Refusal: Error, CustomStringConvertible {
        var description: String { "not to my taste" }
    }

    private struct State {
        var refused: Set<UUID> = []
        var largest = 0
        var pages = 0
        var passing: [any Error] = []
        var isInterested = true
    }

    let name: String
    private let state = Mutex(State())

    init(_ name: String = "recording") { self.name = name }

    /// The most events in one call.
    var largest: Int { state.withLock(\.largest) }
    var pages: Int { state.withLock(\.pages) }

    func refuse(_ stream: UUID?) { state.withLock { $0.refused = stream.map { [$0] } ?? [] } }

    /// The next call fails with this.
    func fail(once error: any Error) { state.withLock { $0.passing.append(error) } }

    func interest(_ isInterested: Bool) { state.withLock { $0.isInterested = isInterested } }

    func isInterested(on connection: some PostgresQuerying) async throws -> Bool {
        state.withLock(\.isInterested)
    }

    func handle(_ events: [RecordedEvent], on lease: PostgresLease) async throws {
        let (refused, passing) = state.withLock { state in
            state.largest = max(state.largest, events.count)
            state.pages += 1
            return (state.refused, state.passing.popLast())
        }
        for event in events {
            // Written before it fails: the row must go with the transaction.
            _ = try await lease.query(
                "INSERT INTO seen (partition, position, follower) VALUES ($1, $2, $3)",
                [.int4(Int32(event.partition)), .int8(event.position), .text(name)])
            if refused.contains(event.stream) { throw Refusal() }
        }
        if let passing { throw passing }
    }
}

extension LogFixture {
    /// A log and the table that ``Recording`` writes: a repeat of an event in it is an error of the database.
    static func following(_ body: (LogFixture) async throws -> Void) async throws {
        try await with(leases: 8) { fixture in
            try await fixture.client.withLease { lease in
                try await lease.execute(
                    """
                    CREATE TABLE seen (number bigserial, partition int, position bigint, follower text,
                                       PRIMARY KEY (follower, partition, position))
                    """)
            }
            try await body(fixture)
        }
    }

    func follower(
        _ handler: any LogConsumer, on client: PostgresClient? = nil,
        _ configure: (inout FollowerConfiguration) -> Void = { _ in }
    ) -> LogFollower {
        var configuration = FollowerConfiguration()
        configuration.pollInterval = .milliseconds(20)
        configuration.standbyInterval = .milliseconds(40)
        configuration.minimumBackoff = .milliseconds(5)
        configure(&configuration)
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return LogFollower(
            handler, client: client ?? self.client, log: log, configuration: configuration, logger: logger,
            clock: { LogFixture.now })
    }

    /// Runs followers for the duration of `body`.
    func running(_ followers: LogFollower..., body: () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for follower in followers { group.addTask { await follower.run() } }
            let result: Result<Void, any Error>
            do { result = .success(try await body()) } catch { result = .failure(error) }
            for follower in followers { follower.shutdown() }
            try await group.waitForAll()
            try result.get()
        }
    }

    func seen(by follower: String = "recording") async throws -> Int64 {
        try await client.query("SELECT count(*) FROM seen WHERE follower = $1", [.text(follower)])[0].int8(0)
    }

    /// Looks until it is so, and gives up after a minute.
    func until(_ what: Comment, _ isSo: () async throws -> Bool) async throws {
        let end = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < end {
            if try await isSo() { return }
            try await Task.sleep(for: .milliseconds(5))
        }
        Issue.record(what)
        throw CancellationError()
    }

    func status(of follower: String = "recording") async throws -> FollowerStatus {
        try await FollowerStore(log: log).status(of: follower, on: client)
    }
}
