import Foundation

/// What a finished program left behind.
package struct ProgramOutput: Sendable {
    /// The exit code, or 128 and the signal's number.
    package let status: Int32
    /// Standard output, at most `ProgramRun.outputLimit` bytes.
    package let output: String
    /// Standard error, at most `ProgramRun.outputLimit` bytes.
    package let errors: String

    /// The words to show a person: standard error, else standard output.
    package var words: String {
        let text = errors.isEmpty ? output : errors
        return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}

/// One run of an outside program, start to end, on the calling thread.
///
/// The child starts in a session of its own (a Ctrl-C meant for us does not reach it), with default signals, a bare
/// environment (no `PG*` variable of the user's changes what it does, no secret of ours leaks into it) and no open
/// file but the three standard ones (PostgreSQL must not inherit the locks that tell who uses it).
package struct ProgramRun: Sendable {
    package static let outputLimit = 1 << 20

    var path: String
    var arguments: [String]
    var environment: [String: String] = [:]
    /// Fed to standard input; at most 32 KiB, so that it fits a pipe without a writer thread.
    var input = ""
    var folder = "/"
    var limitSeconds = 600

    /// Runs the program and waits for it.
    ///
    /// - Throws: `programFailed` when it cannot be started or outlives its limit; a non-zero exit is no error here.
    package func run() throws(PostgresServerError) -> ProgramOutput {
        guard input.utf8.count <= 32 << 10 else {
            throw failure("its input is larger than a pipe holds")
        }
        let pipes = try openPipes()
        defer { pipes.closeAll() }
        let child = try spawn(pipes)
        pipes.closeChildEnds()
        pipes.feed(input)
        let (texts, inTime) = pipes.collect(limitSeconds: limitSeconds)
        if !inTime {
            kill(child, SIGKILL)
        }
        let status = reap(child)
        guard inTime else {
            throw failure("it took longer than \(limitSeconds) s")
        }
        return ProgramOutput(status: status, output: texts.output, errors: texts.errors)
    }

    private func openPipes() throws(PostgresServerError) -> ProgramPipes {
        guard let pipes = ProgramPipes() else {
            throw failure(String(cString: strerror(errno)))
        }
        return pipes
    }

    private func spawn(_ pipes: ProgramPipes) throws(PostgresServerError) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        for (descriptor, standard) in pipes.childEnds {
            posix_spawn_file_actions_adddup2(&actions, descriptor, standard)
        }
        // Ours are closed by themselves; these are what others opened carelessly. A number gone stale does no harm.
        for descriptor in openDescriptors where descriptor > 2 {
            posix_spawn_file_actions_addclose(&actions, descriptor)
        }
        setCleanSignals(&attributes)
        let words = commandLine.map { strdup($0) } + [nil]
        let variables = childEnvironment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { (words + variables).forEach { free($0) } }
        var child: pid_t = 0
        let error = posix_spawn(&child, commandLine[0], &actions, &attributes, words, variables)
        guard error == 0 else {
            throw failure(String(cString: strerror(error)))
        }
        return child
    }

    private func setCleanSignals(_ attributes: inout posix_spawnattr_t) {
        var all = sigset_t()
        var none = sigset_t()
        sigfillset(&all)
        sigemptyset(&none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setsigmask(&attributes, &none)
        let newSession: Int32 = 0x80  // POSIX_SPAWN_SETSID, which the importer does not show
        posix_spawnattr_setflags(
            &attributes, Int16(newSession | Int32(POSIX_SPAWN_SETSIGDEF) | Int32(POSIX_SPAWN_SETSIGMASK)))
    }

    /// The program after a change of folder, for which `posix_spawn` has no portable call.
    private var commandLine: [String] {
        ["/bin/sh", "-c", "cd \"$1\" && shift && exec \"$@\"", "sh", folder, path] + arguments
    }

    private var openDescriptors: [Int32] {
        ((try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []).compactMap { Int32($0) }
    }

    private var childEnvironment: [String: String] {
        let bare = ["PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL": "C.UTF-8"]
        return bare.merging(environment) { _, given in given }
    }

    private func reap(_ child: pid_t) -> Int32 {
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0 && errno == EINTR {}
        let signal = status & 0x7f
        return signal == 0 ? (status >> 8) & 0xff : 128 + signal
    }

    private func failure(_ why: String) -> PostgresServerError {
        PostgresServerError(
            .programFailed, "Could not run \(path): \(why)", mend: "See that the program is there and may be run.")
    }
}
