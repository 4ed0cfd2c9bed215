import EventLog
import Foundation
import Postgres
import Synchronization
import Testing

/// Writes down, once it is asked to write, what it has taken in; fails where it is told to.
private final class Folding: FoldingConsumer {
    private struct State {
        var unwritten: [RecordedEvent] = []
        var refused: UUID?
        var unwritable: UUID?
        var failing: (any Error)?
        var writes: [Int] = []
        var taken = 0
        var whenTaken: (@Sendable () -> Void)?
    }

    let name = "recording"
    private let state = Mutex(State())

    /// - Parameters:
    ///   - stream: of whom nothing is taken in.
    ///   - unwritable: of whom nothing can be written.
    ///   - error: what the first write fails with.
    init(refusing stream: UUID? = nil, unwritable: UUID? = nil, failing error: (any Error)? = nil) {
        state.withLock { ($0.refused, $0.unwritable, $0.failing) = (stream, unwritable, error) }
    }

    /// Whatever could not be written can be from now on.
    func allow() { state.withLock { $0.unwritable = nil } }

    /// How many events each write wrote.
    var writes: [Int] { state.withLock(\.writes) }
    /// Is called when something is taken in, before the follower goes on.
    func whenTaken(_ act: @escaping @Sendable () -> Void) { state.withLock { $0.whenTaken = act } }

    /// How many events it has taken in.
    var taken: Int { state.withLock(\.taken) }

    func fold(_ events: [RecordedEvent], on lease: PostgresLease) async throws {
        try state.withLock { state in
            for event in events {
                if event.stream == state.refused { throw Recording.Refusal() }
                state.unwritten.append(event)
                state.taken += 1
            }
        }
        state.withLock(\.whenTaken)?()
    }

    func write(on lease: PostgresLease) async throws {
        let (events, unwritable, error) = state.withLock { ($0.unwritten, $0.unwritable, $0.failing.take()) }
        for event in events {
            if event.stream == unwritable { throw Recording.Refusal() }
            _ = try await lease.query(
                "INSERT INTO seen (partition, position, follower) VALUES ($1, $2, $3)",
                [.int4(Int32(event.partition)), .int8(event.position), .text(name)])
        }
        if let error { throw error }
    }

    func committed() {
        state.withLock { state in
            state.writes.append(state.unwritten.count)
            state.unwritten = []
        }
    }

    func forget() { state.withLock { $0.unwritten = [] } }
}

@Suite("a follower that takes in more than it writes at once")
struct FoldingFollowerTests {
    /// A log of 40 members with 15 events each.
    private func withMembers(_ body: (LogFixture, [UUID]) async throws -> Void) async throws {
        try await LogFixture.following { fixture in
            let members = (0..<40).map { _ in UUID() }
            for member in members { _ = try await fixture.append(.some(15, to: member)) }
            try await body(fixture, members)
        }
    }

    @Test("what comes in many pages is written in one transaction, and what comes alone at once")
    func together() async throws {
        try await withMembers { fixture, members in
            let handler = Folding()
            let follower = fixture.follower(handler) { $0.pageLimit = 64 }
            try await fixture.running(follower) {
                try await fixture.until("not everything was written") { try await fixture.seen() == 600 }
                _ = try await fixture.append(.some(1, to: members[0], after: 15))
                try await fixture.until("the last one was not written") { try await fixture.seen() == 601 }
            }
            #expect(handler.writes == [600, 1])
            #expect(follower.figures.transactions == 2 && follower.figures.events == 601)
            #expect(try await fixture.status().lagEvents == 0)
        }
    }

    @Test("what was taken in is written before it stops")
    func stops() async throws {
        try await withMembers { fixture, _ in
            let handler = Folding()
            let follower = fixture.follower(handler) { $0.pageLimit = 16 * 600 }
            handler.whenTaken { follower.shutdown() }
            try await fixture.running(follower) {
                try await fixture.until("it has taken nothing in") { handler.taken > 0 }
            }
            #expect(handler.taken == 600 && handler.writes == [600])
            #expect(try await fixture.seen() == 600)
        }
    }

    @Test("an event that it cannot take stops its partition alone; all others are written once")
    func fault() async throws {
        try await withMembers { fixture, members in
            let refused = members[30]
            let partition = fixture.log.partition(of: refused)
            // Of its partition only what stands before the first event that is refused.
            let before = members[..<30].filter { fixture.log.partition(of: $0) == partition }.count
            let elsewhere = members.filter { fixture.log.partition(of: $0) != partition }.count
            let follower = fixture.follower(Folding(refusing: refused)) { $0.pageLimit = 64 }
            try await fixture.running(follower) {
                try await fixture.until("it was not written down") { try await fixture.status().stopped == 1 }
                try await fixture.until("the others were not written") {
                    try await fixture.seen() == Int64(15 * (before + elsewhere))
                }
            }
            let faults = try await FollowerStore(log: fixture.log).faults(of: "recording", on: fixture.client)
            #expect(faults.map(\.stream) == [refused] && faults.map(\.error) == ["not to my taste"])
            #expect(follower.figures.retries == 0)
        }
    }

    @Test("an event that cannot be written is gone once it is skipped, whatever comes behind it")
    func skipped() async throws {
        try await LogFixture.following { fixture in
            let member = UUID()
            var neighbour = UUID()
            while fixture.log.partition(of: neighbour) != fixture.log.partition(of: member) { neighbour = UUID() }
            _ = try await fixture.append(.some(1, to: member))
            let handler = Folding(unwritable: member)
            let follower = fixture.follower(handler)
            try await fixture.running(follower) {
                try await fixture.until("it was not written down") { try await fixture.status().stopped == 1 }
                let partition = fixture.log.partition(of: member)
                let store = FollowerStore(log: fixture.log)
                _ = try await store.skip(
                    "recording", partition: partition, position: 1, reason: "mad", atMicros: LogFixture.now,
                    on: fixture.client)
                handler.allow()
                _ = try await fixture.append(.some(1, to: neighbour))
                try await fixture.until("the next one was not written") { try await fixture.seen() > 0 }
            }
            #expect(try await fixture.number("SELECT sum(position)::bigint FROM seen") == 2)
        }
    }

    @Test(
        "what could not be written is taken in again from the checkpoints, and counts once",
        arguments: [true, false])
    func again(moved: Bool) async throws {
        try await withMembers { fixture, _ in
            let error: any Error = moved ? CheckpointMoved() : PostgresError(.cancelled, "the connection ended")
            let follower = fixture.follower(Folding(failing: error)) { $0.pageLimit = 64 }
            try await fixture.running(follower) {
                try await fixture.until("not everything was written") { try await fixture.seen() == 600 }
            }
            // Moved checkpoints are no failure: somebody else was right to move them.
            #expect(follower.figures.retries == (moved ? 0 : 1))
            #expect(try await fixture.status().lagEvents == 0)
        }
    }
}
