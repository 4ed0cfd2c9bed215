import Foundation
import Testing

/// Where `online-retail/2010-12_2011-02.csv.gz` lies: the data is not part of the repository.
private let realData: String? = {
    let folder = ProcessInfo.processInfo.environment["TREUE_TEST_DATA"].map { "\($0)/online-retail" }
    let file = folder.map { "\($0)/2010-12_2011-02.csv.gz" }
    if let file, FileManager.default.fileExists(atPath: file) { return file }
    print("note: TREUE_TEST_DATA names no folder with online-retail/2010-12_2011-02.csv.gz; real data is not tried")
    return nil
}()

extension Acceptance {
    @Suite struct RealData {
        private static let programme = "\(Place.repository)/examples/online-retail/programme.yaml"
        private static let oracle = "\(Place.repository)/Tests/AcceptanceTests/RealData/oracle.sql"
        private static let instants = ["2010-12-31T23:59:59Z", "2011-03-01T00:00:00Z"]

        @Test(
            "three months of a real shop: every member has what an independent query says, and every damage is found",
            .enabled(if: realData != nil))
        func threeMonths() async throws {
            let csv = try #require(realData)
            let place = try Place(programme: Self.programme)
            let events = try await Self.convert(csv, in: place)
            let report = try await place.treue("import", events, "--json", seconds: 300)
            #expect(report.code == 0)
            #expect(try report.json["accepted"] == 4_143)
            let server = try await place.serve()
            try await allAreDuplicates(events, server)
            for instant in Self.instants { try await compare(csv, instant, server) }
            try await simulate(csv, server)
            try await server.stop()
            for words in [["projections", "verify"], ["log", "verify"]] {
                #expect(try await onThread { try place.spawn(words).wait() } == .exited(0))
            }
            // The event last: it stays damaged, and with it every figure that is folded from it.
            try await damageToAnAccountIsFoundAndMended(place)
            try await damageToTheLogIsFound(place)
        }

        private static func convert(_ csv: String, in place: Place) async throws -> String {
            try await onThread {
                let process = try Spawned(
                    "/usr/bin/env", ["python3", "\(Place.repository)/examples/online-retail/convert.py", csv],
                    environment: place.environment, files: place.path("convert"))
                guard try process.wait() == .exited(0) else { throw TookTooLong(description: process.errors) }
                return process.outputPath
            }
        }

        /// The whole file again through HTTP, 500 events at a time.
        private func allAreDuplicates(_ events: String, _ server: RunningTreue) async throws {
            let statuses = try await onThread {
                let lines = try String(contentsOfFile: events, encoding: .utf8).split(separator: "\n")
                let client = server.client()
                return try stride(from: 0, to: lines.count, by: 500).flatMap { start in
                    let batch = "[" + lines[start..<min(start + 500, lines.count)].joined(separator: ",") + "]"
                    let reply = try client.post(batch)
                    return try reply.json["results"].elements.map(\.["status"].text)
                }
            }
            #expect(statuses.count == 4_143)
            #expect(Set(statuses) == ["duplicate"])
        }

        private func compare(_ csv: String, _ instant: String, _ server: RunningTreue) async throws {
            let answer = try await server.place.psql([
                "-v", "csv=\(csv)", "-v", "instant=\(instant)", "-f", Self.oracle,
            ])
            let rows = answer.split(separator: "\n").map(String.init)
            #expect(rows.count == 1_749)
            let differences = try await onThread {
                let client = server.client()
                return try rows.compactMap { row -> String? in
                    let name = row.split(separator: ",")[0]
                    let id = try client.send("GET", "/v1/members?external_id=\(name)").json["id"].text
                    let balance = try client.send("GET", "/v1/members/\(id)/balance?as_of=\(instant)").json
                    let found = [
                        balance["wallets"]["points"]["available"].number,
                        balance["tier"]["qualifying"][0]["value"].number,
                    ].map { $0.map { "\($0)" } ?? "?" }
                    let told = "\(name),\(found.joined(separator: ",")),\(balance["tier"]["id"].text)"
                    return told == row ? nil : "expected \(row), found \(told)"
                }
            }
            #expect(differences == [], "as of \(instant)")
        }

        /// The published programme as its own draft changes nobody; one point for each pound, as from 2020 on, takes from every
        /// VIB and Rouge member what an independent query says, and from nobody else.
        private func simulate(_ csv: String, _ server: RunningTreue) async throws {
            let same = try await server.place.treue(
                "programme", "simulate", Self.programme, "--pace", "100", "--json", seconds: 300)
            #expect(same.code == 0)
            #expect(try same.json["members_unchanged"] == same.json["members"])
            #expect(try same.json["members"].number == 1_749)
            #expect(try same.json["left_out"].elements.isEmpty && same.json["fault_count"] == 0)
            let text = try String(contentsOfFile: Self.programme, encoding: .utf8)
            let flat = try server.place.file(
                "flat.yaml", text.replacing("by_tier: {vib: 1.25, rouge: 1.5}", with: ""))
            let told = try await server.place.treue(
                "programme", "simulate", flat, "--to", "2011-02-28", "--pace", "100", "--csv", "--table", "members",
                "--top", "10000", seconds: 300)
            #expect(told.code == 0)
            let rows = told.output.split(whereSeparator: \.isNewline).dropFirst().map(String.init)
            let expected = try await predicted(csv, server)
            #expect(expected.count > 100)
            #expect(rows.sorted() == expected.sorted())
        }

        /// Rows of members whose points differ with flat rates.
        private func predicted(_ csv: String, _ server: RunningTreue) async throws -> [String] {
            let words = ["-v", "csv=\(csv)", "-v", "instant=2011-03-01T00:00:00Z", "-f", Self.oracle]
            let today = try await server.place.psql(words).split(separator: "\n")
            let flat = try await server.place.psql(["-v", "flat=1"] + words).split(separator: "\n")
            return try await onThread {
                let client = server.client()
                return try zip(today, flat).compactMap { today, flat -> String? in
                    let (now, then) = (today.split(separator: ","), flat.split(separator: ","))
                    guard let points = Int(now[1]), let fewer = Int(then[1]), points != fewer else { return nil }
                    #expect(now[0] == then[0] && now[3] != "insider")
                    let id = try client.send("GET", "/v1/members?external_id=\(now[0])").json["id"].text
                    return "\(id),points,\(points),\(fewer),\(fewer - points)"
                }
            }
        }

        /// One byte of one event, changed behind the server's back.
        private func damageToTheLogIsFound(_ place: Place) async throws {
            let server = try await place.serve()
            let found = try await place.sql(
                """
                SET session_replication_role = replica;
                UPDATE treue.event SET data = replace(data::text, '"quantity":6', '"quantity":7')::json
                 WHERE (partition, position) = (SELECT partition, position FROM treue.event
                    WHERE type = 'purchase.completed' AND data::text LIKE '%"quantity":6%' ORDER BY 1, 2 LIMIT 1)
                RETURNING partition, position
                """)
            try await server.stop()
            let changed = found.split(separator: "|").compactMap { Int64($0) }
            let told = try await place.treue("log", "verify", "--json")
            #expect(told.code == 1)
            let finding = try told.json["findings"][0]
            #expect([finding["partition"].number, finding["position"].number] == changed)
            let plain = try await place.treue("log", "verify")
            #expect(plain.code == 1)
            for number in changed { #expect(plain.output.contains("\(number)")) }
        }

        private func damageToAnAccountIsFoundAndMended(_ place: Place) async throws {
            let server = try await place.serve()
            let member = try await place.sql(
                """
                UPDATE treue.account SET state = convert_to(regexp_replace(
                    convert_from(state, 'UTF8'), '("lots":.*?"points":)[0-9]+', '\\1999999999'), 'UTF8')
                 WHERE member_id = (SELECT member_id FROM treue.account
                    WHERE convert_from(state, 'UTF8') LIKE '%"lots":%' ORDER BY partition, member_id LIMIT 1)
                RETURNING member_id
                """)
            try await server.stop()
            #expect(!member.isEmpty)
            let told = try await place.treue("projections", "verify", "--json")
            #expect(told.code == 1)
            let difference = try #require(
                try told.json["differences"].elements.first { $0["member_id"].text == member })
            #expect(difference["expected"] != .null && difference["expected"] != difference["found"])
            let plain = try await place.treue("projections", "verify")
            #expect(plain.code == 1)
            #expect(plain.output.contains(member))
            #expect(try await place.treue("projections", "rebuild").code == 0)
            #expect(try await place.treue("projections", "verify").code == 0)
        }
    }
}
