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
        #expect(programme.versions.map(\.expiry) == [.inactivity(months: 18), .inactivity(months: 12)])
        let first = EarningRule.Effect.base(
            standard: Ratio(1, 100), byTier: ["vib": Ratio(1, 80), "rouge": Ratio(3, 200)])
        #expect(programme.versions[0].earning.map(\.effect) == [first])
        #expect(programme.versions[1].earning.map(\.effect) == [.base(standard: Ratio(1, 100), byTier: [:])])
        #expect(programme.versions[1].excludedCategories == ["gift_card", "shipping", "tax", "event_ticket"])
        let tiers = [("insider", "Insider", 0), ("vib", "VIB", 35_000), ("rouge", "Rouge", 100_000)]
        #expect(programme.versions[1].tiers == tiers.map { Tier(id: $0.0, name: $0.1, threshold: Int64($0.2)) })
        #expect(programme.versions[1].tierValidityYears == 1)
    }

    @Test("the reference programme is the example in the repository, to the byte")
    func example() throws {
        let root = URL(filePath: #filePath).pathComponents.dropLast(4).joined(separator: "/")
        let file = URL(filePath: root).appending(path: "examples/programmes/sephora.yaml")
        #expect(try String(contentsOf: file, encoding: .utf8) == ReferenceProgramme.yaml)
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
                    channels: ["online"], stores: ["1001"], partners: ["x"], categories: ["skincare"], brands: ["b"],
                    skus: ["007"]))
        #expect(version.activities == [ActivityRule(id: "review", wallet: "points", points: 5)])
        #expect(version.expiry == .never)
        #expect(version.tierValidityYears == 2)
        #expect(version.tiers == [Tier(id: "base", name: "base", threshold: 0), Tier(id: "gold", name: "Gold", threshold: 9950)])
    }

    @Test("JSON is read like YAML")
    func json() throws {
        let text = #"{"id":"p","currencies":["JPY"],"versions":[{"earning":[{"id":"base","points":1,"per":100}]}]}"#
        let programme = try ProgrammeFile.read(text, name: "p.json")
        #expect(programme.versions[0].earning[0].effect == .base(standard: Ratio(1, 100), byTier: [:]))
        #expect(programme.versions[0].tiers.map(\.id) == ["member"])
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

    /// The full file with one piece replaced, and what is said about it.
    static let replacements: [(String, String, String)] = [
        ("id: p\n", "id: My Shop\n",
            "1: `id` must be of small letters, digits, _ and -, and begin with a letter or digit, not `My Shop`"),
        ("id: p\n", "name: p\n", "1: `id` is required"),
        ("[EUR, USD]", "[EUR, XXY]", "2: `currencies` must be ISO 4217 codes such as EUR, not `XXY`"),
        ("[EUR, USD]", "[EUR, EUR]", "2: the currency EUR is given twice"),
        ("[EUR, USD]", "[EUR, JPY]",
            "2: JPY has 0 digits behind the point and EUR has 2: one rate cannot serve both, they need programmes of their own"),
        ("[EUR, USD]", "EUR", "2: `currencies` must be a list, not `EUR`"),
        ("[EUR, USD]", "[]", "2: `currencies` must have 1 to 50 elements, not 0"),
        ("automatic", "automatc", "3: `enrolment` must be explicit or automatic, not `automatc`; did you mean \"automatic\"?"),
        ("enrolment:", "enrollment:", "3: `enrollment` is not a known key; did you mean \"enrolment\"?"),
        ("enrolment: automatic", "time_zone: Europe/Londn",
            "3: `time_zone` must be an IANA time zone such as Europe/London, not `Europe/Londn`; did you mean \"Europe/London\"?"),
        ("points: 1, per: 2", "points: one, per: 2",
            "6: `points` must be a number with at most 6 digits behind the point, between 0 and 1000000, not `one`"),
        ("points: 1, per: 2", "points: \"1\", per: 2",
            "6: `points` must be a number with at most 6 digits behind the point, between 0 and 1000000, not `1`"),
        ("points: 1, per: 2", "points: -1, per: 2",
            "6: `points` must be a number with at most 6 digits behind the point, between 0 and 1000000, not `-1`"),
        ("points: 1, per: 2", "points: 1, per: 0", "6: `per` must be greater than 0"),
        ("points: 1, per: 2", "points: 1, per: 0.005",
            "6: `per` must be a number with at most 2 digits behind the point, between 0 and 1000000, not `0.005`"),
        ("points: 1, per: 2", "per: 2", "6: an earning rule must have either `points` or `multiplier`"),
        ("points: 1, per: 2", "points: 1, by_tier: {gld: 2}",
            "6: `gld` is not a tier of this version, which has base, gold; did you mean \"gold\"?"),
        ("id: triple", "id: base", "7: the earning rule `base` is given twice"),
        ("multiplier: 2.5", "multiplier: 1", "8: `multiplier` must be greater than 1"),
        ("multiplier: 2.5", "multiplier: 2.5555",
            "8: `multiplier` must be a number with at most 3 digits behind the point, between 1 and 1000, not `2.5555`"),
        ("multiplier: 2.5", "multiplier: 2.5\n        per: 1", "9: `per` belongs to a rule with points, not to a multiplier"),
        ("from: 2026-11-01", "from: 1.11.2026",
            "10: `from` must be a date such as 2026-01-31 or a time such as 2026-01-31T09:00:00+01:00, not `1.11.2026`"),
        ("from: 2026-11-01", "from: 2026-12-01", "11: `until` must be later than `from`"),
        ("tiers: [gold]", "tiers: [silver]", "15: `silver` is not a tier of this version, which has base, gold"),
        ("channels: [online]", "channel: [online]", "12: `channel` is not a known key; did you mean \"channels\"?"),
        ("{id: review, points: 5}", "{id: review, points: 0.5}",
            "19: `points` must be a whole number, between 1 and 1000000000, not `0.5`"),
        ("[{id: review, points: 5}]", "[{id: review, points: 5}, {id: review, points: 6}]",
            "19: the activity `review` is given twice"),
        ("expiry: never", "expiry: sometimes", "20: `expiry` must be never, not `sometimes`"),
        ("expiry: never", "expiry: {months: 12}", "20: `inactivity_months` is required"),
        ("spend: 99.50", "spend: 0", "23: `spend` must be more than that of the tier below: tiers go from low to high"),
        ("{id: base}", "{id: base, spend: 5}", "23: `spend` must be absent in the first tier: everybody begins there"),
        ("{id: gold, name: Gold, spend: 99.50}", "{id: gold}", "23: `spend` is required"),
        ("valid_years: 2", "valid_years: two", "22: `valid_years` must be a whole number, between 0 and 100, not `two`"),
    ]

    @Test("a wrong piece is named with its line", arguments: replacements)
    func wrong(piece: String, replacement: String, fault: String) {
        let found = Self.faults(Self.full.replacingOccurrences(of: piece, with: replacement))
        #expect(found.first == fault)
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

    @Test("what is no programme at all is refused with a place", arguments: [
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
