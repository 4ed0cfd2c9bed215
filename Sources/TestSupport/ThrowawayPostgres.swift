import Foundation
package import PostgresServer
import Synchronization

/// A PostgreSQL for tests: below /tmp, reached through a Unix socket, gone when the test process ends.
///
/// Durability is on as in production (some tests kill it on purpose). What a crashed test process leaves behind, the
/// next one stops and removes.
public final class ThrowawayPostgres: Sendable {
    private struct State {
        var databases = 0
    }

    private let root: String
    private let alive: FileLock
    private let socketFolder: String
    private let port: Int
    private let state = Mutex(State())
    package let instance: ClusterInstance

    /// The data folder in PostgreSQL's sense (`postgresql.conf` lies there).
    public var dataDirectory: String { instance.data }
    /// The folder of the Unix socket.
    public var socketDirectory: String { socketFolder }
    /// The postmaster's process number while it lives.
    public var process: Int32? { instance.process }

    private static let sharedOne = Task { try await start() }

    /// The one cluster that most tests of a process share. Do not stop it.
    ///
    /// - Throws: `PostgresServerError`.
    public static func shared() async throws -> ThrowawayPostgres {
        try await sharedOne.value
    }

    /// Makes and starts a cluster of the caller's own.
    ///
    /// - Parameters:
    ///   - configuration: lines of `postgresql.conf` that win over the usual ones.
    ///   - hba: lines of `pg_hba.conf` that replace the usual "everybody through the socket"; the superuser `postgres`
    ///     always gets in through the socket.
    ///   - port: listen on 127.0.0.1 at this port too; the socket is named by it.
    /// - Throws: `PostgresServerError`.
    public static func start(
        configuration: [String] = [], hba: [String]? = nil, port: Int? = nil
    ) async throws -> ThrowawayPostgres {
        try await offPool { try ThrowawayPostgres(configuration: configuration, hba: hba, port: port) }
    }

    private init(configuration: [String], hba: [String]?, port: Int?) throws {
        (root, alive) = try ThrowawayFolders.make()
        let account = geteuid() == 0 ? try ServerAccount.named("postgres") : try ServerAccount.choose(for: root)
        let home = "\(root)/pg"
        socketFolder = home
        self.port = port ?? 5432
        instance = ClusterInstance(programs: try .find(), account: account, home: home)
        mkdir(home, 0o700)
        lchown(home, account.user, account.group)
        ThrowawayFolders.removeAtExit(root, instance)
        let access = ["local all postgres trust"] + (hba ?? ["local all all trust", "host all all 127.0.0.1/32 trust"])
        try instance.makeIfMissing(access: access.joined(separator: "\n") + "\n", durable: false)
        try instance.configure(
            lines: [
                "unix_socket_directories = '\(home)'", "port = \(self.port)", "max_connections = 1000",
                "listen_addresses = '\(port == nil ? "" : "127.0.0.1")'", "shared_buffers = 64MB", "jit = off",
                "timezone = 'UTC'", "max_wal_size = 2GB",
            ] + configuration)
        try instance.start()
        try instance.query("CREATE ROLE treue LOGIN;", at: superuserURL(for: "postgres"))
    }

    /// Makes a new, empty database that the role `treue` owns.
    ///
    /// - Parameter partitions: those of a log that is made in it; nil for as many as a log has by itself.
    /// - Returns: its URL for the role `treue`, which is no superuser.
    /// - Throws: `PostgresServerError`.
    public func freshDatabase(partitions: Int? = nil) async throws -> String {
        let number = state.withLock { state in
            state.databases += 1
            return state.databases
        }
        let name = "test_\(number)"
        _ = try await offPool { [self] in
            let setting = partitions.map { "ALTER DATABASE \(name) SET treue.partitions = \($0);" } ?? ""
            return try instance.query(
                "CREATE DATABASE \(name) OWNER treue;\n\(setting)", at: superuserURL(for: "postgres"))
        }
        return url(role: "treue", database: name)
    }

    /// The superuser's URL for a database, told by its name or by a URL of ``freshDatabase()``.
    public func superuserURL(for database: String) -> String {
        let path = database.split(separator: "?").first.flatMap { $0.split(separator: "/").last }
        return url(role: "postgres", database: path.map(String.init) ?? database)
    }

    /// A URL through the socket.
    public func url(role: String, database: String) -> String {
        ConnectionURL.make(role: role, database: database, socketFolder: socketFolder, port: port)
    }

    /// Runs SQL through `psql` and answers its rows, unaligned, one a line.
    ///
    /// - Throws: `PostgresServerError` with PostgreSQL's words.
    @discardableResult
    public func query(_ sql: String, at url: String) async throws -> String {
        try await offPool { [self] in try instance.query(sql, at: url) }
    }

    /// Waits until somebody has asked a database so often for something with these words in it: whoever looks again and again
    /// whether they may go on, and may not.
    public func untilAsked(_ words: String, times: Int, of database: String) async throws {
        let sql = """
            SELECT query_start FROM pg_stat_activity
             WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE '%\(words)%'
            """
        var asked: Set<String> = []
        while asked.count < times {
            // A test that has run out of time ends, and says so.
            try Task.checkCancellation()
            let starts = try await query(sql, at: superuserURL(for: database)).split(separator: "\n")
            asked.formUnion(starts.map(String.init))
        }
    }

    /// Stops the server cleanly (fast); its data stays until the process ends.
    ///
    /// - Throws: `PostgresServerError`.
    public func stop() async throws {
        try await offPool { [self] in try instance.stop() }
    }

    /// Stops the server if it runs, and starts it; after ``kill()`` it recovers.
    ///
    /// - Throws: `PostgresServerError`.
    public func restart() async throws {
        try await offPool { [self] in
            try instance.stop()
            try instance.start()
        }
    }

    /// Kills the postmaster as a crash would (SIGKILL), and waits until all its processes are gone.
    public func kill() async throws {
        try await offPool { [self] in instance.killNow() }
    }
}

/// Runs blocking work on a thread where blocking harms nobody.
private func offPool<Result: Sendable>(_ work: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        DispatchQueue.global().async {
            continuation.resume(with: Swift.Result { try work() })
        }
    }
}
