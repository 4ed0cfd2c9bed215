import Foundation
import Postgres
import Synchronization
import TestSupport
import Testing

@testable import EventLog

@Suite("closing events")
struct CloseTests {
    /// A moment after ``LogFixture/now``, at which nothing in a fixture's log was recorded any more.
    private static let later = LogFixture.now + 1

    @discardableResult
    private func close(
        _ fixture: LogFixture, before micros: Int64 = later, page: Int = 10_000, tablespace: String? = nil
    ) async throws -> LogClosing {
        try await fixture.client.withLease { lease in
            try await LogCloser(log: fixture.log, page: page).close(before: micros, tablespace: tablespace, on: lease)
        }
    }

    @Test("what is closed is read, verified and copied out as before, and the log goes on", arguments: [1, 7, 10_000])
    func same(page: Int) async throws {
        try await LogFixture.with { fixture in
            let (stream, other) = (UUID(), UUID())
            _ = try await fixture.append(
                .some(3, to: stream, key: [1], subject: [7], state: [1]), .some(2, to: other, key: [2]))
            let before = try await everything(fixture)
            #expect(try await close(fixture, page: page) == LogClosing(moved: 5, closed: 5, open: 0))
            #expect(try await fixture.number("SELECT count(*) FROM ONLY treue.event") == 0)
            #expect(try await everything(fixture) == before)
            try await fixture.expectWhole()
            let outcomes = try await fixture.append(.some(2, to: stream, after: 3, subject: [8], state: [2]))
            #expect(outcomes.allSatisfy { $0.isAppended })
            let wanted = [StreamSubject(stream: stream, subject: [7]), StreamSubject(stream: stream, subject: [8])]
            let about = try await fixture.log.events(about: wanted, on: fixture.client)
            #expect(about[stream]?.map(\.version) == [1, 2, 3, 4, 5])
            #expect(try await close(fixture, page: page) == LogClosing(moved: 2, closed: 7, open: 0))
            #expect(try await close(fixture, page: page).moved == 0)
            try await fixture.expectWhole()
        }
    }

    @Test("a key, a version and a subject of closed events are found", arguments: [false, true])
    func refused(together: Bool) async throws {
        try await LogFixture.with { fixture in
            let stream = UUID()
            _ = try await fixture.append(.some(2, to: stream, key: [1], subject: [7], state: [1]))
            try await close(fixture)
            // The lone one has a function of its own.
            func outcome(_ append: StreamAppend) async throws -> AppendOutcome {
                together
                    ? try await fixture.append(append, .some(1, to: UUID()))[0] : try await fixture.append(append)[0]
            }
            guard case .refused(.key([1], let by)) = try await outcome(.some(1, to: UUID(), key: [1])) else {
                Issue.record("a key was taken twice")
                return
            }
            #expect(by.stream == stream && by.version == 1 && by.contentHash == [1, 2, 3])
            #expect(try await outcome(.some(1, to: stream, after: 1)) == .refused(.version(current: 2)))
            #expect(try await outcome(.some(1, to: stream)) == .refused(.version(current: 2)))
            guard case .refused(.subject) = try await outcome(.some(1, to: stream, after: 2, subject: [7], isNew: true))
            else {
                Issue.record("a subject was new twice")
                return
            }
            #expect(try await outcome(.some(1, to: stream, after: 2, subject: [8], isNew: true)).isAppended)
        }
    }

    @Test("of each partition its beginning is closed, up to the first event that is too young")
    func beginning() async throws {
        try await LogFixture.with { fixture in
            let stream = UUID()
            let partition = fixture.log.partition(of: stream)
            for (version, recorded) in [10, 20, 40, 30, 50].enumerated() {
                let append = StreamAppend.some(1, to: stream, after: Int64(version))
                _ = try await fixture.log.append([append], recordedAtMicros: Int64(recorded), on: fixture.client)
            }
            #expect(try await close(fixture, before: 10).moved == 0)
            #expect(try await close(fixture, before: 35) == LogClosing(moved: 2, closed: 2, open: 3))
            #expect(
                try await fixture.number(
                    "SELECT max(position) FROM treue.event_closed WHERE partition = \(partition)") == 2)
            #expect(try await close(fixture, before: 50).moved == 2)
            try await fixture.expectWhole()
        }
    }

    @Test("nobody deletes an event that is not closed, nor one that is, a superuser no more than the owner")
    func kept() async throws {
        try await LogFixture.with { fixture in
            _ = try await fixture.append(.some(2, to: UUID()))
            let superuser = fixture.postgres.superuserURL(for: fixture.url)
            var isClosed = false
            func refused(_ sql: String) async throws {
                let words = await #expect(throws: (any Error).self, "\(sql)") {
                    _ = try await fixture.postgres.query(sql, at: superuser)
                }
                let isMissing = sql.contains("event_closed") && !isClosed
                #expect("\(words, default: "")".contains(isMissing ? "does not exist" : "its rows are final"), "\(sql)")
                let own = await #expect(throws: PostgresError.self, "\(sql)") {
                    _ = try await fixture.client.query(PostgresStatement(sql))
                }
                #expect(own?.sqlState == "42501" || own?.sqlState == "42P01")
            }
            for _ in 1...2 {
                try await refused("DELETE FROM treue.event")
                try await refused("DELETE FROM ONLY treue.event WHERE version = 2")
                try await refused("UPDATE treue.event SET version = 3")
                try await refused("TRUNCATE treue.event")
                try await refused("DELETE FROM treue.event_closed")
                try await refused("UPDATE treue.event_closed SET version = 3")
                try await refused("TRUNCATE treue.event_closed")
                try await close(fixture)
                isClosed = true
                _ = try await fixture.append(.some(2, to: UUID()))
            }
            #expect(try await fixture.number("SELECT count(*) FROM treue.event") == 6)
            try await fixture.expectWhole()
        }
    }

    @Test("who has been let delete, deletes nothing whose very bytes are not closed")
    func byteForByte() async throws {
        try await LogFixture.with { fixture in
            _ = try await fixture.append(.some(2, to: UUID()))
            try await close(fixture)
            _ = try await fixture.append(.some(2, to: UUID()))
            let columns = """
                position, version, occurred_at, recorded_at, partition, stream_id, stream_type, type, key, content_hash,
                subject, hash, metadata
                """
            let row = try await fixture.client.query("SELECT data::text FROM ONLY treue.event LIMIT 1")[0]
            let text = try row.text(0)
            for (data, isTaken) in [("{}", false), (text + " ", false), (text, true)] {
                let script = """
                    GRANT DELETE ON treue.event TO CURRENT_USER;
                    SET LOCAL treue.closing = 'on';
                    INSERT INTO treue.event_closed (\(columns), data)
                    SELECT \(columns), '\(data)' FROM ONLY treue.event WHERE data::text = '\(text)';
                    DELETE FROM ONLY treue.event WHERE data::text = '\(text)'
                    """
                try await fixture.client.withLease { lease in
                    let fault = await #expect(throws: (any Error).self) {
                        try await lease.transaction {
                            try await lease.execute(script)
                            throw CancellationError()
                        }
                    }
                    #expect((fault as? PostgresError)?.sqlState == (isTaken ? nil : "TR001"), "\(data)")
                }
            }
            try await fixture.expectWhole()
        }
    }

    @Test("the table of closed events has the settings, readers and locks of the other; nobody may delete afterwards")
    func likeTheOther() async throws {
        try await LogFixture.with { fixture in
            let role = "reader_\(UUID().uuidString.prefix(8).lowercased())"
            let superuser = fixture.postgres.superuserURL(for: fixture.url)
            _ = try await fixture.postgres.query(
                "CREATE ROLE \(role); GRANT SELECT ON treue.event TO \(role)", at: superuser)
            _ = try await fixture.append(.some(2, to: UUID()))
            try await close(fixture)
            let rows = try await fixture.client.query(
                PostgresStatement(
                    """
                    SELECT (SELECT reloptions FROM pg_class WHERE oid = 'treue.event'::regclass)
                           = (SELECT reloptions FROM pg_class WHERE oid = 'treue.event_closed'::regclass),
                           has_table_privilege('\(role)', 'treue.event_closed', 'SELECT'),
                           has_table_privilege('treue.event', 'DELETE') OR has_table_privilege('treue.event_closed', 'DELETE'),
                           (SELECT count(*) FROM pg_index WHERE indrelid = 'treue.event'::regclass)
                           = (SELECT count(*) FROM pg_index WHERE indrelid = 'treue.event_closed'::regclass)
                    """))
            #expect(try rows[0].bool(0) && rows[0].bool(1) && rows[0].bool(3))
            #expect(try rows[0].bool(2) == false)
            _ = try await fixture.postgres.query(
                "REVOKE ALL ON treue.event, treue.event_closed FROM \(role); DROP ROLE \(role)", at: superuser)
        }
    }

    @Test("who was reading before the table was there ends first", .timeLimit(.minutes(2)))
    func readersFirst() async throws {
        try await LogFixture.with { fixture in
            _ = try await fixture.append(.some(2, to: UUID()))
            try await fixture.client.withLease { lease in
                var closing: Task<LogClosing, any Error>?
                try await lease.transaction {
                    _ = try await lease.query("SELECT count(*) FROM treue.event")
                    closing = Task { try await close(fixture) }
                    try await fixture.postgres.untilAsked(
                        "virtualtransaction FROM pg_locks", times: 3, of: fixture.url)
                    #expect(try await fixture.number("SELECT count(*) FROM treue.event_closed") == 0)
                }
                #expect(try await closing?.value.moved == 2)
            }
        }
    }

    @Test("beside appends and readers nothing is seen twice, missed or refused")
    func beside() async throws {
        try await LogFixture.with(leases: 8) { fixture in
            let isDone = Done()
            let appended = try await withThrowingTaskGroup(of: Int64.self) { group in
                for _ in 0..<2 {
                    group.addTask {
                        var count: Int64 = 0
                        let stream = UUID()
                        for number in 0..<150 {
                            let key = [UInt8](stream.uuidString.utf8) + [UInt8(truncatingIfNeeded: number)]
                            let append = StreamAppend.some(
                                2, to: stream, after: Int64(number) * 2, key: key, state: [1])
                            let outcomes = try await fixture.append(append, .some(1, to: UUID()))
                            #expect(outcomes.allSatisfy { $0.isAppended })
                            count += 3
                            let read = try await fixture.log.events(of: stream, limit: 1_000, on: fixture.client)
                            #expect(read.map(\.version) == Array(1...Int64(number + 1) * 2))
                        }
                        isDone.state.withLock { $0 = true }
                        return count
                    }
                }
                for _ in 0..<2 {
                    group.addTask {
                        while !isDone.state.withLock({ $0 }) {
                            do { try await close(fixture, page: 3) } catch CloseFault.underway { await Task.yield() }
                        }
                        return 0
                    }
                }
                group.addTask {
                    while !isDone.state.withLock({ $0 }) {
                        let heads = try await fixture.log.heads(on: fixture.client).reduce(0) { $0 + $1.position }
                        #expect(try await fixture.number("SELECT count(*) FROM treue.event") >= heads)
                    }
                    return 0
                }
                return try await group.reduce(0, +)
            }
            #expect(try await fixture.number("SELECT count(*) FROM treue.event") == appended)
            try await fixture.expectWhole()
        }
    }

    @Test("closed events lie where they were told to, and a second place is refused in words")
    func tablespace() async throws {
        try await LogFixture.with { fixture in
            let name = "cold_\(UUID().uuidString.prefix(8).lowercased())"
            let superuser = fixture.postgres.superuserURL(for: fixture.url)
            _ = try await fixture.postgres.query(
                """
                SET allow_in_place_tablespaces = on;
                CREATE TABLESPACE \(name) LOCATION '';
                GRANT CREATE ON TABLESPACE \(name) TO PUBLIC
                """, at: superuser)
            _ = try await fixture.append(.some(2, to: UUID(), key: [1], subject: [7]))
            #expect(try await close(fixture, tablespace: name).moved == 2)
            let elsewhere = try await fixture.number(
                """
                SELECT count(*) FROM pg_class WHERE relname LIKE 'event\\_closed%' AND relkind IN ('r', 'i')
                   AND reltablespace = (SELECT oid FROM pg_tablespace WHERE spcname = '\(name)')
                """)
            #expect(elsewhere == 5)
            #expect(try await close(fixture).moved == 0)
            for (other, words) in [("pg_default", name), ("nowhere", "no tablespace nowhere")] {
                let fault = await #expect(throws: CloseFault.self) { try await close(fixture, tablespace: other) }
                #expect(fault?.description.contains(words) == true)
            }
            try await fixture.expectWhole()
            _ = try await fixture.postgres.query(
                "DROP TABLE treue.event_closed; DROP TABLESPACE \(name)", at: superuser)
        }
    }

    @Test("no reading and no append sorts or goes through a whole table")
    func plans() async throws {
        try await LogFixture.with { fixture in
            for _ in 0..<10 {
                let many = (0..<500).map { _ in StreamAppend.some(4, to: UUID(), subject: [9]) }
                _ = try await fixture.log.append(many, recordedAtMicros: LogFixture.now, on: fixture.client)
            }
            let size = "SELECT pg_relation_size('treue.event_partition_stream_id_version_key')"
            let before = try await fixture.number(size)
            try await close(fixture)
            // Its pages are not given back as long as one entry is left: it is made anew.
            #expect(try await fixture.number(size) * 10 < before)
            let stream = UUID()
            _ = try await fixture.append(.some(2, to: stream, key: [1], subject: [7], state: [1]))
            try await fixture.client.withLease { lease in
                for share in StreamShare.all(3) + StreamShare.all(1) {
                    let plan = try await fixture.plan(of: share, on: lease)
                    #expect(plan.contains("Merge Append") && plan.contains("event_closed_pkey"), "\(plan)")
                    #expect(!plan.contains("Sort  ") && !plan.contains("Seq Scan"), "\(plan)")
                }
            }
            try await fixture.client.withLease { lease in
                let before = try await fixture.rowsRead(of: "event_closed", by: lease)
                for number in 0..<5 {
                    let append = StreamAppend.some(
                        1, to: stream, after: 2 + Int64(number) * 2, key: [2, UInt8(number)],
                        subject: [8, UInt8(number)],
                        isNew: true, state: [1])
                    #expect(try await fixture.log.append([append], recordedAtMicros: 0, on: lease)[0].isAppended)
                    let next = StreamAppend.some(1, to: stream, after: 3 + Int64(number) * 2, state: [1])
                    let both = try await fixture.log.append(
                        [next, .some(1, to: UUID())], recordedAtMicros: 0, on: lease)
                    #expect(both.allSatisfy { $0.isAppended })
                }
                _ = try await fixture.log.events(about: [StreamSubject(stream: stream, subject: [7])], on: lease)
                _ = try await fixture.log.events(of: stream, limit: 10, on: lease)
                #expect(try await fixture.rowsRead(of: "event_closed", by: lease) - before < 100)
            }
        }
    }

    private struct Seen: Equatable {
        var position: Int64
        var hash: [UInt8]
        var data: [UInt8]
    }

    /// The log by COPY, partition after partition.
    private func everything(_ fixture: LogFixture) async throws -> [Seen] {
        try await fixture.client.withLease { lease in
            var seen: [Seen] = []
            try await fixture.log.copyOut(partitions: 0..<fixture.log.partitions, on: lease) { events in
                seen += events.map { Seen(position: $0.position, hash: $0.hash, data: $0.data) }
            }
            return seen
        }
    }
}

/// Whether the writers are through.
private final class Done: Sendable {
    let state = Mutex(false)
}
