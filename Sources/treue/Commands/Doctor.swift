import ArgumentParser
import EventLog
import Foundation
import Loyalty
import Postgres
import PostgresServer
import Wire

/// `treue doctor`
struct Doctor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Say what is wrong with the environment, and how to mend it.",
        discussion:
            "Exit code 1 when something is wrong. Changes nothing but starting the private PostgreSQL for a look.")

    @OptionGroup var options: SettingsOptions

    func run() async throws {
        var patient = Checkup()
        guard let settings = patient.check("configuration", { try options.settings() }) else { throw ExitCode(1) }
        patient.check("time zones") { try DoctorChecks.timeZones() }
        patient.check("data directory") { try DoctorChecks.dataDirectory(settings) }
        patient.check("programme file") { try DoctorChecks.programme(settings) }
        if settings.databaseURL == nil {
            patient.check("PostgreSQL's programs") { "found in \(try PostgresPrograms.find().folder)" }
        }
        do {
            let database = try await Database.open(settings)
            let findings = await DoctorChecks.database(database)
            await database.close()
            findings.forEach { patient.note($0.name, $0.result) }
        } catch {
            patient.note("database", .failure(error))
        }
        guard patient.isWell else { throw ExitCode(1) }
        print("all is well")
    }
}

/// Findings, told as they come.
private struct Checkup {
    var isWell = true

    @discardableResult
    mutating func check<Value>(_ name: String, _ body: () throws -> Value) -> Value? {
        let result = Result { try body() }
        note(name, result.map { "\($0 as? String ?? "ok")" })
        return try? result.get()
    }

    mutating func note(_ name: String, _ result: Result<String, any Error>) {
        switch result {
        case .success(let text): print("ok    \(name): \(text)")
        case .failure(let error):
            isWell = false
            print("WRONG \(name): \(Fault(error).message)")
        }
    }
}

/// The single checks.
private enum DoctorChecks {
    static func timeZones() throws -> String {
        guard TimeZone(identifier: "America/Los_Angeles") != nil else {
            throw Fault(cannot: "no time zones are installed; apt-get install tzdata")
        }
        return "ok"
    }

    static func dataDirectory(_ settings: Settings) throws -> String {
        let path = settings.dataDirectory
        let files = FileManager.default
        var isFolder: ObjCBool = false
        guard files.fileExists(atPath: path, isDirectory: &isFolder) else { return "\(path) will be made" }
        guard isFolder.boolValue, files.isWritableFile(atPath: path) else {
            throw Fault(cannot: "\(path) is not a folder that this user may write to; set TREUE_DATA_DIR")
        }
        return path
    }

    static func programme(_ settings: Settings) throws -> String {
        guard let path = settings.programmePath else { return "none named; the reference programme serves" }
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw Fault(cannot: "TREUE_PROGRAMME names \(path), which cannot be read")
        }
        return "\(path): \(try ProgrammeFile.read(text, name: path).id)"
    }

    static func database(_ database: Database) async -> [(name: String, result: Result<String, any Error>)] {
        [
            ("database", await caught { try await version(database.client) }),
            ("durability", await caught { try await durability(database.client) }),
            ("schema", await caught { try await schema(database.client) }),
        ]
    }

    private static func caught(_ body: () async throws -> String) async -> Result<String, any Error> {
        do { return .success(try await body()) } catch { return .failure(error) }
    }

    private static func version(_ client: PostgresClient) async throws -> String {
        let row = try await client.query("SELECT current_setting('server_version_num')::int, version()", []).first
        let number = try row?.int4(0) ?? 0
        guard number >= 150_000 else {
            throw Fault(cannot: "PostgreSQL 15 or later is needed, this is \(number / 10_000); upgrade the server")
        }
        return try row?.text(1) ?? ""
    }

    private static func durability(_ client: PostgresClient) async throws -> String {
        for name in ["fsync", "synchronous_commit", "full_page_writes"] {
            let value = try await client.query("SELECT current_setting($1)", [.text(name)]).first?.text(0)
            guard value != "off" else {
                throw Fault(cannot: "\(name) is off: answered events may be lost in a crash; set it to on")
            }
        }
        return "fsync, synchronous_commit and full_page_writes are on"
    }

    private static func schema(_ client: PostgresClient) async throws -> String {
        let pending = try await client.withLease { lease in try await Migrator().pending(on: lease) }
        return pending.isEmpty
            ? "up to date" : "\(pending.count) changes pending; treue migrate (or serve) applies them"
    }
}
