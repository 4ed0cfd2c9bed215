import EventLog
import Foundation
import Loyalty
import Postgres
import Synchronization
import TestSupport
import Testing
import Wire

@testable import Projections

@Suite("rebuilding the accounts")
struct RebuildTests {
    @Test("three times under eight writers: no write fails, and nothing differs afterwards")
    func underLoad() async throws {
        try await Server.with { server async throws in
            _ = await server.history()
            let load = Load()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for writer in 0..<8 {
                    group.addTask {
                        var number = 0
                        while !load.isDone {
                            let id = await server.buys(
                                "m\((writer + number) % 20)", "\(writer) \(number)", daysAgo: Int64(number % 7))
                            load.count(isWritten: id != nil)
                            number += 1
                        }
                    }
                }
                for _ in 0..<3 {
                    let before = load.written
                    _ = try await server.projection.rebuild()
                    while load.written < before + 50 { await Task.yield() }
                    #expect(try await server.projection.verify().count == 0)
                }
                load.isDone = true
                try await group.waitForAll()
            }
            #expect(load.refused == 0)
            let found = try await server.projection.verify()
            #expect(found.accounts == [])
            #expect(found.rows == 20)
        }
    }

    @Test("verifications beside rebuilds and writers find nothing")
    func verifyBesideRebuild() async throws {
        try await Server.with { server async throws in
            _ = await server.history()
            let load = Load()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    var number = 0
                    while !load.isDone {
                        await server.buys("m\(number % 20)", "w \(number)", daysAgo: 1)
                        number += 1
                    }
                }
                group.addTask {
                    for _ in 0..<6 { _ = try await server.projection.rebuild() }
                    load.isDone = true
                }
                while !load.isDone {
                    #expect(try await server.projection.verify().accounts == [])
                }
                try await group.waitForAll()
            }
        }
    }

    @Test("mends a falsified row, also for a server that holds it in memory")
    func staleMemory() async throws {
        try await Server.with { server async throws in
            let rich = try #require(await server.buys("rich", "1", dollars: 500, daysAgo: 20))
            let poor = try #require(await server.buys("poor", "2", dollars: 20, daysAgo: 20))
            try await server.tamper(
                """
                UPDATE treue.account AS a SET state = r.state FROM treue.account AS r
                 WHERE a.member_id = '\(poor)' AND r.member_id = '\(rich)'
                """)
            // A second server reads the false row into its memory when it writes.
            try await server.beside { other async throws in
                _ = await other.buys("poor", "3", dollars: 10, daysAgo: 10)
                #expect(try await server.points(of: poor) == 510)
                _ = try await server.projection.rebuild()
                #expect(try await server.points(of: poor) == 30)
                _ = await other.buys("poor", "4", dollars: 10, daysAgo: 5)
                #expect(try await server.points(of: poor) == 40)
                #expect(try await server.projection.verify().accounts == [])
            }
        }
    }

    @Test("cut off by a lost connection or a cancelled task goes on where it was", arguments: [true, false])
    func cutOff(byCancelling: Bool) async throws {
        try await Server.with { server async throws in
            let members = await server.history()
            try await server.tamper("DELETE FROM treue.account WHERE member_id = '\(members[0])'")
            let gate = Gate()
            let rebuild = Task {
                try await server.projection.rebuild { progress in
                    if progress.done * 2 > progress.total { await gate.arrive() }
                }
            }
            await gate.reached()
            if byCancelling {
                rebuild.cancel()
            } else {
                let kill = """
                    SELECT count(pg_terminate_backend(pid)) FROM pg_locks WHERE locktype = 'advisory'
                       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                    """
                try await server.postgres.query(kill, at: server.postgres.superuserURL(for: server.url))
            }
            await gate.open()
            await #expect(throws: (any Error).self) { try await rebuild.value }
            #expect(try await server.projection.status().state == "rebuilding")
            let kept = try await server.number("SELECT count(*) FROM treue.checkpoint")
            #expect(kept > 0)
            let first = First()
            let rebuilt = try await server.projection.rebuild { first.note($0.done) }
            #expect(rebuilt.rows == Int64(members.count))
            #expect((first.value ?? 0) > 0)
            #expect(try await server.projection.status().state == "live")
            #expect(try await server.projection.verify().accounts == [])
        }
    }

    @Test("closed events are folded before those that are not, in rebuilds, replays, verifications and reports")
    func closed() async throws {
        try await Server.with { server async throws in
            _ = await server.history()
            let closing = try await server.client.withLease {
                try await LogCloser(log: server.log).close(before: Server.now.micros + 1, on: $0)
            }
            #expect(closing.moved > 0 && closing.open == 0)
            _ = await server.buys("m1", "since", dollars: 70, daysAgo: 1)
            let catalogue = ProjectionCatalogue(client: server.client, log: server.log, zone: .utc)
            let before = try await server.number("SELECT sum(version)::bigint FROM treue.account")
            _ = try await server.projection.rebuild()
            try await catalogue.rebuildReports()
            #expect(try await server.number("SELECT sum(version)::bigint FROM treue.account") == before)
            let total = try await server.projection.total()
            #expect(try await server.projection.replay().events == total)
            let found = try await catalogue.compareAll { _ in }
            #expect(found.count == 0 && found.parts.allSatisfy { $0.events == total })
        }
    }

    @Test("a second one beside it is refused")
    func onlyOne() async throws {
        try await Server.with { server async throws in
            _ = await server.history(members: 3)
            let gate = Gate()
            let rebuild = Task { try await server.projection.rebuild { _ in await gate.arrive() } }
            await gate.reached()
            await #expect(throws: RebuildFault.self) { try await server.projection.rebuild() }
            await gate.open()
            _ = try await rebuild.value
        }
    }

    @Test("a swap that meets a reader gives way to writers, and comes again", .timeLimit(.minutes(2)))
    func givesWay() async throws {
        try await Server.with { server async throws in
            _ = await server.history(members: 3)
            // As if the reader had come behind the look for readers.
            let hasty = AccountProjection(
                client: server.client, log: server.log, workers: 2, bounds: FoldBounds(), patience: .zero)
            try await reading(server, while: hasty) {
                // Until the swap has given way at least once.
                while try await server.number(
                    "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND NOT granted") == 0
                { await Task.yield() }
                #expect(await server.buys("m1", "beside") != nil)
            }
        }
    }

    @Test("a swap waits for who is reading, as a verification does, and locks nothing", .timeLimit(.minutes(2)))
    func patient() async throws {
        try await Server.with { server async throws in
            _ = await server.history(members: 3)
            try await reading(server, while: server.projection) {
                try await server.postgres.untilAsked("virtualtransaction FROM pg_locks", times: 3, of: server.url)
                let locks = try await server.number(
                    """
                    SELECT count(*) FROM pg_locks
                     WHERE mode = 'AccessExclusiveLock' AND relation = 'treue.account'::regclass
                       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                    """)
                #expect(locks == 0)
                #expect(await server.buys("m1", "beside") != nil)
            }
        }
    }

    /// Rebuilds while somebody keeps reading the accounts until `body` is through.
    private func reading(
        _ server: Server, while projection: AccountProjection, _ body: () async throws -> Void
    ) async throws {
        try await server.client.withLease { lease in
            var rebuild: Task<Rebuilt, any Error>?
            try await lease.transaction {
                _ = try await lease.query("SELECT count(*) FROM treue.account")
                rebuild = Task { try await projection.rebuild() }
                try await body()
            }
            _ = try await rebuild?.value
        }
        #expect(try await server.projection.verify().accounts == [])
    }
}

/// What writers did, and whether they may stop.
private final class Load: Sendable {
    private let state = Mutex((isDone: false, written: 0, refused: 0))

    var written: Int { state.withLock { $0.written } }
    var refused: Int { state.withLock { $0.refused } }
    var isDone: Bool {
        get { state.withLock { $0.isDone } }
        set { state.withLock { $0.isDone = newValue } }
    }

    func count(isWritten: Bool) {
        state.withLock { state in
            if isWritten { state.written += 1 } else { state.refused += 1 }
        }
    }
}

/// The first of many values.
private final class First: Sendable {
    private let state = Mutex<Int64?>(nil)

    var value: Int64? { state.withLock { $0 } }
    func note(_ value: Int64) { state.withLock { $0 = $0 ?? value } }
}

/// Holds somebody up until told otherwise.
actor Gate {
    private var isOpen = false
    private var isReached = false
    private var arrived: [CheckedContinuation<Void, Never>] = []
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func arrive() async {
        isReached = true
        for continuation in waiting { continuation.resume() }
        waiting = []
        guard !isOpen else { return }
        await withCheckedContinuation { arrived.append($0) }
    }

    func reached() async {
        guard !isReached else { return }
        await withCheckedContinuation { waiting.append($0) }
    }

    func open() {
        isOpen = true
        for continuation in arrived { continuation.resume() }
        arrived = []
    }
}
