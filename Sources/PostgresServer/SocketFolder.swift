import Foundation

/// The folder of a cluster's Unix socket.
enum SocketFolder {
    /// What the kernel's `sun_path` holds, without the closing zero byte.
    static let longestSocketPath = 107

    /// The path of the socket in a folder.
    static func socket(in folder: String, port: Int) -> String {
        "\(folder)/.s.PGSQL.\(port)"
    }

    /// Chooses `<home>/socket`, or a short folder when that path would be too long (or holds characters that the
    /// setting's own list syntax gives a meaning).
    static func choose(home: String, port: Int) -> String {
        let wished = "\(home)/socket"
        let isPlain = wished.utf8.allSatisfy { $0 >= 0x20 && !#",'"\"#.utf8.contains($0) }
        if isPlain && socket(in: wished, port: port).utf8.count <= longestSocketPath {
            return wished
        }
        let base = geteuid() == 0 && FileStatus("/run")?.isFolder == true ? "/run" : "/tmp"
        return "\(base)/treue-\(PathHash.of(home))"
    }

    /// Makes the folder, closed to everybody but the account, or sees that it is just so.
    ///
    /// Below /tmp anybody may have made it before us: only one that belongs to the account and is closed is taken.
    ///
    /// - Throws: `folderUnusable`.
    static func make(_ folder: String, for account: ServerAccount) throws(PostgresServerError) {
        var run = try account.program("/bin/mkdir", ["-m", "0700", "--", folder])
        if account.differs && folder.hasPrefix("/run/") && mkdir(folder, 0o700) == 0 {
            guard lchown(folder, account.user, account.group) == 0 else {
                throw .folder(folder, "cannot be given to PostgreSQL's account")
            }
            return
        }
        run.limitSeconds = 30
        let made = try run.run()
        guard let status = FileStatus(folder) else {
            throw .folder(folder, "cannot be made: \(made.words)")
        }
        guard status.isFolder, status.user == account.user, status.permissions == 0o700 else {
            throw .folder(folder, "is not a folder of PostgreSQL's account alone (mode 0700)")
        }
    }
}

/// A short name for a path. It need not withstand an attacker: what it names is checked before use.
enum PathHash {
    /// FNV-1a of the path's bytes, as 16 hexadecimal digits.
    static func of(_ path: String) -> String {
        let hash = path.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
