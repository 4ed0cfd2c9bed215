import Foundation
import Logging
import PostgresServer
import TestSupport
import Testing

@Suite("A private cluster")
struct PrivateClusterTests {
    @Test("is made with checksums, closed to others, and served to an ordinary role")
    func freshStart() async throws {
        let place = try Scratch()
        let cluster = place.cluster()
        let url = try await cluster.start()
        let told = try place.read("database_url").trimmingCharacters(in: .newlines)
        #expect(told == cluster.superuserURL)
        #expect(place.permissions("database_url") == 0o600)
        #expect(place.permissions("postgres") == 0o700)
        let settings =
            "SHOW data_checksums; SHOW server_encoding; SHOW fsync; SHOW full_page_writes;"
            + "SHOW synchronous_commit; SHOW listen_addresses; SHOW unix_socket_permissions;"
        #expect(try place.ask(settings, told) == "on\nUTF8\non\non\non\n\n0700\n")
        let role = "SELECT current_user, rolsuper FROM pg_roles WHERE rolname = current_user;"
        #expect(try place.ask(role, url) == "treue|f\n")
        #expect(try place.ask("CREATE TABLE t (n int);", url) == "")
        // Ctrl-C goes to a process group: the server must not be in ours.
        #expect(getsid(try #require(place.process)) != getsid(0))
        try await cluster.stop()
        #expect(place.process == nil)
    }

    @Test("lets in no other user of the machine, whatever role they name", .enabled(if: isRoot))
    func otherUsers() async throws {
        let place = try Scratch()
        let cluster = place.cluster()
        let url = try await cluster.start()
        let other = ClusterInstance(programs: try .find(), account: try .named("nobody"), home: place.path)
        let refusal = #expect(throws: PostgresServerError.self) { try other.query("SELECT 1;", at: url) }
        #expect(refusal?.message.contains("Permission denied") == true)
        #expect(
            try !String(contentsOfFile: "\(place.path)/postgres/data/pg_hba.conf", encoding: .utf8).contains("host"))
        try await cluster.stop()
    }

    @Test("is shared, and stopped by the last who leaves")
    func sharing() async throws {
        let place = try Scratch()
        let (first, second) = (place.cluster(), place.cluster())
        let url = try await first.start()
        let process = place.process
        #expect(try await second.start() == url)
        #expect(place.process == process)
        try await first.stop()
        #expect(try place.ask("SELECT 1;", url) == "1\n")
        try await second.stop()
        #expect(place.process == nil)
        try await second.stop()
    }

    @Test("is made and started once by many who start at the same time")
    func startsAtOnce() async throws {
        let place = try Scratch()
        let clusters = (0..<4).map { _ in place.cluster() }
        let urls = try await withThrowingTaskGroup(of: String.self) { group in
            for cluster in clusters {
                group.addTask { try await cluster.start() }
            }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(urls.count == 1)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for cluster in clusters {
                group.addTask { try await cluster.stop() }
            }
            try await group.waitForAll()
        }
        #expect(place.process == nil)
    }

    @Test("recovers after its postmaster was killed, with all that was committed")
    func recovers() async throws {
        let place = try Scratch()
        let before = place.cluster()
        let url = try await before.start()
        _ = try place.ask("CREATE TABLE t (n int); INSERT INTO t VALUES (7);", url)
        try place.instance().killNow()
        let after = place.cluster()
        #expect(try place.ask("SELECT n FROM t;", try await after.start()) == "7\n")
        try await after.stop()
        #expect(place.process != nil)
        try await before.stop()
        #expect(place.process == nil)
    }

    @Test("that nobody stopped is found running and stopped by the next who leaves")
    func adopted() async throws {
        let place = try Scratch()
        try await place.cluster().start()  // its lock goes with the object, as it does with a killed process
        let process = place.process
        let next = place.cluster()
        try await next.start()
        #expect(place.process == process)
        try await next.stop()
        #expect(place.process == nil)
    }

    @Test("starts although its lock file names a living process of somebody else's")
    func strangersNumber() async throws {
        let place = try Scratch()
        let cluster = place.cluster()
        try await cluster.start()
        try await cluster.stop()
        let lines = "\(getpid())\n\(place.path)/postgres/data\n1\n5432\n\(place.path)/postgres/socket\n\n\nready\n"
        try lines.write(toFile: "\(place.path)/postgres/data/postmaster.pid", atomically: false, encoding: .utf8)
        try await cluster.start()
        try await cluster.stop()
    }

    @Test("is not taken for whole when making it was cut off")
    func halfMade() async throws {
        let place = try Scratch()
        let cluster = place.cluster()
        try await cluster.start()
        try await cluster.stop()
        let home = "\(place.path)/postgres"
        try FileManager.default.moveItem(atPath: "\(home)/data", toPath: "\(home)/data.new-1-1")
        try FileManager.default.removeItem(atPath: "\(home)/data.new-1-1/global/pg_control")
        #expect(try place.ask("SELECT 1;", try await cluster.start()) == "1\n")
        #expect(try !FileManager.default.contentsOfDirectory(atPath: home).contains { $0.hasPrefix("data.new-") })
        try await cluster.stop()
    }

    @Test("keeps its socket elsewhere, closed to others, when its own path is too long for one")
    func longPath() async throws {
        let place = try Scratch(below: String(repeating: "deep-", count: 30) + "/it's $HOME, \"so\" to say")
        let cluster = place.cluster()
        let url = try await cluster.start()
        #expect(try place.ask("SELECT 1;", url) == "1\n")
        let superuser = try #require(cluster.superuserURL)
        let folder = try place.ask("SHOW unix_socket_directories;", superuser).trimmingCharacters(in: .newlines)
        #expect(folder.utf8.count < 60)
        #expect(Scratch.permissions(folder) == 0o700)
        try await cluster.stop()
        try FileManager.default.removeItem(atPath: folder)
    }

    @Test("is kept in a system folder when PostgreSQL's account cannot enter the data directory", .enabled(if: isRoot))
    func closedFolder() async throws {
        let place = try Scratch(below: "closed/clone", closing: "closed")
        let cluster = place.cluster()
        #expect(try place.ask("SELECT 1;", try await cluster.start()) == "1\n")
        try await cluster.stop()
        let home = try FileManager.default.destinationOfSymbolicLink(atPath: "\(place.path)/postgres")
        #expect(home.hasPrefix(place.systemFolder))
        #expect(Scratch.permissions(home) == 0o700)
        _ = try await cluster.start()
        #expect(try place.read("database_url").contains(home))
        try await cluster.stop()
    }

    @Test("of another major version is refused with a mend")
    func otherVersion() async throws {
        let place = try Scratch()
        let cluster = place.cluster()
        try await cluster.start()
        try await cluster.stop()
        try "12\n".write(toFile: "\(place.path)/postgres/data/PG_VERSION", atomically: false, encoding: .utf8)
        let programs = try PostgresPrograms.find()
        let named = PrivateCluster(
            dataDirectory: place.path, environment: ["TREUE_POSTGRES_BIN": programs.folder], logger: Scratch.logger)
        let refusal = await #expect(throws: PostgresServerError.self) { try await named.start() }
        #expect(refusal?.code == .versionMismatch)
        let looked = await #expect(throws: PostgresServerError.self) { try await cluster.start() }
        #expect(looked?.mend.contains("postgresql-12") == true)
    }
}

private let isRoot = geteuid() == 0
