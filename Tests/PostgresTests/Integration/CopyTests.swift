import Foundation
import Testing

@testable import Postgres

@Suite("COPY, against a server", .timeLimit(.minutes(3)), .serialized)
struct CopyTests {
    private struct Enough: Error {}

    @Test("rows copied out and in are the same rows")
    func roundTrip() async throws {
        try await withFreshClient { client in
            try await client.withLease { lease in
                try await lease.execute(
                    """
                    CREATE TABLE a AS SELECT n, repeat('x', n % 100) AS s FROM generate_series(1, 5000) n;
                    CREATE TABLE b (LIKE a)
                    """)
                var bytes: [UInt8] = []
                try await lease.copyOut("COPY a TO STDOUT (FORMAT binary)") { bytes += $0 }
                let copied = bytes
                let count = try await lease.copyIn("COPY b FROM STDIN (FORMAT binary)") { writer in
                    for start in stride(from: 0, to: copied.count, by: 777) {
                        try await writer.write(Array(copied[start..<min(start + 777, copied.count)]))
                    }
                }
                #expect(count == 5000)
                let rows = try await lease.query("SELECT count(*) FROM (TABLE a EXCEPT TABLE b) d")
                #expect(try rows[0].int8(0) == 0)
            }
        }
    }

    @Test("rows of values come out of the table as they went in, NULLs and all")
    func rows() async throws {
        try await withFreshClient { client in
            try await client.withLease { lease in
                try await lease.execute("CREATE TABLE t (n int8, b bytea, u uuid, at timestamptz, s text)")
                let rows: [[PostgresValue]] = (0..<Int64(3_000)).map { number in
                    let id = UUID(uuid: (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, UInt8(number % 251)))
                    return [
                        .int8(number), number % 3 == 0 ? .null : .bytea([UInt8](repeating: 7, count: Int(number % 90))),
                        .uuid(id), .timestamptz(number * 1_000_003), .text("\(number)"),
                    ]
                }
                #expect(try await lease.copyRows(into: "t (n, b, u, at, s)", rows) == 3_000)
                let read = try await lease.query("SELECT n, b, u, at, s FROM t ORDER BY n")
                #expect(read.count == 3_000)
                for (row, values) in zip(read, rows) {
                    let bytes = try row.optionalBytes(1)
                    #expect(
                        [
                            .int8(try row.int8(0)), bytes.map { .bytea($0) } ?? .null, .uuid(try row.uuid(2)),
                            .timestamptz(try row.timestamptz(3)), .text(try row.text(4)),
                        ] == values)
                }
                let wrong = await failure { try await lease.copyRows(into: "t (n)", [[.int4(1)]]) }
                #expect(wrong?.code == .server)
                #expect(try await lease.copyRows(into: "t (n)", [[PostgresValue]]()) == 0)
            }
        }
    }

    @Test("200 MB go out and in, in constant memory")
    func constantMemory() async throws {
        let rowCount: Int64 = 200_000
        try await withFreshClient { client in
            try await client.withLease { lease in
                try await lease.execute("CREATE UNLOGGED TABLE big (s text); ALTER TABLE big ALTER s SET STORAGE plain")
                // Warm, so that what the process keeps for good is not counted.
                try await lease.copyOut("COPY (SELECT repeat('x', 1000) FROM generate_series(1, 1000)) TO STDOUT") {
                    _ in
                }
                let before = residentBytes()
                var highest = before
                let line = [UInt8](repeating: 120, count: 1000) + [10]
                let block = Array(repeatElement(line, count: 100).joined())
                let written = try await lease.copyIn("COPY big FROM STDIN") { writer in
                    for _ in 0..<(rowCount / 100) {
                        try await writer.write(block)
                        highest = max(highest, residentBytes())
                    }
                }
                #expect(written == Int(rowCount))
                var length = 0
                try await lease.copyOut("COPY big TO STDOUT") { chunk in
                    length += chunk.count
                    highest = max(highest, residentBytes())
                }
                #expect(length == Int(rowCount) * 1001)
                #expect(highest - before < 32_000_000, "grew by \(highest - before) bytes")
            }
        }
    }

    @Test("a slow reader makes the server wait")
    func slowReader() async throws {
        try await withFreshClient { client in
            try await client.withLease { lease in
                var chunks = 0
                try await lease.copyOut("COPY (SELECT repeat('y', 1000) FROM generate_series(1, 20000)) TO STDOUT") {
                    _ in
                    chunks += 1
                    guard chunks == 1 else { return }
                    let waiting: PostgresStatement = """
                        SELECT count(*) FROM pg_stat_activity
                        WHERE wait_event = 'ClientWrite' AND datname = current_database()
                        """
                    try await eventually { try await client.query(waiting)[0].int8(0) == 1 }
                }
                #expect(chunks > 1)
            }
        }
    }

    @Test("a reader that throws ends the COPY, and the connection serves on")
    func readerThrows() async throws {
        try await withFreshClient { client in
            try await client.withLease { lease in
                await #expect(throws: Enough.self) {
                    try await lease.copyOut("COPY (SELECT generate_series(1, 100000000)) TO STDOUT") { _ in
                        throw Enough()
                    }
                }
                let rows = try await lease.query("SELECT 1")
                #expect(rows.count == 1)
            }
        }
    }

    @Test("a writer that throws leaves no rows, and the connection serves on")
    func writerThrows() async throws {
        try await withFreshClient { client in
            try await client.withLease { lease in
                try await lease.execute("CREATE TABLE t (n int8)")
                await #expect(throws: Enough.self) {
                    try await lease.copyIn("COPY t FROM STDIN") { writer in
                        try await writer.write(Array("1\n2\n".utf8))
                        throw Enough()
                    }
                }
                let rows = try await lease.query("SELECT count(*) FROM t")
                #expect(try rows[0].int8(0) == 0)
            }
        }
    }

    @Test("what the server refuses is an error: a missing table, a wrong row, something that is no COPY")
    func refusals() async throws {
        try await withFreshClient { client in
            try await client.withLease { lease in
                let missing = await failure { try await lease.copyOut("COPY missing TO STDOUT") { _ in } }
                #expect(missing?.sqlState == "42P01")
                let absent = await failure { try await lease.copyIn("COPY missing FROM STDIN") { _ in } }
                #expect(absent?.sqlState == "42P01")
                try await lease.execute("CREATE TABLE t (n int8)")
                let wrong = await failure {
                    try await lease.copyIn("COPY t FROM STDIN") { try await $0.write(Array("no number\n".utf8)) }
                }
                #expect(wrong?.sqlState == "22P02" && wrong?.statement == "COPY t FROM STDIN")
                let late = await failure {
                    try await lease.copyOut("COPY (SELECT 1 / (n - 5) FROM generate_series(1, 9) n) TO STDOUT") { _ in }
                }
                #expect(late?.sqlState == "22012")
                let empty = try await lease.copyIn("COPY t FROM STDIN") { _ in }
                #expect(empty == 0)
            }
            let noCopy = await failure { try await client.withLease { try await $0.copyOut("SELECT 1") { _ in } } }
            #expect(noCopy?.code == .protocolViolation)
        }
    }

    @Test("cancelling the task ends a COPY out that waits for the server")
    func cancelledCopy() async throws {
        try await withFreshClient { client in
            let task = Task {
                await failure {
                    try await client.withLease { lease in
                        try await lease.copyOut("COPY (SELECT pg_sleep(600)) TO STDOUT") { _ in }
                    }
                }
            }
            let sleeping: PostgresStatement = """
                SELECT count(*) FROM pg_stat_activity
                WHERE wait_event = 'PgSleep' AND datname = current_database()
                """
            try await eventually { try await client.query(sleeping)[0].int8(0) == 1 }
            task.cancel()
            #expect(await task.value?.code == .cancelled)
        }
    }

    /// What the process holds in memory, by /proc.
    private func residentBytes() -> Int {
        let fields = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(separator: " ") ?? []
        return (fields.count > 1 ? Int(fields[1]) ?? 0 : 0) * 4096
    }
}
