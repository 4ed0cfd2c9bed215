import Testing

@testable import Postgres

@Suite("Queries on lanes, against a server", .timeLimit(.minutes(2)))
struct QueryTests {
    @Test("rows come back in order and know their number")
    func rows() async throws {
        try await withFreshClient { client in
            let rows = try await client.query("SELECT n FROM generate_series(1, $1::int8) n", [.int8(1000)])
            #expect(rows.count == 1000 && rows.affected == 1000 && rows.columnCount == 1)
            #expect(try rows.map { try $0.int8(0) } == Array(1...1000))
        }
    }

    @Test("an error of one statement neither fails nor repeats its neighbours")
    func isolation() async throws {
        try await withFreshClient({ $0.readLanes = 1 }) { client in
            _ = try await client.query("CREATE TABLE t (n int8)")
            let outcomes = await withTaskGroup(of: (Int, PostgresError?).self) { group in
                for number in 0..<200 {
                    group.addTask {
                        let error = await failure {
                            _ = try await client.query(
                                "INSERT INTO t SELECT $1::int8 / ($1::int8 % 3)", [.int8(Int64(number))])
                        }
                        return (number, error)
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            for (number, error) in outcomes {
                #expect((error?.sqlState == "22012") == (number % 3 == 0), "\(number): \(String(describing: error))")
            }
            let count = try await client.query("SELECT count(*), count(DISTINCT n) FROM t")[0]
            #expect(try count.int8(0) == 133)
        }
    }

    @Test("statements that lock rows in each other's way never wait for each other in a circle")
    func locks() async throws {
        try await withFreshClient({ $0.readLanes = 2 }) { client in
            _ = try await client.query("CREATE TABLE t (n int8 PRIMARY KEY, times int8)")
            _ = try await client.query("INSERT INTO t SELECT n, 0 FROM generate_series(0, 9) n")
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<40 {
                    // In both directions at once, and slowly.
                    let row = number % 2 == 0 ? number / 2 % 10 : 9 - number / 2 % 10
                    group.addTask {
                        _ = try await client.query(
                            "UPDATE t SET times = times + 1 WHERE n = $1 AND pg_sleep(0.005) IS NOT NULL",
                            [.int8(Int64(row))])
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await client.query("SELECT sum(times)::int8 FROM t")[0].int8(0) == 40)
        }
        #expect(PostgresStatement("UPDATE t SET n = 1").locksRows && !PostgresStatement("SELECT 1").locksRows)
        #expect(PostgresStatement("SELECT take()", locksRows: true).locksRows)
    }

    @Test("an error carries SQLSTATE, statement and constraint, and neither DETAIL nor parameters")
    func errors() async throws {
        try await withFreshClient { client in
            _ = try await client.query("CREATE TABLE t (n int8 CONSTRAINT positive CHECK (n > 0), s text UNIQUE)")
            let check = await failure { _ = try await client.query("INSERT INTO t VALUES ($1)", [.int8(-4711)]) }
            #expect(check?.code == .server && check?.sqlState == "23514" && check?.constraint == "positive")
            #expect(check?.wasSent == true && check?.statement == "INSERT INTO t VALUES ($1)")
            _ = try await client.query("INSERT INTO t VALUES (1, 'secret')")
            let unique = await failure { _ = try await client.query("INSERT INTO t VALUES (1, 'secret')") }
            #expect(unique?.sqlState == "23505" && unique?.table == "t")
            #expect(!"\(String(describing: check))".contains("4711"))
            #expect(unique.map { !"\($0.message)\($0.hint ?? "")".contains("secret") } == true)
            let syntax = await failure { _ = try await client.query("SELEC 1") }
            #expect(syntax?.sqlState == "42601")
            #expect(try await client.query("SELECT 1").count == 1)
        }
    }

    @Test("an error at commit reaches the statement, and only it")
    func deferredConstraint() async throws {
        try await withFreshClient({ $0.readLanes = 1 }) { client in
            _ = try await client.query("CREATE TABLE p (n int8 PRIMARY KEY)")
            _ = try await client.query("CREATE TABLE c (n int8 REFERENCES p DEFERRABLE INITIALLY DEFERRED)")
            async let bad = failure { _ = try await client.query("INSERT INTO c VALUES (1)") }
            async let good = client.query("SELECT 7::int8")
            #expect(await bad?.sqlState == "23503")
            #expect(try await good[0].int8(0) == 7)
            #expect(try await client.query("SELECT count(*) FROM c")[0].int8(0) == 0)
        }
    }

    @Test("a statement whose plan became stale is prepared anew and run once")
    func stalePlan() async throws {
        try await withFreshClient({ $0.readLanes = 1 }) { client in
            _ = try await client.query("CREATE TABLE t AS SELECT 1::int4 AS n")
            #expect(try await client.query("SELECT * FROM t")[0].int4(0) == 1)
            _ = try await client.query("ALTER TABLE t ALTER n TYPE text")
            #expect(try await client.query("SELECT * FROM t")[0].text(0) == "1")
            _ = try await client.query("DEALLOCATE ALL")
            #expect(try await client.query("SELECT * FROM t")[0].text(0) == "1")
        }
    }

    @Test("a statement that could not be prepared can be, once its table exists")
    func failedPrepare() async throws {
        try await withFreshClient({ $0.readLanes = 1 }) { client in
            async let first = failure { _ = try await client.query("SELECT * FROM later") }
            async let second = failure { _ = try await client.query("SELECT * FROM later") }
            #expect(await first?.sqlState == "42P01")
            #expect(await second?.sqlState == "42P01")
            _ = try await client.query("CREATE TABLE later AS SELECT 5::int8 AS n")
            #expect(try await client.query("SELECT * FROM later")[0].int8(0) == 5)
        }
    }

    @Test("more texts than a connection prepares still run")
    func manyTexts() async throws {
        try await withFreshClient({ $0.readLanes = 1 }) { client in
            for number in 0..<600 {
                let rows = try await client.query(.init("SELECT \(number)::int8"))
                #expect(try rows[0].int8(0) == Int64(number))
            }
            #expect(try await client.query("SELECT count(*) FROM pg_prepared_statements")[0].int8(0) == 500)
        }
    }

    @Test("COPY as a query is an error, and the lane comes back")
    func copyAsQuery() async throws {
        try await withFreshClient({ $0.readLanes = 1 }) { client in
            let error = await failure { _ = try await client.query("COPY (SELECT 1) TO STDOUT") }
            #expect(error?.code == .protocolViolation)
            let rows = try await client.query("SELECT 1")
            #expect(rows.count == 1)
        }
    }

    @Test("large parameters and large results pipelined at once do not block each other")
    func fullBuffers() async throws {
        try await withFreshClient({ $0.readLanes = 1 }) { client in
            let text = String(repeating: "x", count: 1_000_000)
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<64 {
                    group.addTask { try await client.query("SELECT $1 || $1", [.text(text)])[0].bytes(0).count }
                }
                for try await length in group { #expect(length == 2_000_000) }
            }
        }
    }

    @Test("10,000 queries at once are all answered, each with its own rows")
    func tenThousand() async throws {
        try await withFreshClient { client in
            let sum = try await withThrowingTaskGroup(of: Int64.self) { group in
                for number in 0..<10_000 {
                    group.addTask { try await client.query("SELECT $1::int8", [.int8(Int64(number))])[0].int8(0) }
                }
                return try await group.reduce(into: Set<Int64>()) { $0.insert($1) }
            }
            #expect(sum.count == 10_000)
            #expect(client.statistics.lanes.allSatisfy { $0.depth == 0 })
        }
    }

    @Test("a full queue refuses at once and unsent")
    func queueFull() async throws {
        try await withFreshClient({
            $0.readLanes = 1
            $0.queueLimit = 4
        }) { client in
            let errors = await withTaskGroup(of: PostgresError?.self) { group in
                for _ in 0..<12 {
                    group.addTask { await failure { _ = try await client.query("SELECT pg_sleep(0.5)") } }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            let full = errors.compactMap { $0 }
            #expect(!full.isEmpty && full.allSatisfy { $0.code == .queueFull && !$0.wasSent })
            let rows = try await client.query("SELECT 1")
            #expect(rows.count == 1)
        }
    }
}
