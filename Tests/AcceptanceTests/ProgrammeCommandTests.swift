import Foundation
import Testing

extension Acceptance {
    @Suite struct ProgrammeCommands {
        private static let examples: [String] = {
            let folder = "\(Place.repository)/examples/programmes"
            let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
            return names.filter { $0.hasSuffix(".yaml") }.sorted().map { "\(folder)/\($0)" }
        }()

        private func programme(_ versions: String) -> String {
            """
            id: corner-shop
            currencies: [GBP]
            enrolment: automatic
            versions:
            \(versions)
            examples:
              - name: a pound is a point
                given: [{on: 2026-01-05, buys: 3.00, earns: 3}]
            """
        }

        private let first = "  - earning: [{id: base, points: 1}]"

        @Test("the examples in the repository come out as expected, and programme test says so")
        func exampleFiles() async throws {
            let finished = try await Place().treue(words: ["programme", "test"] + Self.examples)
            #expect(finished.code == 0, "\(finished.output)")
            #expect(finished.output.contains("0 other than expected"))
        }

        @Test("what comes out other than expected is told with its line, and ends with 1")
        func difference() async throws {
            let place = try Place()
            let file = try place.file("p.yaml", programme(first).replacing("earns: 3", with: "earns: 4"))
            let finished = try await place.treue("programme", "test", file)
            #expect(finished.code == 1)
            for words in ["p.yaml:7:", "a pound is a point", "expected  4", "actual    3"] {
                #expect(finished.output.contains(words), "\(finished.output)")
            }
            let machine = try await place.treue("programme", "test", file, "--json")
            #expect(machine.code == 1)
            #expect(try machine.json["files"][0]["examples"][0]["differences"][0]["actual"] == "3")
        }

        @Test("a file without examples, or with faults, does not pass the test")
        func withoutExamples() async throws {
            let place = try Place()
            let bare = try place.file("bare.yaml", "id: p\ncurrencies: [EUR]\nversions: [{}]\n")
            let wrong = try place.file("wrong.yaml", "id: p\ncurrencies: [EUR]\nversions: [{earnings: []}]\n")
            #expect(try await place.treue("programme", "test", bare).code == 1)
            #expect(try await place.treue("programme", "test", wrong).output.contains("wrong.yaml:3:"))
            #expect(try await place.treue("programme", "test", "/nowhere.yaml").code == 2)
        }

        @Test("the schema is printed for editors")
        func schema() async throws {
            let finished = try await Place().treue("programme", "schema")
            #expect(finished.code == 0)
            #expect(try finished.json["$schema"] == "https://json-schema.org/draft/2020-12/schema")
        }

        @Test("publish adds new versions, and never changes what is published")
        func publish() async throws {
            let place = try Place()
            let one = try place.file("one.yaml", programme(first))
            let published = try await place.treue("programme", "publish", one, "--json")
            #expect(published.code == 0, "\(published.errors)")
            #expect(try published.json["added"].elements.compactMap(\.number) == [1])
            let again = try await place.treue("programme", "publish", one)
            #expect(again.code == 0 && again.output.contains("published before"))

            let changed = try place.file("changed.yaml", programme("  - earning: [{id: base, points: 1, round: up}]"))
            let refused = try await place.treue("programme", "publish", changed)
            #expect(refused.code == 1 && refused.errors.contains("version 1"))

            let second = "\(first)\n  - {from: 2020-01-01, earning: [{id: base, points: 1, round: up}]}"
            let two = try place.file("two.yaml", programme(second))
            let later = try await place.treue("programme", "publish", two, "--from", "2099-01-01")
            #expect(later.code == 0 && later.output.contains("version 2 published"), "\(later.errors)")
            let without = try await place.treue("programme", "publish", one)
            #expect(without.code == 1 && without.errors.contains("keep them all"))
        }

        @Test(
            "a version that begins in the past is refused once there are events, and one that fails its examples always"
        )
        func past() async throws {
            let place = try Place()
            let one = try place.file("one.yaml", programme(first))
            #expect(try await place.treue("programme", "publish", one).code == 0)
            let sale = try place.file("sale.ndjson", Sale(id: "1", member: "ada", currency: "GBP").json + "\n")
            #expect(try await place.treue("import", sale).code == 0)
            let second = "\(first)\n  - {from: 2020-01-01, earning: [{id: base, points: 1, per: 1}]}"
            let past = try await place.treue("programme", "publish", try place.file("past.yaml", programme(second)))
            #expect(past.code == 1 && past.errors.contains("lies in the past"), "\(past.errors)")
            let wrong = programme(first).replacing("earns: 3", with: "earns: 4")
            let failing = try await place.treue("programme", "publish", try place.file("wrong.yaml", wrong))
            #expect(failing.code == 1 && failing.errors.contains("expected  4"))
        }
    }
}
