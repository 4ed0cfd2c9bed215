import Foundation
import TestSupport
import Testing

@testable import Postgres

@Suite("Failures, against servers of their own", .timeLimit(.minutes(3)))
struct FailureTests {
    @Test("a connection killed mid-flight fails what was sent, keeps what waits, and comes back")
    func killedMidFlight() async throws {
        try await withFreshClient({ $0.readLanes = 1 }) { client in
            let running = Task { await failure { _ = try await client.query("SELECT pg_sleep(600)") } }
            try await eventually { try await client.withLease { try await $0.query(Self.sleeping)[0].int8(0) } == 1 }
            _ = try await client.withLease { try await $0.query(Self.killSleepers) }
            let error = await running.value
            #expect(error?.code == .connectionLost && error?.wasSent == true, "\(String(describing: error))")
            let rows = try await client.query("SELECT 1::int8")
            #expect(try rows[0].int8(0) == 1)
        }
    }

    @Test("a lease killed mid-flight fails its statement; the next one is another connection")
    func killedLease() async throws {
        try await withFreshClient({ $0.leases = 1 }) { client in
            let running = Task {
                await failure {
                    try await client.withLease { lease in
                        try await lease.transaction { _ = try await lease.query("SELECT pg_sleep(600)") }
                    }
                }
            }
            try await eventually { try await client.query(Self.sleeping)[0].int8(0) == 1 }
            _ = try await client.query(Self.killSleepers)
            let error = await running.value
            #expect(error?.code == .connectionLost && error?.wasSent == true)
            let rows = try await client.withLease { try await $0.query("SELECT 1") }
            #expect(rows.count == 1)
        }
    }

    @Test("a COPY killed mid-flight fails in both directions")
    func killedCopy() async throws {
        try await withFreshClient { client in
            _ = try await client.query("CREATE TABLE t (s text)")
            let outward = await failure {
                try await client.withLease { lease in
                    try await lease.copyOut("COPY (SELECT generate_series(1, 100000000)) TO STDOUT") { _ in
                        _ = try await client.query(Self.killCopies)
                    }
                }
            }
            #expect(outward?.code == .connectionLost && outward?.wasSent == true, "\(String(describing: outward))")
            let inward = await failure {
                try await client.withLease { lease in
                    _ = try await lease.copyIn("COPY t FROM STDIN") { writer in
                        try await writer.write(Array("before\n".utf8))
                        try await writer.flush()
                        _ = try await client.query(Self.killCopies)
                        // The kill may take a while to be seen; the end of the COPY sees it at the latest.
                        for _ in 0..<100 { try await writer.write([UInt8](repeating: 10, count: 200_000)) }
                    }
                }
            }
            #expect(inward?.code == .connectionLost && inward?.wasSent == true, "\(String(describing: inward))")
        }
    }

    @Test("after a restart of the server everything serves again, and what waited ran")
    func restart() async throws {
        let server = try await ThrowawayPostgres.start()
        try await withClient(try await server.freshDatabase()) { client in
            _ = try await client.query("CREATE TABLE t (n int8)")
            try await client.withLease { _ = try await $0.query("SELECT 1") }
            var heard = client.listen("c").makeAsyncIterator()
            #expect(await heard.next() == "")
            try await server.stop()
            try await eventually { !client.isConnected }
            async let waiting = client.query("SELECT 5::int8")
            async let lease = client.withLease { try await $0.query("SELECT 6::int8") }
            try await eventually { client.statistics.lanes.contains { $0.depth == 1 } }
            try await server.restart()
            #expect(try await waiting[0].int8(0) == 5)
            #expect(try await lease[0].int8(0) == 6)
            #expect(await heard.next() == "")
            try await eventually { client.isConnected }
        }
        try await server.stop()
    }

    @Test("what waits longer than allowed for a lost server fails, unsent")
    func waitsTooLong() async throws {
        let server = try await ThrowawayPostgres.start()
        let url = try await server.freshDatabase()
        try await withClient(url, { $0.acquireTimeout = .milliseconds(300) }) { client in
            try await server.stop()
            try await eventually { !client.isConnected }
            let onLane = await failure { _ = try await client.query("SELECT 1") }
            #expect(onLane?.code == .timeout && onLane?.wasSent == false)
            let onLease = await failure { try await client.withLease { _ in } }
            #expect(onLease?.code == .connectionFailed && onLease?.wasSent == false)
        }
    }

    @Test("start() fails clearly when nobody listens, and may be tried again")
    func startFails() async throws {
        let server = try await ThrowawayPostgres.start()
        let url = try await server.freshDatabase()
        try await server.stop()
        let client = PostgresClient(configuration: .init(url: url), logger: quietLogger)
        let error = await failure { try await client.start() }
        #expect(error?.code == .connectionFailed && error?.wasSent == false)
        #expect(error?.message.isEmpty == false)
        #expect(await failure { _ = try await client.query("SELECT 1") }?.code == .closed)
        try await server.restart()
        try await client.start()
        let rows = try await client.query("SELECT 1")
        #expect(rows.count == 1)
        await client.shutdown()
        try await server.stop()
    }

    @Test("a connection string that cannot be read is not repeated in the error")
    func malformedURL() async throws {
        let url = "postgresql://user:secret@[::1/db"
        let client = PostgresClient(configuration: .init(url: url), logger: quietLogger)
        let error = await failure { try await client.start() }
        #expect(error?.code == .connectionFailed)
        #expect(!String(describing: error).contains("secret"))
    }

    @Test("shutdown finishes what was taken, refuses what comes, and may be called twice")
    func shutdown() async throws {
        let url = try await ThrowawayPostgres.shared().freshDatabase()
        let locked: PostgresStatement = "SELECT 1::int8 FROM pg_advisory_lock_shared(7)"
        let client = PostgresClient(configuration: .init(url: url), logger: quietLogger)
        try await client.start()
        try await withClient(url) { blocker in
            try await blocker.withLease { lock in
                _ = try await lock.query("SELECT pg_advisory_lock(7)")
                async let running = client.query(locked)
                async let leased = client.withLease { try await $0.query(locked) }
                try await eventually {
                    client.statistics.lanes.contains { $0.depth == 1 } && client.statistics.heldLeases == 1
                }
                async let stopped: Void = client.shutdown()
                try await eventually { await failure { _ = try await client.query("SELECT 1") }?.code == .closed }
                _ = try await lock.query("SELECT pg_advisory_unlock(7)")
                #expect(try await running.count == 1)
                #expect(try await leased.count == 1)
                await stopped
            }
        }
        await client.shutdown()
        #expect(await failure { try await client.withLease { _ in } }?.code == .closed)
        #expect(await failure { try await client.start() }?.code == .closed)
        #expect(!client.isConnected)
    }

    private static let sleeping: PostgresStatement = """
        SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()
        """
    private static let killSleepers: PostgresStatement = """
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE wait_event = 'PgSleep' AND datname = current_database()
        """
    private static let killCopies: PostgresStatement = """
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE query LIKE 'COPY %' AND datname = current_database()
        """
}
