import Foundation
import Synchronization

/// What tests leave on the machine: folders, processes and the PostgreSQL of each folder. All of it goes when a test is
/// done with it, when the test process ends, or, after a crash, when the next one begins.
enum Leftovers {
    private static let prefix = "treue-acceptance-"
    private static let counter = Atomic(0)
    private static let spawned = Mutex<[String: [Spawned]]>([:])

    /// Makes a folder that PostgreSQL's account may pass through.
    static func makeFolder() throws -> String {
        _ = atStart
        let number = counter.add(1, ordering: .relaxed).newValue
        let folder = "/tmp/\(prefix)\(getpid())-\(number)"
        guard mkdir(folder, 0o711) == 0, chmod(folder, 0o711) == 0 else {
            throw CocoaError(.fileWriteUnknown, userInfo: [NSFilePathErrorKey: folder])
        }
        spawned.withLock { $0[folder] = [] }
        return folder
    }

    static func note(_ process: Spawned, of folder: String) {
        spawned.withLock { $0[folder, default: []].append(process) }
    }

    /// Ends every process of a folder and removes it.
    static func remove(_ folder: String) {
        let processes = spawned.withLock { $0.removeValue(forKey: folder) } ?? []
        for process in processes where process.poll() == nil {
            process.signal(SIGKILL)
            _ = try? process.wait(seconds: 10)
        }
        stopPostgres(below: folder)
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// The postmaster of a place; nil while none runs.
    static func postmaster(below folder: String) -> pid_t? {
        guard let file = try? String(contentsOfFile: "\(folder)/data/postgres/data/postmaster.pid", encoding: .utf8),
            let process = file.split(separator: "\n").first.flatMap({ pid_t($0) }), isPostgres(process, below: folder)
        else { return nil }
        return process
    }

    /// A number in a file may by now be somebody else's: only who works in this very folder counts.
    private static func isPostgres(_ process: pid_t, below folder: String) -> Bool {
        let place = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process)/cwd")
        return place?.hasPrefix("\(folder)/") ?? false
    }

    private static func stopPostgres(below folder: String) {
        guard let postmaster = postmaster(below: folder) else { return }
        kill(postmaster, SIGQUIT)
        try? waitUntil("the end of PostgreSQL", seconds: 10) { self.postmaster(below: folder) == nil }
    }

    private static let atStart: Void = {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: "/tmp")) ?? [] where name.hasPrefix(prefix) {
            let owner = name.dropFirst(prefix.count).split(separator: "-").first.flatMap { pid_t($0) }
            if let owner, kill(owner, 0) != 0 { remove("/tmp/\(name)") }
        }
        atexit {
            let folders = Leftovers.spawned.withLock { Array($0.keys) }
            folders.forEach(Leftovers.remove)
        }
    }()
}
