import Foundation
import Testing

@testable import PostgresServer

@Suite("PostgreSQL's programs")
struct PostgresProgramsTests {
    @Test("are those of the variable, whatever else there is")
    func named() throws {
        let found = try PostgresPrograms.find()
        let named = try PostgresPrograms.find(
            environment: ["TREUE_POSTGRES_BIN": found.folder + "/"], debianFolder: "/nowhere")
        #expect(named.major == found.major)
    }

    @Test("are not looked for elsewhere when the variable is wrong")
    func wronglyNamed() {
        let error = #expect(throws: PostgresServerError.self) {
            try PostgresPrograms.find(environment: ["TREUE_POSTGRES_BIN": "/nowhere"])
        }
        #expect(error?.code == .programsMissing)
        #expect(error?.message.contains("/nowhere") == true)
    }

    @Test("are found on the PATH where Debian's folders are missing")
    func onPath() throws {
        let folder = try PostgresPrograms.find().folder
        let found = try PostgresPrograms.find(
            environment: ["PATH": "/nowhere:relative:\(folder)"], debianFolder: "/nowhere")
        #expect(found.folder == folder)
    }

    @Test("that are missing, or of another version than asked for, are told with the package to install")
    func missing() {
        let none = #expect(throws: PostgresServerError.self) {
            try PostgresPrograms.find(environment: [:], debianFolder: "/nowhere")
        }
        #expect(none?.mend.contains("apt-get install postgresql)") == true)
        let other = #expect(throws: PostgresServerError.self) { try PostgresPrograms.find(major: 9) }
        #expect(other?.mend.contains("postgresql-9") == true)
    }

    @Test(
        "tell their version in several ways",
        arguments: [
            ("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n", 15), ("postgres (PostgreSQL) 17beta1\n", 17),
            ("postgres (PostgreSQL) 9.6.24\n", 9), ("postgres\n", nil),
        ] as [(String, Int?)])
    func versions(text: String, major: Int?) {
        #expect(PostgresPrograms.majorVersion(in: text) == major)
    }

    @Test("are reached through URLs that keep any path whole")
    func urls() {
        let url = ConnectionURL.make(role: "a b", database: "t", socketFolder: "/it's/50%&x=ü", port: 5)
        #expect(url == "postgresql://a%20b@/t?host=/it%27s/50%25%26x%3D%C3%BC&port=5")
    }
}

@Suite("A program run")
struct ProgramRunTests {
    @Test("hands over input, both outputs, the exit code and a bare environment")
    func streams() throws {
        var run = ProgramRun(path: "/bin/sh", arguments: ["-c", "cat; echo \"$PGHOST$WORD\" >&2; pwd; exit 3"])
        run.input = "in\n"
        run.environment = ["WORD": "said"]
        run.folder = "/usr"
        let done = try run.run()
        #expect((done.status, done.output, done.errors) == (3, "in\n/usr\n", "said\n"))
    }

    @Test("ends when its time is over")
    func limit() {
        var run = ProgramRun(path: "/bin/sleep", arguments: ["600"])
        run.limitSeconds = 0
        #expect(throws: PostgresServerError.self) { try run.run() }
    }

    @Test("of a program that ends by a signal, or cannot be found, says so")
    func signals() throws {
        #expect(try ProgramRun(path: "/bin/sh", arguments: ["-c", "kill -9 $$"]).run().status == 137)
        #expect(try ProgramRun(path: "/nowhere/x", arguments: []).run().status == 127)
    }

    @Test("keeps no more output than its limit")
    func muchOutput() throws {
        let run = ProgramRun(path: "/bin/sh", arguments: ["-c", "head -c 3000000 /dev/zero; echo end >&2"])
        let done = try run.run()
        #expect(done.output.utf8.count == ProgramRun.outputLimit)
        #expect(done.errors == "end\n")
    }
}
