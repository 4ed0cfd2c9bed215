public import Foundation
public import Logging
import Synchronization

/// A PostgreSQL of treue's own, below its data directory, shared by all treue processes that use the directory.
///
/// Every user holds a shared lock on `users.lock`, which the kernel releases however the process ends; starting and
/// stopping happen one at a time under `start.lock`. Who leaves last, and so gets `users.lock` alone, stops the server.
/// After a `kill -9` of all users the server runs on; the next start adopts it. The server is reached through a Unix
/// socket that only its own account and root can open.
public final class PrivateCluster: Sendable {
    /// What is known while the cluster is in use.
    private struct Use {
        /// The data directory, links resolved.
        let directory: String
        let lock: FileLock
        let instance: ClusterInstance
        let url: String
        let superuserURL: String
    }

    static let port = 5432
    /// The data directory as it was given.
    public let dataDirectory: String
    private let environment: [String: String]
    private let systemFolder: String
    private let logger: Logger
    private let use = Mutex<Use?>(nil)

    /// Prepares nothing yet: see ``start()``.
    ///
    /// - Parameters:
    ///   - dataDirectory: made when it is missing; the cluster lies in its folder `postgres`.
    ///   - environment: where `TREUE_POSTGRES_BIN` and `PATH` are looked up.
    ///   - systemFolder: where the cluster goes when PostgreSQL's account cannot enter the data directory.
    ///   - logger: told what a person may want to know, such as that fallback.
    public init(
        dataDirectory: String, environment: [String: String] = ProcessInfo.processInfo.environment,
        systemFolder: String = "/var/lib/treue", logger: Logger
    ) {
        self.dataDirectory = dataDirectory
        self.environment = environment
        self.systemFolder = systemFolder
        self.logger = logger
    }

    /// The server's own connection: role and database `treue`, no superuser. Nil while not started.
    public var url: String? { use.withLock { $0?.url } }

    /// A superuser's connection, as `<data directory>/database_url` names it. Nil while not started.
    public var superuserURL: String? { use.withLock { $0?.superuserURL } }

    /// Makes the cluster if there is none, starts or adopts its server, and counts us among its users.
    ///
    /// - Returns: ``url``.
    /// - Throws: ``PostgresServerError``; then nothing is held.
    @discardableResult
    public func start() async throws(PostgresServerError) -> String {
        try await offPool { () throws(PostgresServerError) in try self.startNow() }
    }

    /// Leaves the cluster; the last one stops the server and waits until it has closed. Does nothing when not started.
    ///
    /// - Throws: `stopFailed`.
    public func stop() async throws(PostgresServerError) {
        try await offPool { () throws(PostgresServerError) in try self.stopNow() }
    }

    private func startNow() throws(PostgresServerError) -> String {
        if let url {
            return url
        }
        let directory = try DataDirectory.open(dataDirectory)
        let account = try ServerAccount.choose(for: directory)
        let starting = try FileLock("\(directory)/start.lock")
        starting.lock()
        defer { starting.unlock() }
        let lock = try FileLock("\(directory)/users.lock")
        lock.share()
        let home = try ClusterHome(dataDirectory: directory, account: account, systemFolder: systemFolder)
        if home.fellBack {
            logger.notice(
                "PostgreSQL's account cannot enter the data directory, so the cluster is kept elsewhere",
                metadata: ["data_directory": "\(directory)", "cluster": "\(home.path)"])
        }
        let instance = try instance(in: home)
        try instance.makeIfMissing(access: ClusterSettings.access)
        do {
            let used = try bringUp(instance, directory, lock)
            use.withLock { $0 = used }
            return used.url
        } catch {
            if lock.tryLock() {
                try? instance.stop()
            }
            throw error
        }
    }

    private func bringUp(
        _ instance: ClusterInstance, _ directory: String, _ lock: FileLock
    ) throws(PostgresServerError) -> Use {
        let socketFolder = try ClusterStart(instance: instance, port: Self.port, logger: logger).ensureRunning()
        let url = { (role: String, database: String) in
            ConnectionURL.make(role: role, database: database, socketFolder: socketFolder, port: Self.port)
        }
        try ensureDatabase(instance, at: url("postgres", "postgres"))
        let superuser = url("postgres", "treue")
        try OwnFile.write(superuser + "\n", to: "\(directory)/database_url")
        return Use(
            directory: directory, lock: lock, instance: instance, url: url("treue", "treue"), superuserURL: superuser)
    }

    private func stopNow() throws(PostgresServerError) {
        guard let left = use.withLock({ $0.take() }) else {
            return
        }
        let starting = try FileLock("\(left.directory)/start.lock")
        starting.lock()
        defer { starting.unlock() }
        guard left.lock.tryLock() else {
            return
        }
        try left.instance.stop()
        logger.info("PostgreSQL stopped", metadata: ["cluster": "\(left.instance.home)"])
    }

    /// The cluster with the programs of its own version.
    private func instance(in home: ClusterHome) throws(PostgresServerError) -> ClusterInstance {
        let major = ClusterInstance.major(in: home.path)
        let programs = try PostgresPrograms.find(environment: environment, major: major)
        if let major, major != programs.major {
            throw PostgresServerError(
                .versionMismatch,
                "The cluster in \(home.path) is of PostgreSQL \(major), the programs in \(programs.folder) are of "
                    + "\(programs.major)",
                mend:
                    "Install PostgreSQL \(major) (Debian: apt-get install postgresql-\(major)) and name its folder in "
                    + "TREUE_POSTGRES_BIN, or move the data with pg_upgrade.")
        }
        return ClusterInstance(programs: programs, account: home.account, home: home.path)
    }

    /// Makes role and database unless they are there: a run killed in between is made whole by the next.
    private func ensureDatabase(_ instance: ClusterInstance, at url: String) throws(PostgresServerError) {
        try instance.query(
            """
            SELECT 'CREATE ROLE treue LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'treue') \\gexec
            SELECT 'CREATE DATABASE treue OWNER treue'
            WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'treue') \\gexec

            """, at: url)
    }
}

/// Runs blocking work on a thread where blocking harms nobody.
func offPool<Result: Sendable>(
    _ work: @escaping @Sendable () throws(PostgresServerError) -> Result
) async throws(PostgresServerError) -> Result {
    let result = await withCheckedContinuation { continuation in
        DispatchQueue.global().async {
            continuation.resume(
                returning: Swift.Result { () throws(PostgresServerError) in try work() })
        }
    }
    return try result.get()
}
