import Foundation
import TestSupport
import Testing

@Suite("A throw-away PostgreSQL")
struct ThrowawayPostgresTests {
    @Test("gives each caller an empty database that an ordinary role owns")
    func freshDatabases() async throws {
        let postgres = try await ThrowawayPostgres.shared()
        let (one, other) = (try await postgres.freshDatabase(), try await postgres.freshDatabase())
        #expect(one != other)
        try await postgres.query("CREATE TABLE t (n int); INSERT INTO t VALUES (7);", at: one)
        #expect(try await postgres.query("SELECT n FROM t;", at: postgres.superuserURL(for: one)) == "7\n")
        #expect(try await postgres.query("SELECT to_regclass('t') IS NULL;", at: other) == "t\n")
        #expect(
            try await postgres.query("SELECT rolsuper FROM pg_roles WHERE rolname = current_user;", at: one) == "f\n")
    }

    @Test("loses nothing that was committed when it is killed and started again")
    func killed() async throws {
        let postgres = try await ThrowawayPostgres.start(configuration: ["work_mem = '5MB'"])
        let database = try await postgres.freshDatabase()
        try await postgres.query("CREATE TABLE t (n int); INSERT INTO t VALUES (1);", at: database)
        try await postgres.kill()
        #expect(postgres.process == nil)
        try await postgres.restart()
        #expect(try await postgres.query("SELECT n FROM t; SHOW work_mem; SHOW fsync;", at: database) == "1\n5MB\non\n")
        try await postgres.stop()
        #expect(postgres.process == nil)
    }

    @Test("lets in over TCP whom the caller's own rules let in")
    func accessRules() async throws {
        let postgres = try await ThrowawayPostgres.start(
            hba: ["host all all 127.0.0.1/32 scram-sha-256"], port: 54_871)
        let setup = postgres.superuserURL(for: "postgres")
        try await postgres.query("CREATE ROLE anna LOGIN PASSWORD 'secret';", at: setup)
        let login = "@127.0.0.1:54871/postgres"
        #expect(try await postgres.query("SELECT 1;", at: "postgresql://anna:secret\(login)") == "1\n")
        await #expect(throws: (any Error).self) {
            try await postgres.query("SELECT 1;", at: "postgresql://anna:wrong\(login)")
        }
        try await postgres.stop()
    }
}
