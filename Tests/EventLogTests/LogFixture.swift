import Foundation
import Logging
import Postgres
import TestSupport

@testable import EventLog

/// A migrated log in a database of its own.
struct LogFixture: Sendable {
    let postgres: ThrowawayPostgres
    let url: String
    let client: PostgresClient
    let log: EventLog

    /// Noon of some day, in microseconds.
    static let now: Int64 = 1_700_000_000_000_000

    /// Runs `body` against a fresh log and closes the connections afterwards.
    ///
    /// - Parameter partitions: as many as an administrator asked for; nil where nobody did.
    static func with(
        leases: Int = 4, partitions: Int? = nil, _ body: (LogFixture) async throws -> Void
    ) async throws {
        let postgres = try await ThrowawayPostgres.shared()
        let url = try await postgres.freshDatabase(partitions: partitions)
        try await withClient(url, leases: leases) { client in
            _ = try await client.withLease { try await Migrator().migrate(on: $0) }
            let log = try await EventLog.open(on: client)
            try await body(LogFixture(postgres: postgres, url: url, client: client, log: log))
        }
    }

    /// A client of its own for the duration of `body`.
    static func withClient(_ url: String, leases: Int = 4, _ body: (PostgresClient) async throws -> Void) async throws {
        var configuration = PostgresConfiguration(url: url)
        configuration.leases = leases
        var logger = Logger(label: "test")
        logger.logLevel = .error
        let client = PostgresClient(configuration: configuration, logger: logger)
        try await client.start()
        do {
            try await body(client)
        } catch {
            await client.shutdown()
            throw error
        }
        await client.shutdown()
    }

    /// Runs SQL as a superuser for whom no trigger fires: behind the server's back.
    func tamper(_ sql: String) async throws {
        let script = "SET session_replication_role = replica; \(sql)"
        _ = try await postgres.query(script, at: postgres.superuserURL(for: url))
    }

    func append(_ streams: StreamAppend...) async throws -> [AppendOutcome] {
        try await log.append(streams, recordedAtMicros: Self.now, on: client)
    }

    func number(_ sql: String) async throws -> Int64 {
        try await client.query(PostgresStatement(sql))[0].int8(0)
    }

    /// How a partition of the log is copied out.
    func plan(of share: StreamShare, on lease: PostgresLease) async throws -> String {
        try await lease.setting(EventLog.inOrder) {
            let selection = EventLog.selection(of: 0, after: 0, upTo: .max, columns: .content, share)
            let rows = try await lease.query(PostgresStatement("EXPLAIN \(selection)"))
            return try rows.map { try $0.text(0) }.joined(separator: "\n")
        }
    }

    /// Rows of a table that anybody has read so far, those of that session included.
    func rowsRead(of table: String, by lease: PostgresLease) async throws -> Int64 {
        _ = try await lease.query("SELECT pg_stat_force_next_flush()")
        return try await number(
            """
            SELECT (idx_tup_fetch + seq_tup_read)::bigint FROM pg_stat_user_tables
             WHERE relid = 'treue.\(table)'::regclass
            """)
    }
}

extension StreamAppend {
    /// Some events for a stream.
    static func some(
        _ count: Int, to stream: UUID, after version: Int64 = 0, key: [UInt8]? = nil, subject: [UInt8]? = nil,
        isNew: Bool = false, state: [UInt8]? = nil, member: SealedMember? = nil
    ) -> StreamAppend {
        var events: [NewEvent] = []
        for number in 0..<count {
            let data = "{\"points\": \(number),  \"name\": \"Grüße\"}"
            var event = NewEvent(
                type: "points.accrued.1", occurredAtMicros: LogFixture.now - Int64(number), subject: subject,
                data: Array(data.utf8))
            if number == 0 {
                event.key = key
                event.contentHash = key == nil ? nil : [1, 2, 3]
                event.subjectMustBeNew = isNew
                event.metadata = Array("{\"source\":\"till\"}".utf8)
            }
            events.append(event)
        }
        return StreamAppend(
            stream: stream, streamType: "member", expectedVersion: version, events: events, accountState: state,
            member: member)
    }
}

extension AppendOutcome {
    var isAppended: Bool {
        if case .appended = self { true } else { false }
    }
}

/// Reproducible random numbers (splitmix64).
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func uuid() -> UUID {
        var id: uuid_t = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
        withUnsafeMutableBytes(of: &id) { bytes in
            for index in bytes.indices {
                bytes[index] = UInt8(truncatingIfNeeded: next())
            }
        }
        return UUID(uuid: id)
    }
}
