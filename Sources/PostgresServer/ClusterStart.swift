import Foundation
import Logging

/// Brings the server of a cluster up, whatever state it is found in. Used under `start.lock`.
struct ClusterStart {
    let instance: ClusterInstance
    let port: Int
    let logger: Logger
    /// How long a server found starting (a long recovery, say) or ending may take.
    var patience = Duration.seconds(540)

    /// Adopts the server that runs, or starts it.
    ///
    /// - Returns: the folder of its socket.
    /// - Throws: `startFailed`, `folderUnusable`, `programFailed`.
    func ensureRunning() throws(PostgresServerError) -> String {
        let deadline = ContinuousClock.now.advanced(by: patience)
        while ContinuousClock.now < deadline {
            let seen = Postmaster.look(at: instance.data)
            switch seen.state {
            case .ready:
                logger.debug("PostgreSQL runs already", metadata: ["process": "\(seen.process ?? 0)"])
                return seen.socketFolder ?? SocketFolder.choose(home: instance.home, port: port)
            case .gone:
                return try start()
            case .starting, .stopping, .orphans:
                // Another process' state, which nothing announces; `pg_ctl -w` looks for it in the same way.
                usleep(20_000)
            }
        }
        throw PostgresServerError(
            .startFailed, "PostgreSQL neither became ready nor ended", mend: "See the log below \(instance.home)/log.")
    }

    private func start() throws(PostgresServerError) -> String {
        let folder = SocketFolder.choose(home: instance.home, port: port)
        try SocketFolder.make(folder, for: instance.account)
        try instance.configure(
            ClusterSettings(
                socketFolder: folder, port: port, compression: instance.bestCompression()))
        try instance.start()
        logger.info("PostgreSQL started", metadata: ["cluster": "\(instance.home)"])
        return folder
    }
}

/// Small files of our own account.
enum OwnFile {
    /// Writes a file that only we can read, whole or not at all.
    ///
    /// - Throws: `folderUnusable`.
    static func write(_ text: String, to path: String) throws(PostgresServerError) {
        let beside = "\(path).new"
        unlink(beside)
        let descriptor = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            throw .folder(path, "cannot be written: \(String(cString: strerror(errno)))")
        }
        let bytes = Array(text.utf8)
        let written = Foundation.write(descriptor, bytes, bytes.count)
        close(descriptor)
        guard written == bytes.count, rename(beside, path) == 0 else {
            throw .folder(path, "cannot be written: \(String(cString: strerror(errno)))")
        }
    }
}
