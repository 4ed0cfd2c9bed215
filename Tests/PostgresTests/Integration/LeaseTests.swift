import Testing

@testable import Postgres

@Suite("Leases, against a server", .timeLimit(.minutes(2)))
struct LeaseTests {
    private struct Mistake: Error {}

    @Test("a transaction commits when its body returns and rolls back when it throws")
    func transactions() async throws {
        try await withFreshClient { client in
            _ = try await client.query("CREATE TABLE t (n int8)")
            try await client.withLease { lease in
                try await lease.transaction { _ = try await lease.query("INSERT INTO t VALUES (1)") }
                await #expect(throws: Mistake.self) {
                    try await lease.transaction {
                        _ = try await lease.query("INSERT INTO t VALUES (2)")
                        throw Mistake()
                    }
                }
                try await lease.transaction { _ = try await lease.query("INSERT INTO t VALUES (3)") }
            }
            let rows = try await client.query("SELECT n FROM t ORDER BY n")
            #expect(try rows.map { try $0.int8(0) } == [1, 3])
        }
    }

    @Test("a body that swallows a failed statement learns that nothing was committed")
    func swallowedFailure() async throws {
        try await withFreshClient { client in
            let error = await failure {
                try await client.withLease { lease in
                    try await lease.transaction { _ = try? await lease.query("SELECT 1 / 0") }
                }
            }
            #expect(error?.sqlState == "25P02")
        }
    }

    @Test("settings are put back, whatever they were and however the body ends", arguments: [0, 1, 2, 3])
    func settings(ending: Int) async throws {
        try await withFreshClient { client in
            try await client.withLease { lease in
                try await lease.execute("SET enable_sort = off; SET application_name = 'it''s mine'")
                let run = Task {
                    try await lease.setting(["enable_sort": "on", "enable_seqscan": "off", "application_name": "other"])
                    {
                        let inside = try await lease.query("SELECT current_setting('enable_seqscan')")[0].text(0)
                        #expect(inside == "off")
                        switch ending {
                        case 1: throw Mistake()
                        case 2: withUnsafeCurrentTask { $0?.cancel() }
                        case 3: try await lease.transaction { _ = try await lease.query("SELECT 1 / 0") }
                        default: break
                        }
                    }
                }
                _ = await run.result
                let row = try await lease.query(
                    """
                    SELECT current_setting('enable_sort'), current_setting('enable_seqscan'),
                           current_setting('application_name')
                    """)[0]
                #expect(try [row.text(0), row.text(1), row.text(2)] == ["off", "on", "it's mine"])
            }
        }
    }

    @Test("a lock that is held refuses the next one, and is let go however the body ends", arguments: [0, 1, 2])
    func advisoryLocks(ending: Int) async throws {
        try await withFreshClient { client in
            try await client.withLease { lease in
                let run = Task {
                    try await lease.holding(7, else: Mistake()) {
                        let error = await #expect(throws: Mistake.self) {
                            try await client.withLease { other in try await other.holding(7, else: Mistake()) {} }
                        }
                        #expect(error != nil)
                        switch ending {
                        case 1: throw Mistake()
                        case 2: withUnsafeCurrentTask { $0?.cancel() }
                        default: break
                        }
                    }
                }
                _ = await run.result
                let held = try await lease.query(
                    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()")
                #expect(try held[0].int8(0) == 0)
            }
        }
    }

    @Test("a script runs all its statements, and none of them when one fails")
    func scripts() async throws {
        try await withFreshClient { client in
            try await client.withLease { lease in
                try await lease.execute("CREATE TABLE a (n int8); INSERT INTO a VALUES (1); INSERT INTO a VALUES (2)")
                let error = await failure { try await lease.execute("INSERT INTO a VALUES (3); SELECT 1 / 0") }
                #expect(error?.sqlState == "22012")
                let rows = try await lease.query("SELECT count(*) FROM a")
                #expect(try rows[0].int8(0) == 2)
                let copy = await failure { try await lease.execute("COPY a FROM STDIN") }
                #expect(copy?.code == .protocolViolation)
            }
        }
    }

    @Test("a connection left in a transaction is not handed on")
    func leftInTransaction() async throws {
        try await withFreshClient({ $0.leases = 1 }) { client in
            _ = try await client.query("CREATE TABLE t (n int8)")
            let first = try await client.withLease { lease in
                _ = try await lease.query("BEGIN")
                _ = try await lease.query("INSERT INTO t VALUES (1)")
                return try await lease.query("SELECT pg_backend_pid()")[0].int4(0)
            }
            let second = try await client.withLease { try await $0.query("SELECT pg_backend_pid()")[0].int4(0) }
            let third = try await client.withLease { try await $0.query("SELECT pg_backend_pid()")[0].int4(0) }
            let count = try await client.query("SELECT count(*) FROM t")
            #expect(first != second && second == third)
            #expect(try count[0].int8(0) == 0)
        }
    }

    @Test("callers beyond the number of leases wait, and each gets one")
    func waiting() async throws {
        try await withFreshClient({ $0.leases = 2 }) { client in
            let pids = try await withThrowingTaskGroup(of: Int32.self) { group in
                for _ in 0..<50 {
                    group.addTask {
                        try await client.withLease { try await $0.query("SELECT pg_backend_pid()")[0].int4(0) }
                    }
                }
                return try await group.reduce(into: Set<Int32>()) { $0.insert($1) }
            }
            #expect(pids.count <= 2)
            let statistics = client.statistics
            #expect(statistics.leaseWaiters == 0 && statistics.heldLeases + statistics.idleLeases <= 2)
        }
    }

    @Test("a caller for whom no lease becomes free gets a timeout, unsent")
    func acquireTimeout() async throws {
        try await withFreshClient({
            $0.leases = 1
            $0.acquireTimeout = .milliseconds(100)
        }) { client in
            // Connecting may take longer than that on a busy machine; an open lease is granted at once.
            try await eventually { (try? await client.withLease { _ in true }) ?? false }
            try await client.withLease { _ in
                let error = await failure { try await client.withLease { _ in } }
                #expect(error?.code == .timeout && error?.wasSent == false)
            }
        }
    }

    @Test("a lease that has ended refuses to work")
    func ended() async throws {
        try await withFreshClient { client in
            let escaped = try await client.withLease { $0 }
            let error = await failure { _ = try await escaped.query("SELECT 1") }
            #expect(error?.code == .closed && error?.wasSent == false)
        }
    }

    @Test("cancelling the task stops the statement on the server")
    func taskCancellation() async throws {
        try await withFreshClient { client in
            let task = Task {
                await failure { try await client.withLease { _ = try await $0.query("SELECT pg_sleep(600)") } }
            }
            try await eventually { try await sleepers(client) == 1 }
            task.cancel()
            let error = await task.value
            #expect(error?.code == .cancelled && error?.wasSent == true)
            try await eventually { try await sleepers(client) == 0 }
        }
    }

    @Test("cancel() stops the statement from elsewhere")
    func explicitCancel() async throws {
        try await withFreshClient { client in
            try await client.withLease { lease in
                async let error = failure { _ = try await lease.query("SELECT pg_sleep(600)") }
                try await eventually { try await sleepers(client) == 1 }
                lease.cancel()
                #expect(await error?.code == .cancelled)
                let rows = try await lease.query("SELECT 1::int8")
                #expect(rows.count == 1)
            }
        }
    }

    @Test("a statement over the timeout is stopped, on a lease and on a lane; scripts are exempt")
    func statementTimeout() async throws {
        try await withFreshClient({ $0.statementTimeout = .milliseconds(200) }) { client in
            let onLane = await failure { _ = try await client.query("SELECT pg_sleep(600)") }
            #expect(onLane?.code == .timeout && onLane?.wasSent == true)
            try await client.withLease { lease in
                let onLease = await failure { _ = try await lease.query("SELECT pg_sleep(600)") }
                #expect(onLease?.code == .timeout && onLease?.wasSent == true)
            }
            try await client.withLease { try await $0.execute("SELECT pg_sleep(0.5)") }
        }
    }

    @Test("a cancelled query that waits is removed; one that runs lets its caller go")
    func laneCancellation() async throws {
        try await withFreshClient({ $0.readLanes = 1 }) { client in
            let task = Task { await failure { _ = try await client.query("SELECT pg_sleep(600)") } }
            try await eventually { try await client.withLease { try await sleepers($0) } == 1 }
            let waiting = Task { await failure { _ = try await client.query("SELECT 1") } }
            task.cancel()
            let error = await task.value
            #expect(error?.code == .cancelled && error?.wasSent == true)
            _ = try await client.withLease { try await $0.query(Self.stopSleepers) }
            #expect(await waiting.value == nil)
            let rows = try await client.query("SELECT 1")
            #expect(rows.count == 1)
        }
    }

    private func sleepers(_ client: PostgresClient) async throws -> Int64 {
        try await client.query(Self.sleeping)[0].int8(0)
    }

    private func sleepers(_ lease: PostgresLease) async throws -> Int64 {
        try await lease.query(Self.sleeping)[0].int8(0)
    }

    private static let stopSleepers: PostgresStatement = """
        SELECT pg_cancel_backend(pid) FROM pg_stat_activity
        WHERE wait_event = 'PgSleep' AND datname = current_database()
        """

    private static let sleeping: PostgresStatement = """
        SELECT count(*) FROM pg_stat_activity
        WHERE wait_event = 'PgSleep' AND datname = current_database()
        """
}
