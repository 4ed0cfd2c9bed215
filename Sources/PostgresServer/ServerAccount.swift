package import Foundation

/// The system account that PostgreSQL runs as: our own, or another one when we are root (which PostgreSQL refuses).
package struct ServerAccount: Sendable, Equatable {
    package let user: uid_t
    package let group: gid_t

    /// Whether programs must be started through `setpriv`.
    package var differs: Bool { user != geteuid() }

    /// The account for a data directory.
    ///
    /// A folder that belongs to an ordinary user stays that user's when root works in it; root's own folders are served
    /// by the account `postgres`, which Debian's package makes. `nobody` would not do: whoever else runs as it could
    /// read the data.
    ///
    /// - Throws: `accountMissing`, or `folderUnusable` for somebody else's folder.
    package static func choose(for folder: String) throws(PostgresServerError) -> ServerAccount {
        guard let owner = FileStatus(folder) else {
            throw .folder(folder, "cannot be read")
        }
        guard geteuid() == 0 else {
            guard owner.user == geteuid() else {
                throw PostgresServerError(
                    .folderUnusable, "\(folder) belongs to another user",
                    mend: "Run as that user, give the folder away (chown -R), or choose another in TREUE_DATA_DIR.")
            }
            return ServerAccount(user: geteuid(), group: getegid())
        }
        return owner.user == 0 ? try named("postgres") : ServerAccount(user: owner.user, group: owner.group)
    }

    /// Looks an account up by its name.
    ///
    /// - Throws: `accountMissing`.
    package static func named(_ name: String) throws(PostgresServerError) -> ServerAccount {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16 << 10)
        getpwnam_r(name, &entry, &buffer, buffer.count, &found)
        guard found != nil, entry.pw_uid != 0 else {
            throw PostgresServerError(
                .accountMissing, "PostgreSQL refuses to run as root, and there is no account '\(name)' for it",
                mend: "Add one (adduser --system --group \(name)), or run treue as an ordinary user.")
        }
        return ServerAccount(user: entry.pw_uid, group: entry.pw_gid)
    }

    /// A run of a program as this account.
    ///
    /// - Throws: `accountMissing` when `setpriv` is not there.
    func program(_ path: String, _ arguments: [String]) throws(PostgresServerError) -> ProgramRun {
        guard differs else {
            return ProgramRun(path: path, arguments: arguments)
        }
        let places: [String] = ["/usr/bin/setpriv", "/bin/setpriv"]
        guard let setpriv = places.first(where: { access($0, X_OK) == 0 }) else {
            throw PostgresServerError(
                .accountMissing, "setpriv, which starts PostgreSQL as another user than root, was not found",
                mend: "Install it (Debian: apt-get install util-linux), or run treue as an ordinary user.")
        }
        let identity = ["--reuid=\(user)", "--regid=\(group)", "--clear-groups", "--"]
        return ProgramRun(path: setpriv, arguments: identity + [path] + arguments)
    }

    /// Whether this account can enter a folder and write in it.
    func canUse(_ folder: String) throws(PostgresServerError) -> Bool {
        try program("/bin/sh", ["-c", "cd \"$1\" && test -w .", "sh", folder]).run().status == 0
    }

    /// Writes a small file (at most 32 KiB) as this account, whole or not at all, readable by it alone.
    ///
    /// Root never writes into a folder of another account with its own hands: a link laid there would lead it astray.
    func write(_ text: String, to path: String) throws(PostgresServerError) {
        var run = try program("/bin/sh", ["-c", "umask 077; cat > \"$1.new\" && mv -T \"$1.new\" \"$1\"", "sh", path])
        run.input = text
        let done = try run.run()
        guard done.status == 0 else {
            throw .folder(path, "cannot be written: \(done.words)")
        }
    }

    /// Removes a folder and all below it, as this account.
    func remove(_ path: String) throws(PostgresServerError) {
        _ = try program("/bin/rm", ["-rf", "--", path]).run()
    }
}

/// Who owns a file, and what kind it is; links are not followed.
struct FileStatus {
    let user: uid_t
    let group: gid_t
    let mode: mode_t

    var isFolder: Bool { mode & S_IFMT == S_IFDIR }
    var isLink: Bool { mode & S_IFMT == S_IFLNK }
    /// The permission bits.
    var permissions: mode_t { mode & 0o7777 }

    init?(_ path: String) {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            return nil
        }
        (user, group, mode) = (status.st_uid, status.st_gid, status.st_mode)
    }
}

extension PostgresServerError {
    static func folder(_ path: String, _ fault: String) -> PostgresServerError {
        PostgresServerError(
            .folderUnusable, "\(path) \(fault)",
            mend: "See to its owner and permissions, or choose another folder in TREUE_DATA_DIR.")
    }
}
