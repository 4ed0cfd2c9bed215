import Foundation
import Synchronization

/// A child process. Its output goes to files, so that no full pipe ever stops it.
final class Spawned: Sendable {
    /// How a process ended.
    enum Ending: Equatable, Sendable {
        case exited(Int32)
        case killed(signal: Int32)
    }

    let process: pid_t
    let outputPath: String
    let errorPath: String
    private let ending = Mutex<Ending?>(nil)

    /// - Parameters:
    ///   - input: a file for standard input; none: empty.
    ///   - files: where output goes, without the ending.
    init(
        _ program: String, _ arguments: [String], environment: [String: String], input: String? = nil, files: String
    ) throws {
        (outputPath, errorPath) = ("\(files).out", "\(files).err")
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        let write = O_WRONLY | O_CREAT | O_TRUNC
        posix_spawn_file_actions_addopen(&actions, 0, input ?? "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, outputPath, write, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, errorPath, write, 0o600)
        Self.keepFilesToOurselves()
        let words = ([program] + arguments).map { strdup($0) } + [nil]
        let variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { (words + variables).forEach { free($0) } }
        var process: pid_t = 0
        let failure = posix_spawn(&process, program, &actions, nil, words, variables)
        guard failure == 0 else { throw CouldNotSpawn(program: program, reason: String(cString: strerror(failure))) }
        self.process = process
    }

    var output: String { Self.text(outputPath) }
    var errors: String { Self.text(errorPath) }

    /// How it ended; nil while it runs.
    func poll() -> Ending? {
        ending.withLock { ending in
            if ending != nil { return ending }
            var status: Int32 = 0
            guard waitpid(process, &status, WNOHANG) == process else { return nil }
            let signal = status & 0x7F
            ending = signal == 0 ? .exited((status >> 8) & 0xFF) : .killed(signal: signal)
            return ending
        }
    }

    /// Waits for the end. Blocks.
    func wait(seconds: Double = 120) throws -> Ending {
        try waitUntil("the end of process \(process)", seconds: seconds, hint: { errors }) { poll() != nil }
        return poll() ?? .exited(-1)
    }

    /// Sends a signal while it runs.
    func signal(_ number: Int32) {
        if poll() == nil { kill(process, number) }
    }

    /// What this process has open is none of a child's business: PostgreSQL would inherit it, and outlive us with it.
    private static func keepFilesToOurselves() {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? [] {
            if let file = Int32(name), file > 2 { _ = fcntl(file, F_SETFD, FD_CLOEXEC) }
        }
    }

    private static func text(_ path: String) -> String {
        String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
    }
}

struct CouldNotSpawn: Error {
    var program: String
    var reason: String
}
