import Foundation

extension Place {
    /// Runs SQL as the superuser, from outside as an operator would; rows a line, columns parted by `|`.
    @discardableResult
    func sql(_ statement: String) async throws -> String {
        try await psql(["-A", "-t", "-c", statement])
    }

    /// A number that SQL answers.
    func count(_ statement: String) async throws -> Int { Int(try await sql(statement)) ?? -1 }

    /// Runs `psql` to its end and answers what it printed.
    func psql(_ arguments: [String]) async throws -> String {
        try await onThread { [self] in
            let url = try String(contentsOfFile: "\(dataDirectory)/database_url", encoding: .utf8)
            let files = path("psql-\(UUID().uuidString)")
            let process = try Spawned(
                "/usr/bin/env",
                ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", url.trimmingCharacters(in: .newlines)] + arguments,
                environment: ["PATH": Self.searchPath], files: files)
            guard try process.wait() == .exited(0) else { throw SQLFailed(words: process.errors) }
            return process.output.trimmingCharacters(in: .newlines)
        }
    }

    /// Debian keeps PostgreSQL's programs in a versioned folder that is not on the PATH.
    private static let searchPath: String = {
        let root = "/usr/lib/postgresql"
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        let folders = versions.sorted().reversed().map { "\(root)/\($0)/bin" }
        return ([ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"] + folders).joined(separator: ":")
    }()

    /// Positions of a partition that do not run 1, 2, 3 … to its head.
    func gaps() async throws -> Int {
        try await count(
            """
            SELECT count(*) FROM treue.head h
              LEFT JOIN LATERAL (SELECT count(*) AS n, coalesce(max(position), 0) AS last FROM treue.event e
                                  WHERE e.partition = h.partition) AS e ON true
             WHERE e.n <> h.position OR e.last <> h.position
            """)
    }
}

struct SQLFailed: Error {
    var words: String
}
