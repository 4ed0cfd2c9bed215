import Foundation
import Loyalty
import Testing
import Wire

@Suite("A programme file is read whole")
struct ProgrammeFileTests {
    @Test("the reference programme")
    func reference() throws {
        let programme = try ProgrammeFile.read(ReferenceProgramme.yaml, name: ReferenceProgramme.name)
        #expect(programme.id == "sephora-beauty-insider")
        #expect(programme.zone.name == "America/Los_Angeles")
        #expect(programme.currencies.map(\.code) == ["USD"])
        #expect(programme.enrolment == .explicit)
        #expect(programme.versions.map(\.number) == [1, 2])
        #expect(programme.versions[0].from == .distantPast)
        #expect(programme.versions[1].from == Instant(micros: try RFC3339.micros(of: "2020-05-29T00:00:00-07:00")))
        #expect(
            programme.versions.map { $0.wallet("points").expiry } == [.inactivity(months: 18), .inactivity(months: 12)])
        let first = EarningRule.Effect.base(
            standard: Ratio(1, 100), byTier: ["vib": Ratio(1, 80), "rouge": Ratio(3, 200)])
        #expect(programme.versions[0].earning.map(\.effect) == [first])
        #expect(programme.versions[1].earning.first?.effect == .base(standard: Ratio(1, 100), byTier: [:]))
        #expect(programme.versions[1].excludedCategories == ["gift_card", "shipping", "tax", "event_ticket"])
        let tiers = programme.versions[1].tiers
        #expect(
            tiers.levels == [
                Tier(id: "insider", name: "Insider"),
                Tier(id: "vib", name: "VIB", requirements: [Tier.Requirement(.spend, 35_000)]),
                Tier(id: "rouge", name: "Rouge", requirements: [Tier.Requirement(.spend, 100_000)]),
            ])
        #expect(tiers.period == .calendarYear && tiers.validity == .periods(1))
        #expect(programme.versions[1].rewards.map(\.id) == ["cash", "rouge-reward", "birthday-gift"])
    }

    @Test("the reference programme is the example in the repository, to the byte")
    func example() throws {
        let root = URL(filePath: #filePath).pathComponents.dropLast(4).joined(separator: "/")
        let file = URL(filePath: root).appending(path: "examples/programmes/sephora.yaml")
        #expect(try String(contentsOf: file, encoding: .utf8) == ReferenceProgramme.yaml)
    }

    @Test("every example in the repository is read", arguments: ["online-retail/programme.yaml"])
    func examples(path: String) throws {
        let root = URL(filePath: #filePath).pathComponents.dropLast(4).joined(separator: "/")
        let file = URL(filePath: root).appending(path: "examples").appending(path: path)
        _ = try ProgrammeFile.read(try String(contentsOf: file, encoding: .utf8), name: path)
    }

    private static let full = """
        id: p
        currencies: [EUR, USD]
        enrolment: automatic
        versions:
          - earning:
              - {id: base, points: 1, per: 2}
              - id: triple
                multiplier: 2.5
                when:
                  from: 2026-11-01
                  until: 2026-11-08T00:00:00+01:00
                  channels: [online]
                  stores: [1001]
                  partners: [x]
                  tiers: [gold]
                  categories: [skincare]
                  brands: [b]
                  skus: ["007"]
            activities: [{id: review, points: 5}]
            expiry: never
            tiers:
              valid_years: 2
              levels: [{id: base}, {id: gold, name: Gold, spend: 99.50}]
        """

    @Test("everything that a file may hold")
    func everything() throws {
        let programme = try ProgrammeFile.read(Self.full, name: "p.yaml")
        let version = try #require(programme.versions.first)
        #expect(programme.name == "p")
        #expect(programme.zone == .utc)
        #expect(programme.enrolment == .automatic)
        #expect(version.earning[0].effect == .base(standard: Ratio(1, 200), byTier: [:]))
        #expect(version.earning[1].effect == .multiplier(thousandths: 2500))
        #expect(
            version.earning[1].condition
                == EarningCondition(
                    from: Instant(micros: try RFC3339.micros(of: "2026-11-01T00:00:00Z")),
                    until: Instant(micros: try RFC3339.micros(of: "2026-11-07T23:00:00Z")), tiers: ["gold"],
                    channels: ["online"], stores: ["1001"], partners: ["x"],
                    goods: GoodsCondition(categories: ["skincare"], brands: ["b"], skus: ["007"])))
        #expect(version.activities == [ActivityRule(id: "review", wallet: "points", points: 5)])
        #expect(version.wallets == [WalletRules()])
        #expect(version.tiers.validity == .periods(2))
        #expect(
            version.tiers.levels == [
                Tier(id: "base", name: "base"),
                Tier(id: "gold", name: "Gold", requirements: [Tier.Requirement(.spend, 9950)]),
            ])
    }

    @Test("JSON is read like YAML")
    func json() throws {
        let text = #"{"id":"p","currencies":["JPY"],"versions":[{"earning":[{"id":"base","points":1,"per":100}]}]}"#
        let programme = try ProgrammeFile.read(text, name: "p.json")
        #expect(programme.versions[0].earning[0].effect == .base(standard: Ratio(1, 100), byTier: [:]))
        #expect(programme.versions[0].tiers.levels.map(\.id) == ["member"])
    }

    /// "line: message" of every fault.
    static func faults(_ text: String) -> [String] {
        do throws(ProgrammeFileError) {
            _ = try ProgrammeFile.read(text, name: "p.yaml")
            return []
        } catch {
            return error.faults.map { "\($0.line): \($0.message)" }
        }
    }

    @Test("every fault comes at once, in the order of the file")
    func everyFault() {
        let text = """
            id: P
            currencies: [EURO]
            versions:
              - earnings: []
                expiry: {inactivity_months: x}
              - from: 2020-01-01
              - from: 2019-01-01
              - {}
            """
        let lines = Self.faults(text).map { $0.prefix { $0 != ":" } }
        #expect(lines == ["1", "2", "4", "5", "7", "8"])
    }

    @Test("versions must follow each other", arguments: ["2020-01-01", "2019-12-31", "2020-01-01T00:00:00Z"])
    func order(second: String) {
        let text = "id: p\ncurrencies: [EUR]\nversions:\n  - from: 2020-01-01\n  - from: \(second)\n"
        #expect(
            Self.faults(text) == [
                "5: `from` must be later than that of the version before, which is 2020-01-01T00:00:00Z: "
                    + "each version holds until the next begins"
            ])
    }

    @Test(
        "what is no programme at all is refused with a place",
        arguments: [
            ("", "1: is empty: a programme begins with id, currencies and versions"),
            ("# nothing\n", "1: is empty: a programme begins with id, currencies and versions"),
            ("hello", "1: a programme must be a mapping of keys to values, not `hello`"),
            ("[1]", "1: a programme must be a mapping of keys to values, not a list"),
            ("id: p\nid: q\n", "1: `id` is given twice in the same mapping"),
            ("id: [p\n", "2: is not YAML: while parsing a flow sequence did not find expected ',' or ']'"),
        ])
    func noProgramme(text: String, fault: String) {
        #expect(Self.faults(text).first == fault)
    }

    @Test("hostile files are refused and do no harm")
    func hostile() {
        let laughs = (1...12).map { level in
            let inner = level == 1 ? "x" : "*a\(level - 1)"
            return "a\(level): &a\(level) [\([String](repeating: inner, count: 9).joined(separator: ","))]"
        }
        #expect(Self.faults(laughs.joined(separator: "\n")).first?.contains("aliases") == true)
        #expect(!Self.faults(String(repeating: "[", count: 100_000)).isEmpty)
        #expect(!Self.faults(String(repeating: "- ", count: 100_000)).isEmpty)
        #expect(!Self.faults(String(repeating: "{a: ", count: 100_000)).isEmpty)
        #expect(!Self.faults("id: p\u{0}\n").isEmpty)
        #expect(Self.faults("? [a, b]\n: 1\n? {c: d}\n: 2\n").count >= 3)
    }

    @Test("files with random damage are read or refused, never a trap", arguments: 0..<20)
    func fuzz(seed: UInt64) {
        var random = Seeded(seed)
        let original = Array(Self.full.utf8)
        for _ in 0..<10 {
            var damaged = original
            for _ in 0..<3 {
                let place = Int.random(in: 0..<damaged.count, using: &random)
                damaged[place] = random.pick(Array("{}[]:,-#&*!|>'\"%@ \n0x".utf8))
            }
            _ = Self.faults(String(decoding: damaged, as: UTF8.self))
        }
    }
}
