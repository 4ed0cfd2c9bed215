import Foundation
import Testing
import Wire

@Suite("The programmes that are shipped as examples")
struct ExampleProgrammeTests {
    static let root = URL(
        filePath: "/" + URL(filePath: #filePath).pathComponents.dropFirst().dropLast(4).joined(separator: "/"))
    static let folder = root.appending(path: "examples/programmes")

    static let files: [String] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { $0.hasSuffix(".yaml") }.sorted()
    }()

    static func text(_ name: String) throws -> String {
        try String(contentsOf: folder.appending(path: name), encoding: .utf8)
    }

    @Test("every row of the list of programmes has a file")
    func everyRow() {
        #expect(
            Self.files == [
                "activities.yaml", "amazon-prime.yaml", "bahnbonus.yaml", "bundle-price.yaml", "celebrations.yaml",
                "customer-club.yaml", "every-rule.yaml", "goodwill.yaml", "hm-member.yaml", "ikea-family.yaml",
                "miles-and-more.yaml",
                "payback.yaml", "redemption.yaml", "referral.yaml", "sephora.yaml", "square.yaml", "stamp-card.yaml",
                "starbucks.yaml", "thriftbooks.yaml",
            ])
    }

    @Test("carry examples, and all of them come out as expected", arguments: files)
    func examples(name: String) throws {
        let document = try ProgrammeFile.document(try Self.text(name), name: name)
        #expect(!document.examples.isEmpty, "\(name) has no examples")
        for result in ExampleRun.results(of: document) {
            #expect(result.comparisons > 0, "\(name): `\(result.example.name)` looks at nothing")
            #expect(result.isAsExpected, "\(result.report(of: name))")
        }
    }

    @Test("come out the same on every run", arguments: files)
    func again(name: String) throws {
        let document = try ProgrammeFile.document(try Self.text(name), name: name)
        #expect(ExampleRun.results(of: document) == ExampleRun.results(of: document))
    }

    @Test("the programme that the reference begins with runs as it stands there")
    func documented() throws {
        let page = try String(contentsOf: Self.root.appending(path: "docs/programme.md"), encoding: .utf8)
        let begin = try #require(page.range(of: "<<'YAML'\n"))
        let end = try #require(page.range(of: "\nYAML\n"))
        let document = try ProgrammeFile.document(String(page[begin.upperBound..<end.lowerBound]), name: "programme.md")
        let results = ExampleRun.results(of: document)
        #expect(!results.isEmpty)
        for result in results { #expect(result.isAsExpected, "\(result.report(of: "programme.md"))") }
    }

    @Test("point an editor to the schema in their first line", arguments: files)
    func schemaLine(name: String) throws {
        let first = try Self.text(name).prefix { $0 != "\n" }
        #expect(first == "# yaml-language-server: $schema=../../schema/programme.schema.json")
    }

    @Test("a wrong expectation is told with its line, what was expected and what came out")
    func difference() throws {
        let text = try Self.text("square.yaml").replacing(
            "at: 2021-07-31, points: 10", with: "at: 2021-07-31, points: 11")
        let document = try ProgrammeFile.document(text, name: "square.yaml")
        let wrong = ExampleRun.results(of: document).filter { !$0.isAsExpected }
        #expect(wrong.count == 1)
        let difference = try #require(wrong.first?.differences.first)
        #expect(difference.what == "points" && difference.expected == "11" && difference.actual == "10")
        #expect(wrong[0].report(of: "square.yaml").contains("square.yaml:\(difference.line)"))
    }

    @Test("a refusal that nobody expected is told, and one that did not come")
    func refusals() throws {
        let text = """
            id: p
            currencies: [EUR]
            versions: [{earning: [{id: base, points: 1}], rewards: [{id: mug, kind: product, points: 5}]}]
            examples:
              - name: two mistakes
                given:
                  - {on: 2026-01-01, redeems: mug}
                  - {on: 2026-01-02, buys: 5.00, refused: order_exists}
            """
        let result = ExampleRun.results(of: try ProgrammeFile.document(text, name: "p.yaml"))[0]
        #expect(result.differences.map(\.expected) == ["accepted", "refused: order_exists"])
        #expect(result.differences.map(\.line) == [7, 8])
    }
}
