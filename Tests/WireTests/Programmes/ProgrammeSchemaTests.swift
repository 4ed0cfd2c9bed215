import Foundation
import Testing

@testable import Wire

@Suite("The schema of a programme file says what the reader reads")
struct ProgrammeSchemaTests {
    static let schema: JSONValue = {
        let file = ExampleProgrammeTests.root.appending(path: "schema/programme.schema.json")
        let bytes = (try? Data(contentsOf: file)) ?? Data()
        return (try? JSONReader.read(Array(bytes))) ?? .null
    }()

    @Test("every example is valid against it", arguments: ExampleProgrammeTests.files)
    func valid(name: String) throws {
        let value = try JSONValue(yaml: try ExampleProgrammeTests.text(name))
        #expect(JSONSchemaCheck(root: Self.schema).faults(value) == [])
    }

    @Test("a file with wrong keys and values is not")
    func invalid() throws {
        let check = JSONSchemaCheck(root: Self.schema)
        for wrong in [
            "currencies: [EUR]\nversions: [{}]", "id: p\ncurrencies: [EUR]\nversions: [{earnings: []}]",
            "id: p\ncurrencies: EUR\nversions: [{}]", "id: p\ncurrencies: [EUR]\nversions: [{stacking: most}]",
            "id: P\ncurrencies: [EUR]\nversions: [{}]",
            "id: p\ncurrencies: [EUR]\nversions: [{rewards: [{id: a, kind: cash, points: -1}]}]",
        ] {
            #expect(!check.faults(try JSONValue(yaml: wrong)).isEmpty, "\(wrong)")
        }
    }

    /// The titles of all mappings with their keys, wherever in the schema they are.
    private static func keys(in value: JSONValue, _ found: inout [String: Set<String>]) {
        switch value {
        case .object(let members):
            if case .object(let properties)? = value["properties"], case .string(let title)? = value["title"] {
                found[title, default: []].formUnion(properties.map(\.name))
            }
            for member in members { keys(in: member.value, &found) }
        case .array(let elements): for element in elements { keys(in: element, &found) }
        default: break
        }
    }

    /// Has every kind of mapping, so that the reader asks for all of its keys.
    private static let everything = """
        id: p
        currencies: [EUR]
        versions:
          - wallets: [{id: points, expiry: {months: 1}}, {id: stamps}]
            earning:
              - {id: a, points: 1, by_tier: {base: 1}, cap: {points: 1, per: day}, budget: {points: 1, per: day}, when: {}}
              - {id: b, accumulate: {points: 1}}
              - {id: c, points: 1, points_per: {set: [{sku: a}]}}
            activities: [{id: x, points: 1}]
            gifts: [{id: g, occasion: birthday, points: 1}]
            referral: {referrer_points: 1, friend_points: 1}
            tiers: {period: {rolling_months: 3}, validity: {months: 1}, levels: [{id: base, benefits: [{id: z}]}]}
            plans: [{id: p, fee: 1, months: 1}]
            partners: [{id: q}]
            rewards:
              - {id: r, kind: voucher, points: 1, points_by_tier: {base: 1}, when: {}, per_member: {count: 1, per: day}, voucher: {}}
            returns: {}
            adjustments: {}
            transfers: {}
            redemption: {}
        examples:
          - name: all
            member: {}
            given:
              - {on: 2026-01-01, buys: [{price: 1}]}
              - {on: 2026-01-01, returns: 1}
              - {on: 2026-01-01, buys: 1}
              - {on: 2026-01-01, activity: x}
              - {on: 2026-01-01, redeems: r}
              - {on: 2026-01-01, adjusts: 1, reason: x}
              - {on: 2026-01-01, transfers: 1}
              - {on: 2026-01-01, grants: base}
              - {on: 2026-01-01, friend_returns: x, bought: 2026-01-01}
              - {expect: {wallets: {stamps: {available: 1}}, qualifying: {spend: 1}}}
        """

    @Test("it has the keys that the reader asks for, and no others")
    func sameKeys() throws {
        let faults = ProgrammeFaults()
        do {
            _ = try ProgrammeFile.document(Self.everything, name: "p.yaml", faults)
        } catch {
            Issue.record("\(error)")
        }
        var inSchema: [String: Set<String>] = [:]
        Self.keys(in: Self.schema, &inSchema)
        #expect(Set(inSchema.keys) == Set(faults.keys.keys))
        for (mapping, keys) in faults.keys {
            let described = inSchema[mapping] ?? []
            #expect(described.subtracting(keys) == [], "\(mapping): the reader does not know these")
            #expect(keys.subtracting(described) == [], "\(mapping): the schema does not have these")
        }
    }

    @Test("every key is described")
    func described() {
        func walk(_ value: JSONValue, _ path: String) -> [String] {
            guard case .object(let members) = value else {
                if case .array(let elements) = value { return elements.flatMap { walk($0, path) } }
                return []
            }
            var missing: [String] = []
            if case .object(let properties)? = value["properties"] {
                for property in properties {
                    let target = property.value["$ref"]
                    if property.value["description"] == nil && target == nil {
                        missing.append("\(path)/\(property.name)")
                    }
                }
            }
            return missing + members.flatMap { walk($0.value, "\(path)/\($0.name)") }
        }
        #expect(walk(Self.schema, "") == [])
    }
}
