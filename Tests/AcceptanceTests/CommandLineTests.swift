import Foundation
import Testing

extension Acceptance {
    @Suite struct CommandLine {
        private func lines(_ sales: [Sale]) -> String { sales.map { $0.json + "\n" }.joined() }

        /// Every line is JSON.
        private func isJSON(_ text: String) -> Bool {
            let lines = text.split(separator: "\n")
            return !lines.isEmpty && lines.allSatisfy { (try? JSON(Array($0.utf8))) != nil }
        }

        @Test(
            "a wrong call ends with 2 and says what is wrong on standard error",
            arguments: [
                ["--frobnicate"], ["frobnicate"], ["serve", "--frobnicate"], ["import"],
                ["import", "/nowhere/events.ndjson"],
                ["members", "show"], ["keys", "create", "--scope", "everything"],
                ["projections", "rebuild", "nonsense"],
                ["programme", "check", "/nowhere.yaml"], ["log", "verify", "--config", "/nowhere.conf"],
                ["log", "close"], ["log", "close", "--before", "yesterday"],
                ["log", "close", "--before", "2999-01-01"],
                ["log", "close", "--before", "2026-01-01", "--tablespace", "nowhere"],
            ])
        func wrongCalls(_ words: [String]) async throws {
            let place = try Place()
            let (ending, output, errors) = try await onThread {
                let process = try place.spawn(words)
                return (try process.wait(), process.output, process.errors)
            }
            #expect(ending == .exited(2))
            #expect(output.isEmpty)
            #expect(!errors.isEmpty)
        }

        @Test(
            "settings out of range end with 2",
            arguments: [
                ["TREUE_HTTP_PORT": "99999"], ["TREUE_LOG_LEVEL": "loud"], ["TREUE_LOG_FORMAT": "xml"],
                ["TREUE_PROGRAMME": "/nowhere.yaml"],
            ])
        func wrongSettings(_ variables: [String: String]) async throws {
            let finished = try await Place(variables: variables).treue("serve")
            #expect(finished.code == 2)
            #expect(finished.errors.contains(variables.values.first ?? "?"))
        }

        @Test("import names the lines it refuses, takes the rest, and ends with 1")
        func importWithBadLines() async throws {
            let place = try Place(programme: "\(Place.repository)/examples/online-retail/programme.yaml")
            var sale = Sale(id: "1", member: "ada", currency: "GBP")
            let first = sale.json
            sale.id = "2"
            let text = "\(first)\nno json\n\n\(sale.json.replacing("GBP", with: "XTS"))\n\(sale.json)\n{}\n"
            let finished = try await place.treue("import", try place.file("events.ndjson", text), "--json")
            #expect(finished.code == 1)
            #expect(isJSON(finished.output))
            let report = try finished.json
            #expect(report["accepted"] == 2)
            #expect(report["rejected"] == 3)
            #expect(report["problems"].elements.compactMap { $0["line"].number }.sorted() == [2, 4, 6])
            let plain = try await place.treue("import", place.path("events.ndjson"))
            #expect(plain.code == 1)
            for line in ["line 2:", "line 4:", "line 6:", "2 duplicates"] { #expect(plain.output.contains(line)) }
        }

        @Test("import reads standard input, counts nothing twice, and PostgreSQL ends with the last process")
        func importFromStandardInput() async throws {
            let place = try Place(programme: "\(Place.repository)/examples/online-retail/programme.yaml")
            let sales = (0..<20).map { Sale(id: "\($0)", member: "m-\($0 % 3)", currency: "GBP") }
            let file = try place.file("events.ndjson", lines(sales))
            let first = try await place.treue("import", "-", "--json", input: file)
            #expect(first.code == 0)
            #expect(try first.json["accepted"] == 20)
            let second = try await place.treue("import", "-", "--json", input: file)
            #expect(second.code == 0)
            #expect(try second.json["accepted"] == 0)
            #expect(try second.json["duplicates"] == 20)
            #expect(Leftovers.postmaster(below: place.folder) == nil)
        }

        @Test("commands work beside a running server, and leave its PostgreSQL to it")
        func besideServer() async throws {
            let place = try Place()
            let server = try await place.serve()
            _ = try await server.enrol("ada")
            let file = try place.file("events.ndjson", lines([Sale(id: "1", member: "ada", price: 4_200)]))
            for words in [
                ["migrate"], ["doctor"], ["import", file], ["projections", "list"], ["projections", "verify"],
                ["projections", "rebuild"], ["log", "verify"], ["keys", "list"],
            ] {
                let ending = try await onThread { try place.spawn(words).wait() }
                #expect(ending == .exited(0), "\(words)")
            }
            let member = try await server.get("/v1/members?external_id=ada").json
            #expect(member["wallets"]["points"]["available"] == 42)
            #expect(Leftovers.postmaster(below: place.folder) != nil)
            try await server.stop()
            #expect(Leftovers.postmaster(below: place.folder) == nil)
        }

        @Test("with --json standard output is JSON alone")
        func json() async throws {
            let place = try Place()
            // Beside a server no command has to start PostgreSQL, and the server's own log is not theirs.
            let server = try await place.serve()
            for words in [
                ["keys", "create", "--scope", "checkout", "--json"], ["projections", "list", "--json"],
                ["projections", "verify", "--json"], ["projections", "rebuild", "--json"], ["log", "verify", "--json"],
                ["import", "/dev/null", "--json"],
            ] {
                let (ending, output) = try await onThread {
                    let process = try place.spawn(words)
                    return (try process.wait(), process.output)
                }
                #expect(ending == .exited(0), "\(words)")
                #expect(isJSON(output), "\(words): \(output)")
            }
            try await server.stop()
        }

        @Test("doctor ends with 0 where all is well, and with 1 where something is wrong")
        func doctor() async throws {
            let place = try Place()
            let well = try await place.treue("doctor")
            #expect(well.code == 0)
            #expect(well.output.contains("all is well"))
            let file = try place.file("broken.yaml", "id: [\n")
            let ill = try await place.treue("doctor", "--programme", file)
            #expect(ill.code == 1)
            #expect(ill.output.contains("WRONG programme file"))
        }

        @Test("programme check names every fault with its line")
        func programmeCheck() async throws {
            let place = try Place()
            let good = "\(Place.repository)/examples/programmes/sephora.yaml"
            #expect(try await place.treue("programme", "check", good).code == 0)
            let broken = try String(contentsOfFile: good, encoding: .utf8)
                .replacing("currencies: [USD]", with: "currencies: [dollar]")
                .replacing("enrolment: explicit", with: "enrolment: sometimes")
            let file = try place.file("broken.yaml", broken)
            let finished = try await place.treue("programme", "check", file)
            #expect(finished.code == 1)
            let faulty = broken.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
                .filter { $0.element.hasPrefix("currencies") || $0.element.hasPrefix("enrolment") }
            #expect(faulty.count == 2)
            for line in faulty { #expect(finished.output.contains("\(file):\(line.offset + 1):")) }
        }

        @Test("a file named by --config gives what neither flags nor variables give")
        func configurationFile() async throws {
            let place = try Place()
            let file = try place.file(
                "treue.conf", "# settings\nTREUE_DATA_DIR=\(place.dataDirectory)\n\nTREUE_LOG_LEVEL=loud\n")
            // The file's level is wrong, which only matters where nothing wins over it.
            let wrong = try await place.treue("migrate", "--config", file, without: ["TREUE_DATA_DIR"])
            #expect(wrong.code == 2)
            #expect(wrong.errors.contains("loud"))
            let right = try await place.treue(
                "migrate", "--config", file, "--log-level", "info", without: ["TREUE_DATA_DIR"])
            #expect(right.code == 0)
            #expect(FileManager.default.fileExists(atPath: "\(place.dataDirectory)/database_url"))
        }
    }
}
