public import Foundation

/// Where PostgreSQL's programs lie, and of which major version they are.
public struct PostgresPrograms: Sendable, Equatable {
    /// The folder that holds `initdb`, `pg_ctl`, `postgres` and `psql`.
    public let folder: String
    /// The major version, such as 15.
    public let major: Int

    /// The oldest major version that the schema works on.
    public static let oldestMajor = 15
    static let needed = ["initdb", "pg_ctl", "postgres", "psql"]

    package var initdb: String { "\(folder)/initdb" }
    package var pgCtl: String { "\(folder)/pg_ctl" }
    package var postgres: String { "\(folder)/postgres" }
    package var psql: String { "\(folder)/psql" }

    /// Finds the programs: `TREUE_POSTGRES_BIN`, then Debian's versioned folders (newest first), then `PATH`.
    ///
    /// - Parameters:
    ///   - environment: the variables to look into.
    ///   - major: only this major version, for a cluster that exists; `TREUE_POSTGRES_BIN` is taken as it is.
    ///   - debianFolder: where Debian keeps one folder a version.
    /// - Throws: `programsMissing`.
    public static func find(
        environment: [String: String] = ProcessInfo.processInfo.environment, major: Int? = nil,
        debianFolder: String = "/usr/lib/postgresql"
    ) throws(PostgresServerError) -> PostgresPrograms {
        if let named = environment["TREUE_POSTGRES_BIN"], !named.isEmpty {
            guard let programs = look(in: named) else {
                throw PostgresServerError(
                    .programsMissing,
                    "TREUE_POSTGRES_BIN is \(named), which does not hold "
                        + "\(needed.joined(separator: ", ")) of PostgreSQL \(oldestMajor) or newer",
                    mend: "Name the folder that holds them, or unset it.")
            }
            return programs
        }
        for folder in debianFolders(debianFolder) + pathFolders(environment) {
            if let programs = look(in: folder), major == nil || programs.major == major {
                return programs
            }
        }
        throw missing(major)
    }

    private static func missing(_ major: Int?) -> PostgresServerError {
        if let major {
            return PostgresServerError(
                .programsMissing, "The programs of PostgreSQL \(major) were not found",
                mend: "Install them (Debian: apt-get install postgresql-\(major)).")
        }
        return PostgresServerError(
            .programsMissing, "PostgreSQL's programs (\(oldestMajor) or newer) were not found",
            mend: "Install them (Debian: apt-get install postgresql), name their folder in TREUE_POSTGRES_BIN, "
                + "or name a server of your own in TREUE_DATABASE_URL.")
    }

    /// The versioned folders, newest first.
    private static func debianFolders(_ root: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        return names.compactMap { Int($0) }.sorted(by: >).map { "\(root)/\($0)/bin" }
    }

    private static func pathFolders(_ environment: [String: String]) -> [String] {
        (environment["PATH"] ?? "").split(separator: ":").map(String.init).filter { $0.hasPrefix("/") }
    }

    /// The programs of a folder, if all are there and new enough.
    private static func look(in folder: String) -> PostgresPrograms? {
        let folder = URL(filePath: folder).path
        guard needed.allSatisfy({ FileManager.default.isExecutableFile(atPath: "\(folder)/\($0)") }),
            let told = try? ProgramRun(path: "\(folder)/postgres", arguments: ["--version"], limitSeconds: 30).run(),
            told.status == 0, let major = majorVersion(in: told.output), major >= oldestMajor
        else {
            return nil
        }
        return PostgresPrograms(folder: folder, major: major)
    }

    /// The major version in `postgres (PostgreSQL) 15.18 (Debian …)`, also of betas such as `17beta1`.
    static func majorVersion(in text: String) -> Int? {
        guard let found = text.range(of: "(PostgreSQL) ") else {
            return nil
        }
        return Int(text[found.upperBound...].prefix { $0.isASCII && $0.isNumber })
    }
}
