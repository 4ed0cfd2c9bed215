import Crypto
public import Postgres
import Schema

/// One thing the migrator has done, or would do.
public struct SchemaChange: Sendable, Equatable, CustomStringConvertible {
    /// A table's migration, or text that is made anew whenever it differs.
    public enum Kind: String, Sendable { case migration, object }

    public let kind: Kind
    /// `1: the log …` or `functions/append`.
    public let name: String

    public var description: String { "\(kind.rawValue) \(name)" }
}

/// Brings a database to the schema this program was built with. Several servers may do so at once: a session's advisory
/// lock lets one work while the others wait, and they then find nothing left to do.
public struct Migrator: Sendable {
    /// "treue" and a number: who holds this advisory lock is migrating.
    static let lock: Int64 = 0x7472_6575_6500_0001

    let foundation: [SQLFile]
    let migrations: [SchemaMigration]
    let objects: [SQLFile]

    public init() {
        self.init(foundation: Schema.foundation, migrations: Schema.migrations, objects: Schema.objects)
    }

    init(foundation: [SQLFile], migrations: [SchemaMigration], objects: [SQLFile]) {
        self.foundation = foundation
        self.migrations = migrations
        self.objects = objects
    }

    /// What ``migrate(on:)`` would do now; changes nothing.
    ///
    /// - Throws: ``EventLogError/migrationChanged(version:name:)``, ``EventLogError/databaseIsNewer(found:known:)``,
    ///   `PostgresError`.
    public func pending(on connection: some PostgresQuerying) async throws -> [SchemaChange] {
        try plan(for: try await state(on: connection)).map(\.change)
    }

    /// Does what is pending, each change in a transaction of its own.
    ///
    /// - Parameter lease: a connection as a role that may create in the database (its owner); no superuser is needed.
    /// - Returns: what was done; empty when the database was up to date.
    /// - Throws: as ``pending(on:)``.
    public func migrate(on lease: PostgresLease) async throws -> [SchemaChange] {
        // Whoever waits for another's migration waits as long as that takes: no timeout, the server's or the client's
        // (which exempts scripts).
        try await lease.execute("SET statement_timeout = 0; SET client_min_messages = warning")
        try await lease.execute("SELECT pg_advisory_lock(\(Self.lock))")
        let result: Result<[SchemaChange], any Error>
        do {
            result = .success(try await migrateLocked(on: lease))
        } catch {
            result = .failure(error)
        }
        do {
            _ = try await lease.query("SELECT pg_advisory_unlock($1)", [.int8(Self.lock)])
            try await lease.execute("RESET statement_timeout; RESET client_min_messages")
        } catch {
            // With the connection the lock is gone too; the first error says more.
            _ = try result.get()
            throw error
        }
        return try result.get()
    }

    private func migrateLocked(on lease: PostgresLease) async throws -> [SchemaChange] {
        let steps = try plan(for: try await state(on: lease))
        for step in steps {
            try await lease.transaction {
                if step.needsSchema {
                    try await lease.execute("CREATE SCHEMA IF NOT EXISTS treue")
                }
                for file in step.files {
                    try await lease.execute(file.text)
                }
                for record in step.records {
                    _ = try await lease.query(record.statement, record.parameters)
                }
            }
        }
        return steps.map(\.change)
    }

    static func checksum(_ files: [SQLFile]) -> [UInt8] {
        var hash = SHA256()
        for file in files {
            hash.update(data: Array(file.text.utf8))
        }
        return Array(hash.finalize())
    }
}
