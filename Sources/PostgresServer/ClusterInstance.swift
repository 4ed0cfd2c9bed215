package import Foundation

/// One cluster on disk and the programs to work it: made, started, stopped, asked. Knows nothing of who shares it.
package struct ClusterInstance: Sendable {
    package let programs: PostgresPrograms
    package let account: ServerAccount
    /// The folder that holds `data`, `log` and `start.log`; belongs to the account, mode 0700, symbolic links resolved.
    package let home: String

    package init(programs: PostgresPrograms, account: ServerAccount, home: String) {
        self.programs = programs
        self.account = account
        self.home = home
    }

    /// The data folder in PostgreSQL's sense.
    package var data: String { "\(home)/data" }
    private var startLog: String { "\(home)/start.log" }

    /// The major version of the cluster on disk; nil when there is none.
    package static func major(in home: String) -> Int? {
        let text = try? String(contentsOfFile: "\(home)/data/PG_VERSION", encoding: .utf8)
        return text.flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
    }

    /// Makes the cluster if there is none: beside its place first, then renamed, so that what a killed run left half
    /// made is never taken for whole. Call it by one process at a time.
    ///
    /// - Throws: `initFailed`, `folderUnusable`, `programFailed`.
    package func makeIfMissing(access: String, durable: Bool = true) throws(PostgresServerError) {
        guard Self.major(in: home) == nil else {
            return
        }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: home)) ?? []
        for name in names where name.hasPrefix("data.new-") {
            try account.remove("\(home)/\(name)")
        }
        let fresh = "\(home)/data.new-\(getpid())-\(UInt32.random(in: 0...(.max)))"
        try require(.initFailed, "initdb failed", account.program(programs.initdb, initArguments(fresh, durable)))
        let configuration = "\(fresh)/postgresql.conf"
        let defaults = (try? String(contentsOfFile: configuration, encoding: .utf8)) ?? ""
        try account.write(defaults + "\ninclude '\(ClusterSettings.file)'\n", to: configuration)
        try account.write("", to: "\(fresh)/\(ClusterSettings.file)")
        try account.write(access, to: "\(fresh)/pg_hba.conf")
        try require(
            .initFailed, "The new cluster cannot be put in its place",
            account.program("/bin/mv", ["-T", "--", fresh, data]))
        if durable {
            try require(
                .initFailed, "The new cluster cannot be written to disk",
                account.program(
                    "/bin/sync",
                    [
                        "--", "\(data)/\(ClusterSettings.file)", "\(data)/pg_hba.conf",
                        "\(data)/postgresql.conf", data, home,
                    ]))
        }
    }

    private func initArguments(_ folder: String, _ durable: Bool) -> [String] {
        // Byte order everywhere: fast, and the same on every machine whatever its C library.
        let locale =
            programs.major >= 17
            ? ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C.UTF-8"] : ["--locale=C.UTF-8"]
        return [
            "--pgdata=\(folder)", "--username=postgres", "--auth=trust", "--encoding=UTF8", "--data-checksums",
            "--lc-messages=C", "--no-instructions",
        ] + locale + (durable ? [] : ["--no-sync"])
    }

    /// `lz4` where PostgreSQL was built with it (it costs little), else `on`.
    func bestCompression() throws(PostgresServerError) -> String {
        let asked = try account.program(
            programs.postgres, ["-D", data, "-C", "wal_compression", "-c", "wal_compression=lz4"]
        ).run()
        return asked.status == 0 ? "lz4" : "on"
    }

    /// Writes the settings for the next start.
    func configure(_ settings: ClusterSettings) throws(PostgresServerError) {
        try account.write(settings.text, to: "\(data)/\(ClusterSettings.file)")
    }

    /// Writes settings of the caller's own for the next start.
    ///
    /// - Throws: `folderUnusable`.
    package func configure(lines: [String]) throws(PostgresServerError) {
        try account.write(lines.map { $0 + "\n" }.joined(), to: "\(data)/\(ClusterSettings.file)")
    }

    /// Starts the server and waits until it takes connections; `pg_ctl` gives it a session of its own.
    ///
    /// - Throws: `startFailed` with what the log says.
    package func start() throws(PostgresServerError) {
        let seen = Postmaster.look(at: data)
        if seen.state == .gone && seen.blockedByStranger {
            // This order: whoever is killed in between is followed by one who finds the second file still.
            for file in [seen.socketLock, "\(data)/postmaster.pid"].compactMap(\.self) {
                try account.remove(file)
            }
        }
        try account.write("", to: startLog)
        // Folder and data come from the working directory and the environment: `pg_ctl` puts what it is told through a
        // shell, where a `$` in a path would be more than a letter.
        var run = try account.program(programs.pgCtl, ["start", "-w", "-t", "540", "-s", "-l", "start.log"])
        run.folder = home
        run.environment = ["PGDATA": data]
        let done = try run.run()
        guard done.status == 0 else {
            throw PostgresServerError(
                .startFailed, "PostgreSQL did not start: \(done.words)\n\(lastLogLines())",
                mend: "The log is \(startLog) and below \(home)/log.")
        }
    }

    /// Stops the server and waits until it is gone.
    ///
    /// - Parameter mode: `fast` disconnects clients and closes cleanly; `immediate` leaves recovery to the next start.
    /// - Throws: `stopFailed`.
    package func stop(mode: String = "fast") throws(PostgresServerError) {
        guard Postmaster.look(at: data).process != nil else {
            return
        }
        var run = try account.program(programs.pgCtl, ["stop", "-w", "-t", "540", "-s", "-m", mode])
        run.environment = ["PGDATA": data]
        let done = try run.run()
        guard done.status == 0 || Postmaster.look(at: data).state == .gone else {
            throw PostgresServerError(
                .stopFailed, "PostgreSQL did not stop: \(done.words)", mend: "Stop it with pg_ctl -D \(data) stop.")
        }
    }

    /// Kills the postmaster as a crash would, and waits until its children, which notice it, have ended too.
    package func killNow() {
        if let process {
            kill(process, SIGKILL)
        }
        while Postmaster.look(at: data).state != .gone {
            usleep(5_000)
        }
    }

    /// The postmaster's process number while it lives.
    package var process: pid_t? { Postmaster.look(at: data).process }

    /// Runs SQL (and `psql`'s own commands) in one session, stopping at the first error.
    ///
    /// - Returns: the rows, unaligned, one a line.
    /// - Throws: `setupFailed` with PostgreSQL's words.
    @discardableResult
    package func query(_ sql: String, at url: String) throws(PostgresServerError) -> String {
        var run = try account.program(
            programs.psql, ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "--dbname=\(url)"])
        run.input = sql
        let done = try run.run()
        guard done.status == 0 else {
            throw PostgresServerError(
                .setupFailed, "PostgreSQL refused: \(done.words)", mend: "The server's log below \(home) may tell more."
            )
        }
        return done.output
    }

    private func require(
        _ code: PostgresServerError.Code, _ fault: String, _ run: ProgramRun
    ) throws(PostgresServerError) {
        let done = try run.run()
        guard done.status == 0 else {
            throw PostgresServerError(code, "\(fault): \(done.words)", mend: "See to \(home) (space, permissions).")
        }
    }

    private func lastLogLines() -> String {
        let text = (try? String(contentsOfFile: startLog, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").suffix(10).joined(separator: "\n")
    }
}
