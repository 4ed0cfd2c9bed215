import Foundation

/// What `postmaster.pid` and the process table tell about the server of a data folder.
///
/// The file alone is not enough: after a crash it stays, and its process number may be somebody else's by now. Each
/// process of PostgreSQL has the data folder as its working directory, so that is asked too.
struct Postmaster: Equatable {
    enum State: Equatable {
        /// No process of this cluster lives.
        case gone
        /// The postmaster died and left children behind, which end by themselves.
        case orphans
        case starting
        case ready
        case stopping
    }

    let state: State
    /// The postmaster, while it lives.
    var process: pid_t?
    /// Where its socket is, or was.
    var socketFolder: String?
    /// The lock file beside its socket.
    var socketLock: String?
    /// Whether lock files without their process would make PostgreSQL refuse to start: their process number is now
    /// somebody else's, or the dead process' own, where nobody reaps (a container without an init).
    var blockedByStranger = false

    /// Looks now.
    static func look(at data: String) -> Postmaster {
        let lines = ((try? String(contentsOfFile: "\(data)/postmaster.pid", encoding: .utf8)) ?? "")
            .split(separator: "\n", omittingEmptySubsequences: false)
            .map { $0.trimmingCharacters(in: .whitespaces) }
        guard let process = lines.first.flatMap({ pid_t($0) }), process > 0 else {
            return Postmaster(state: processes(in: data).isEmpty ? .gone : .orphans)
        }
        let folder = lines.count > 4 && !lines[4].isEmpty ? lines[4] : nil
        let lock = folder.map { "\(SocketFolder.socket(in: $0, port: Int(lines[3]) ?? 0)).lock" }
        guard works(process, in: data) else {
            guard processes(in: data).isEmpty else {
                return Postmaster(state: .orphans)
            }
            return Postmaster(
                state: .gone, socketFolder: folder, socketLock: lock,
                blockedByStranger: kill(process, 0) == 0 || errno == EPERM)
        }
        let word = lines.count > 7 ? lines[7] : ""
        let states: [String: State] = ["ready": .ready, "standby": .ready, "stopping": .stopping]
        return Postmaster(
            state: states[word] ?? .starting, process: process, socketFolder: folder, socketLock: lock)
    }

    /// All processes that have the folder as their working directory and can be seen.
    static func processes(in data: String) -> [pid_t] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { pid_t($0) }.filter { works($0, in: data) }
    }

    /// Whether a living process has the folder as its working directory. (A dead one that nobody reaped has none.)
    private static func works(_ process: pid_t, in data: String) -> Bool {
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process)/cwd")) == data
    }
}
