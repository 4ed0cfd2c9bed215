import Foundation

/// The folder that holds the private cluster and the keys.
public enum DataDirectory {
    /// Makes the folder if it is missing. Whoever keeps something else in it calls this first too, so that it is made
    /// in one way: root's is 0711, since PostgreSQL's account must get through it (and see nothing); others' is 0700.
    ///
    /// - Returns: its absolute path, links resolved.
    /// - Throws: `folderUnusable`.
    @discardableResult
    public static func open(_ path: String) throws(PostgresServerError) -> String {
        let path = URL(filePath: path).standardizedFileURL.path
        let parent = (path as NSString).deletingLastPathComponent
        try? FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
        if mkdir(path, 0o700) == 0 {
            chmod(path, geteuid() == 0 ? 0o711 : 0o700)
        }
        guard let real = realpath(path, nil) else {
            throw .folder(path, "cannot be made: \(String(cString: strerror(errno)))")
        }
        defer { free(real) }
        return String(cString: real)
    }
}
