import EventLog
import Foundation
import Logging
import Postgres
import Testing

@Suite("following the log")
struct FollowerTests {
    @Test("every event comes once, in order, in pages within the bound, while others append")
    func onceInOrder() async throws {
        try await LogFixture.following { fixture in
            let handler = Recording()
            _ = try await fixture.append(.some(100, to: UUID()))
            try await fixture.running(fixture.follower(handler) { $0.pageLimit = 7 }) {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<8 {
                        group.addTask {
                            for _ in 0..<10 { _ = try await fixture.append(.some(5, to: UUID())) }
                        }
                    }
                    try await group.waitForAll()
                }
                try await fixture.until("not everything was seen") { try await fixture.seen() == 500 }
            }
            #expect(handler.largest <= 7)
            let disorder = try await fixture.number(
                """
                SELECT count(*) FROM (SELECT position, lag(position, 1, 0::bigint) OVER
                                             (PARTITION BY partition ORDER BY number) AS before FROM seen) AS walked
                 WHERE position <> before + 1
                """)
            #expect(disorder == 0)
            let status = try await fixture.status()
            #expect(status.lagEvents == 0)
            #expect(status.partitions.count == 8)
            // It was shut down, so nobody follows: known when the server has let go of its lock.
            try await fixture.until("the lock is held on") { try await fixture.status().state == .idle }
        }
    }

    @Test("a connection that ends in the middle loses nothing and repeats nothing")
    func connectionEnds() async throws {
        try await LogFixture.following { fixture in
            let stream = UUID()
            let follower = fixture.follower(Recording()) { $0.pageLimit = 3 }
            try await fixture.running(follower) {
                for round in 0..<20 {
                    _ = try await fixture.append(.some(10, to: stream, after: Int64(round * 10)))
                    try await fixture.tamper(
                        """
                        SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'
                           AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                        """)
                }
                try await fixture.until("not everything was seen") { try await fixture.seen() == 200 }
            }
            #expect(follower.figures.retries > 0)
        }
    }

    @Test("of two servers one follows, and the other takes over when it stops")
    func takeover() async throws {
        try await LogFixture.following { fixture in
            try await LogFixture.withClient(fixture.url) { client in
                let (first, second) = (fixture.follower(Recording()), fixture.follower(Recording(), on: client))
                let stream = UUID()
                try await fixture.running(second) {
                    try await fixture.running(first) {
                        _ = try await fixture.append(.some(5, to: stream))
                        try await fixture.until("nobody followed") { try await fixture.seen() == 5 }
                        try await fixture.until("both follow, or none stands by") {
                            Set([first.state == .standby, second.state == .standby]) == [true, false]
                        }
                        // Whoever follows is shut down; the one that stands by has to go on.
                        let (working, waiting) = first.state == .following ? (first, second) : (second, first)
                        working.shutdown()
                        _ = try await fixture.append(.some(5, to: stream, after: 5))
                        try await fixture.until("nobody took over") { try await fixture.seen() == 10 }
                        #expect(waiting.state == .following)
                        #expect(working.figures.events + waiting.figures.events == 10)
                    }
                }
            }
        }
    }

    @Test("a notification wakes it long before it would look by itself")
    func woken() async throws {
        try await LogFixture.following { fixture in
            let signal = LogSignal(client: fixture.client, logger: .init(label: "test"))
            try await fixture.running(fixture.follower(Recording()) { $0.pollInterval = .seconds(3_600) }) {
                async let signalling: Void = signal.run()
                try await fixture.until("it never began") { try await fixture.status().partitions.count == 8 }
                _ = try await fixture.append(.some(3, to: UUID()))
                try await fixture.until("nobody woke it") {
                    signal.raise()
                    return try await fixture.seen() == 3
                }
                signal.shutdown()
                await signalling
            }
        }
    }

    @Test("a new follower can begin with what comes next; an old one goes on where it was")
    func beginsAtTheEnd() async throws {
        try await LogFixture.following { fixture in
            let stream = UUID()
            _ = try await fixture.append(.some(4, to: stream))
            for round in 0..<2 {
                try await fixture.running(fixture.follower(Recording()) { $0.start = .end }) {
                    try await fixture.until("it never began") { try await fixture.status().state == .live }
                    _ = try await fixture.append(.some(2, to: stream, after: Int64(4 + 4 * round)))
                    try await fixture.until("it did not go on") {
                        try await fixture.seen() == Int64(2 + 4 * round)
                    }
                }
                _ = try await fixture.append(.some(2, to: stream, after: Int64(6 + 4 * round)))
            }
            let first = try await fixture.number("SELECT min(position) FROM seen")
            #expect(first == 5)
        }
    }

    @Test("what nobody is interested in is passed over; from the moment of interest on everything is read")
    func interest() async throws {
        try await LogFixture.following { fixture in
            let (stream, handler) = (UUID(), Recording())
            handler.interest(false)
            try await fixture.running(fixture.follower(handler)) {
                _ = try await fixture.append(.some(4, to: stream))
                try await fixture.until("it did not pass on") {
                    let status = try await fixture.status()
                    return status.partitions.count == 8 && status.lagEvents == 0
                }
                handler.interest(true)
                _ = try await fixture.append(.some(3, to: stream, after: 4))
                try await fixture.until("it did not read on") { try await fixture.seen() == 3 }
            }
            #expect(try await fixture.number("SELECT min(position) FROM seen") == 5)
        }
    }

    @Test("a failure that passes is tried again, and blamed on no event")
    func failureThatPasses() async throws {
        try await LogFixture.following { fixture in
            let handler = Recording()
            var deadlock = PostgresError(.server, "deadlock detected", wasSent: true)
            deadlock.sqlState = "40P01"
            handler.fail(once: deadlock)
            let follower = fixture.follower(handler)
            try await fixture.running(follower) {
                _ = try await fixture.append(.some(3, to: UUID()))
                try await fixture.until("it was not tried again") { try await fixture.seen() == 3 }
            }
            #expect(follower.figures.retries == 1)
            #expect(try await FollowerStore(log: fixture.log).faults(of: "recording", on: fixture.client).isEmpty)
        }
    }

    @Test("whoever moves the checkpoints under it is noticed: nothing is handled from where it was")
    func checkpointsMoved() async throws {
        try await LogFixture.following { fixture in
            let stream = UUID()
            _ = try await fixture.append(.some(10, to: stream))
            try await fixture.running(fixture.follower(Recording())) {
                try await fixture.until("it did not read") { try await fixture.seen() == 10 }
                // What a rebuild does: empties the rows and begins again.
                try await fixture.client.withLease { lease in
                    try await lease.execute("BEGIN; DELETE FROM seen; UPDATE treue.checkpoint SET position = 0; COMMIT")
                }
                try await fixture.until("it did not begin again") { try await fixture.seen() == 10 }
            }
        }
    }
}
