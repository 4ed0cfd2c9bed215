import Foundation

/// An advisory lock on a file that the kernel releases when its process ends, however it ends.
///
/// The file stays when the lock goes: removing it would let two processes lock two files of one name.
package final class FileLock: Sendable {
    private let descriptor: Int32

    /// Opens (and makes) the file, readable by its owner alone, without locking it.
    ///
    /// - Throws: `folderUnusable`.
    package init(_ path: String) throws(PostgresServerError) {
        descriptor = open(path, O_RDONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            throw .folder(path, "cannot be opened: \(String(cString: strerror(errno)))")
        }
    }

    deinit {
        close(descriptor)
    }

    /// Waits until nobody else holds the lock, then holds it alone.
    package func lock() {
        while flock(descriptor, LOCK_EX) != 0 && errno == EINTR {}
    }

    /// Holds the lock together with others, waiting for one who holds it alone.
    package func share() {
        while flock(descriptor, LOCK_SH) != 0 && errno == EINTR {}
    }

    /// Holds the lock alone if nobody else holds it; else loses what it held and answers false.
    package func tryLock() -> Bool {
        flock(descriptor, LOCK_EX | LOCK_NB) == 0
    }

    package func unlock() {
        flock(descriptor, LOCK_UN)
    }
}
