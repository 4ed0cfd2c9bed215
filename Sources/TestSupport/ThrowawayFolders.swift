import Foundation
import PostgresServer
import Synchronization

/// The folders of throw-away clusters: each holds a locked file while its test process lives.
enum ThrowawayFolders {
    private static let prefix = "treue-test-"
    private static let mine = Mutex<[(root: String, instance: ClusterInstance)]>([])
    private static let counter = Atomic(0)

    /// Makes a folder, and removes those of dead processes.
    static func make() throws -> (root: String, alive: FileLock) {
        // Making and locking a folder, and looking for unlocked ones, must not overlap between processes.
        let gate = try FileLock("/tmp/treue-test-gate-\(geteuid())")
        gate.lock()
        defer { gate.unlock() }
        try removeLeftovers()
        let number = counter.add(1, ordering: .relaxed).newValue
        let root = "/tmp/\(prefix)\(getpid())-\(number)"
        guard mkdir(root, 0o711) == 0, chmod(root, 0o711) == 0 else {
            throw CocoaError(.fileWriteUnknown, userInfo: [NSFilePathErrorKey: root])
        }
        let alive = try FileLock("\(root)/alive.lock")
        alive.share()
        return (root, alive)
    }

    private static func removeLeftovers() throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: "/tmp") where name.hasPrefix(prefix) {
            let root = "/tmp/\(name)"
            var status = stat()
            guard lstat(root, &status) == 0, status.st_mode & S_IFMT == S_IFDIR, status.st_uid == geteuid(),
                let lock = try? FileLock("\(root)/alive.lock"), lock.tryLock()
            else {
                continue
            }
            let account = geteuid() == 0 ? try ServerAccount.named("postgres") : try ServerAccount.choose(for: root)
            remove(root, ClusterInstance(programs: try .find(), account: account, home: "\(root)/pg"))
        }
    }

    private static func remove(_ root: String, _ instance: ClusterInstance) {
        try? instance.stop(mode: "immediate")
        try? FileManager.default.removeItem(atPath: root)
    }

    /// Stops the server and removes the folder when this process ends in the ordinary way.
    static func removeAtExit(_ root: String, _ instance: ClusterInstance) {
        let isFirst = mine.withLock { list in
            list.append((root, instance))
            return list.count == 1
        }
        guard isFirst else {
            return
        }
        atexit {
            let list = ThrowawayFolders.mine.withLock { $0 }
            for (root, instance) in list {
                ThrowawayFolders.remove(root, instance)
            }
        }
    }
}
