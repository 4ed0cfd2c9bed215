import Foundation
import Loyalty
import LoyaltyService
import Testing
import Wire

@Suite("budgets over all members")
struct BudgetTests {
    private static let yaml = """
        id: club
        currencies: [USD]
        enrolment: automatic
        versions:
          - earning:
              - {id: base, points: 1, per: 1.00}
              - {id: campaign, points: 10, points_per: order, budget: {points: 255, per: life}}
              - {id: daily, points: 1, points_per: order, wallet: points, budget: {points: 3, per: day}}
        """

    private static func with(_ body: @Sendable (Shop) async throws -> Void) async throws {
        try await Shop.with(servers: 2, programmes: [try ProgrammeFile.read(yaml, name: "club.yaml")], body)
    }

    @Test("of purchases at once over two servers, exactly as much is given as there is")
    func contention() async throws {
        try await BudgetTests.with { shop async throws in
            let answers = try await atOnce(60) { number in
                await shop.services[number % 2].record(
                    .purchase("\(number)", by: .external("m\(number % 30)"), dollars: 1))
            }
            let changes = answers.map { $0.answer?.outcome.change ?? -1 }
            #expect(!changes.contains(-1))
            // 60 of the base rule, 255 of the campaign, and 3 of that day.
            #expect(changes.sum == 318)
            #expect(try await shop.used("campaign") == 255)
            #expect(try await shop.used("daily") == 3)
            // Another day has a budget of its own; the campaign is over.
            let later = await shop.service.record(.purchase("later", by: .external("m1"), dollars: 1, day: 2))
            #expect(later.answer?.outcome.change == 2)
        }
    }

    @Test("a return puts back what it took, a repeat draws once, and a refusal draws nothing")
    func back() async throws {
        try await BudgetTests.with { shop async throws in
            let sale = IncomingEvent.purchase("sale", by: .external("ann"), dollars: 5)
            for service in [shop.service, shop.other, shop.service] {
                #expect(await service.record(sale).answer?.outcome.change == 16)
            }
            #expect(try await shop.used("campaign") == 10)
            #expect(
                await shop.other.record(.purchase("again", by: .external("ann"), dollars: 5, order: "sale")).word
                    == "order_exists")
            #expect(try await shop.used("campaign") == 10)
            let back = IncomingEvent.comesBack("back", by: .external("ann"), order: "sale", dollars: 5)
            #expect(await shop.other.record(back).answer?.outcome.change == -16)
            #expect(try await shop.used("campaign") == 0)
        }
    }

    @Test("in one batch each purchase gets what those before it left; a quote tells it and holds nothing")
    func batch() async throws {
        try await BudgetTests.with { shop async throws in
            let events = (1...30).map { number in
                IncomingEvent.purchase("\(number)", by: .external("m\(number % 4)"), dollars: 1)
            }
            let answers = await shop.service.record(events)
            #expect(answers.compactMap { $0.answer?.outcome.change }.sum == 288)
            #expect(try await shop.used("campaign") == 255)
        }
    }
}

extension Shop {
    /// What is gone of a rule's budget, and what the log says of it.
    fileprivate func used(_ rule: String) async throws -> Int64 {
        let counted = try await number(
            """
            SELECT coalesce(sum((c ->> 'added')::bigint), 0)::bigint
              FROM treue.event, json_array_elements(coalesce(data -> 'counts', '[]')) AS c
             WHERE c ->> 'rule' = 'budget:\(rule)'
            """)
        let used = try await number("SELECT coalesce(sum(used), 0)::bigint FROM treue.budget WHERE rule = '\(rule)'")
        #expect(used == counted)
        return used
    }
}

extension [Int64] {
    fileprivate var sum: Int64 { reduce(0) { $0 + $1 } }
}
