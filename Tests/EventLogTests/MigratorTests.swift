import Foundation
import Postgres
import Schema
import Testing

@testable import EventLog

@Suite("migrations", .serialized)
struct MigratorTests {
    private func withDatabase(_ body: (PostgresClient, String) async throws -> Void) async throws {
        let fresh = try await ThrowawayDatabase.url()
        try await LogFixture.withClient(fresh) { try await body($0, fresh) }
    }

    private func migrate(_ client: PostgresClient, _ migrator: Migrator = Migrator()) async throws -> [SchemaChange] {
        try await client.withLease { try await migrator.migrate(on: $0) }
    }

    /// Knows the migrations before one.
    private func older(than version: Int) -> Migrator {
        Migrator(
            foundation: Schema.foundation, migrations: Array(Schema.migrations.prefix(version - 1)), objects: [])
    }

    @Test("the second time nothing is left to do, and the plan said what the first time did")
    func twice() async throws {
        try await withDatabase { client, _ in
            await #expect(throws: EventLogError.notMigrated) { try await EventLog.open(on: client) }
            let plan = try await Migrator().pending(on: client)
            #expect(plan.count == 1 + Schema.migrations.count + Schema.objects.count)
            #expect(try await migrate(client) == plan)
            #expect(try await Migrator().pending(on: client).isEmpty)
            #expect(try await migrate(client).isEmpty)
            #expect(try await EventLog.open(on: client).partitions == 8)
        }
    }

    @Test("a log that holds events keeps its partitions, and accounts keep their states")
    func grown() async throws {
        try await withDatabase { client, _ in
            _ = try await migrate(client, older(than: 12))
            #expect(try await EventLog.open(on: client).partitions == 64)
            _ = try await client.query("UPDATE treue.head SET position = 1 WHERE partition = 40")
            _ = try await client.query(
                """
                INSERT INTO treue.event (position, version, occurred_at, recorded_at, partition, stream_id, stream_type, type,
                                         subject, hash, data)
                VALUES (1, 1, '2026-01-01', '2026-01-01', 40, '00000000-0000-0000-0000-000000000001', 'member', 'bought',
                        '\\x07', '\\x00', '{}')
                """)
            _ = try await client.query(
                """
                INSERT INTO treue.account (version, updated_at, partition, member_id, state)
                VALUES (7, '2026-01-01', 40, '00000000-0000-0000-0000-000000000001', 'points')
                """)
            // As a rebuild leaves them.
            _ = try await client.query("ALTER TABLE treue.account RENAME TO account_previous")
            _ = try await client.query("CREATE TABLE treue.account (LIKE treue.account_previous INCLUDING ALL)")
            _ = try await client.query("INSERT INTO treue.account SELECT * FROM treue.account_previous")
            _ = try await migrate(client)
            #expect(try await EventLog.open(on: client).partitions == 64)
            let rows = try await client.query(
                """
                SELECT partition, version, state, updated_at = '2026-01-01' FROM treue.account
                 WHERE member_id = '00000000-0000-0000-0000-000000000001'
                """)
            #expect(try rows[0].int4(0) == 40 && rows[0].int8(1) == 7 && rows[0].bool(3))
            #expect(try rows[0].bytes(2) == Array("points".utf8))
            let stream = try #require(UUID(uuidString: "00000000-0000-0000-0000-000000000001"))
            let about = [StreamSubject(stream: stream, subject: [7]), StreamSubject(stream: stream, subject: [8])]
            let events = try await EventLog.open(on: client).events(about: about, on: client)
            #expect(events[stream]?.map(\.type) == ["bought"])
        }
    }

    @Test("what reports write again all at once finds room on its page, and an administrator's choice stays")
    func room() async throws {
        try await withDatabase { client, _ in
            _ = try await migrate(client, older(than: 14))
            // What was ours for the other one.
            _ = try await client.query("ALTER TABLE treue.report_month SET (fillfactor = 70)")
            _ = try await migrate(client)
            let chosen = try await client.query(
                "SELECT array_to_string(reloptions, ',') FROM pg_class WHERE oid = 'treue.report_month'::regclass")
            #expect(try chosen[0].text(0).contains("fillfactor=70"))
            try await client.withLease { lease in
                _ = try await lease.query(
                    """
                    INSERT INTO treue.report_member (generation, partition, member_id, projection, memo)
                    SELECT 1, 0, gen_random_uuid(), 'liability', convert_to(repeat('x', 250), 'UTF8')
                      FROM generate_series(1, 2000)
                    """)
                _ = try await lease.query(
                    "UPDATE treue.report_member SET memo = convert_to(repeat('y', 251), 'UTF8')")
                _ = try await lease.query("SELECT pg_stat_force_next_flush()")
                let updates = try await lease.query(
                    """
                    SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables
                     WHERE relid = 'treue.report_member'::regclass
                    """)
                #expect(try updates[0].int8(0) == 2_000 && updates[0].int8(1) == 2_000)
            }
        }
    }

    @Test("a number of partitions that no log can have is refused in words", arguments: [0, 4_097, 10_000])
    func partitions(number: Int) async throws {
        let error = await #expect(throws: PostgresError.self) { try await LogFixture.with(partitions: number) { _ in } }
        #expect(error?.sqlState == "22023")
        #expect(error?.message == "treue.partitions must be a whole number from 1 to 4096, not \(number)")
    }

    @Test("of eight servers that start at once one migrates")
    func eightAtOnce() async throws {
        try await withDatabase { client, url in
            let changes = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        var count = 0
                        try await LogFixture.withClient(url) { count = try await migrate($0).count }
                        return count
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(changes.count { $0 > 0 } == 1)
            let rows = try await client.query("SELECT count(*) FROM treue.head")
            #expect(try rows[0].int8(0) == 8)
        }
    }

    @Test("a migration that was applied with another text is refused")
    func changed() async throws {
        try await withDatabase { client, _ in
            _ = try await migrate(client)
            let first = try #require(Schema.migrations.first)
            let edited = SchemaMigration(
                version: 1, name: first.name, files: first.files + [SQLFile(name: "more", text: "SELECT 1")])
            let migrator = Migrator(
                foundation: Schema.foundation, migrations: [edited] + Schema.migrations.dropFirst(),
                objects: Schema.objects)
            let expected = EventLogError.migrationChanged(version: 1, name: first.name)
            await #expect(throws: expected) { try await migrate(client, migrator) }
            await #expect(throws: expected) { try await migrator.pending(on: client) }
        }
    }

    @Test("a database of a newer program is refused, and the lock is free again")
    func newer() async throws {
        try await withDatabase { client, _ in
            let known = Schema.migrations.count
            let next = SchemaMigration(
                version: known + 1, name: "next",
                files: [SQLFile(name: "next", text: "CREATE TABLE treue.next (id int)")])
            let newer = Migrator(
                foundation: Schema.foundation, migrations: Schema.migrations + [next], objects: Schema.objects)
            _ = try await migrate(client)
            #expect(try await migrate(client, newer) == [SchemaChange(kind: .migration, name: "\(known + 1): next")])
            let expected = EventLogError.databaseIsNewer(found: known + 1, known: known)
            await #expect(throws: expected) { try await migrate(client) }
            let locks = try await client.query(
                """
                SELECT count(*) FROM pg_locks JOIN pg_database AS d ON d.oid = pg_locks.database
                 WHERE locktype = 'advisory' AND datname = current_database()
                """)
            #expect(try locks[0].int8(0) == 0)
        }
    }

    @Test("a migration that fails leaves nothing behind but those before it")
    func failing() async throws {
        try await withDatabase { client, _ in
            let files = [
                SQLFile(name: "good", text: "CREATE TABLE treue.half (id int)"), SQLFile(name: "bad", text: "SELEC 1"),
            ]
            let broken = Migrator(
                foundation: Schema.foundation,
                migrations: Schema.migrations + [
                    SchemaMigration(version: Schema.migrations.count + 1, name: "broken", files: files)
                ],
                objects: Schema.objects)
            let error = await #expect(throws: PostgresError.self) { try await migrate(client, broken) }
            #expect(error?.sqlState == "42601")
            let rows = try await client.query(
                "SELECT to_regclass('treue.half') IS NULL, to_regclass('treue.event') IS NULL")
            #expect(try rows[0].bool(0) && !rows[0].bool(1))
            #expect(try await migrate(client).count == Schema.objects.count)
        }
    }

    @Test("a function whose text changed is made anew, alone")
    func changedFunction() async throws {
        try await withDatabase { client, _ in
            _ = try await migrate(client)
            let function = SQLFile(
                name: "functions/answer",
                text: "CREATE OR REPLACE FUNCTION treue.answer() RETURNS int LANGUAGE sql AS 'SELECT 42'")
            let migrator = Migrator(
                foundation: Schema.foundation, migrations: Schema.migrations, objects: Schema.objects + [function])
            #expect(try await migrate(client, migrator) == [SchemaChange(kind: .object, name: "functions/answer")])
            #expect(try await client.query("SELECT treue.answer()")[0].int4(0) == 42)
        }
    }

    @Test("every SQL file of the schema folder is part of the binary")
    func everyFile() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "schema/postgres")
        let known = Schema.foundation + Schema.migrations.flatMap(\.files) + Schema.objects
        let texts = Dictionary(known.map { ($0.name, $0.text) }, uniquingKeysWith: { first, _ in first })
        let paths = FileManager.default.enumerator(atPath: folder.path)?.allObjects.compactMap { $0 as? String } ?? []
        let files = paths.filter { $0.hasSuffix(".sql") }
        #expect(files.count >= 15)
        for file in files {
            let text = try String(contentsOf: folder.appending(path: file), encoding: .utf8)
            #expect(texts[String(file.dropLast(4))] == text, "\(file)")
        }
    }
}
