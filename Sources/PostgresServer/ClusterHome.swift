import Foundation

/// Finds or makes the folder in which a data directory's cluster lives.
///
/// It is `<data directory>/postgres`, or, where PostgreSQL's account cannot enter that path, a system folder to which
/// `<data directory>/postgres` is then a symbolic link: so the next start finds it, and so does a person.
struct ClusterHome {
    /// The data directory, absolute, links resolved.
    let dataDirectory: String
    let account: ServerAccount
    /// Whether this call made the link to the system folder.
    private(set) var fellBack = false
    /// The folder, links resolved; belongs to the account alone.
    private(set) var path: String

    /// Call it by one process at a time.
    ///
    /// - Throws: `folderUnusable`.
    init(dataDirectory: String, account: ServerAccount, systemFolder: String) throws(PostgresServerError) {
        self.dataDirectory = dataDirectory
        self.account = account
        let wished = "\(dataDirectory)/postgres"
        path = wished
        if FileStatus(wished)?.isLink == true {
            path = (try? FileManager.default.destinationOfSymbolicLink(atPath: wished)) ?? wished
            try makeFolder(beside: systemFolder)
            return
        }
        try makeFolder()
        guard account.differs, try !account.canUse(wished) else {
            return
        }
        // An empty folder may go; one with a cluster stays, and its owner must open the way to it.
        guard rmdir(wished) == 0 else {
            throw .folder(wished, "holds a cluster, but PostgreSQL's account cannot enter it")
        }
        path = "\(systemFolder)/\(PathHash.of(dataDirectory))"
        try makeFolder(beside: systemFolder)
        guard try account.canUse(path), symlink(path, wished) == 0 else {
            throw .folder(path, "cannot be used in place of \(wished)")
        }
        fellBack = true
    }

    /// Makes the folder unless it is there, and sees that it belongs to the account.
    private func makeFolder(beside systemFolder: String? = nil) throws(PostgresServerError) {
        if let systemFolder, mkdir(systemFolder, 0o711) == 0 {
            chmod(systemFolder, 0o711)
        }
        let isNew = mkdir(path, 0o700) == 0
        guard let status = FileStatus(path), status.isFolder else {
            throw .folder(path, "cannot be made: \(String(cString: strerror(errno)))")
        }
        // Only a folder of root's own is ever given away: one just made, or left by a run that was killed here.
        if geteuid() == 0 && (isNew || status.user == 0) {
            lchown(path, account.user, account.group)
        }
        guard FileStatus(path)?.user == account.user else {
            throw .folder(path, "belongs to another account than the one PostgreSQL runs as")
        }
    }
}
