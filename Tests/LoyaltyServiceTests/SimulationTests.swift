import Foundation
import Loyalty
import Synchronization
import Testing

@testable import LoyaltyService
@testable import Projections
@testable import Wire

@Suite("history judged by a draft")
struct SimulationTests {
    /// Runs a simulation to its end, and gathers everybody.
    private func simulate(
        _ order: SimulationOrder, over shop: Shop, live: Programme, at now: Instant,
        bounds: SimulationBounds = SimulationBounds()
    ) async throws -> (report: SimulationReport, members: [UUID: MemberComparison]) {
        var members: [UUID: MemberComparison] = [:]
        let simulation = try HistorySimulation(
            client: shop.client, log: shop.log, live: live, order: order, pace: SimulationPace(share: 100),
            bounds: bounds)
        let report = try await simulation.run(now: now, onMember: { members[$0.member] = $0 })
        return (report, members)
    }

    /// Every figure of the draft is today's.
    private func expectNoDifference(_ report: SimulationReport, _ comment: Comment) {
        #expect(report.faults == [], comment)
        #expect(report.leftOut == [:], comment)
        #expect(report.takenAsRecorded == 0, comment)
        #expect(report.unchanged == report.members, comment)
        #expect(report.winning == 0 && report.losing == 0, comment)
        for table in [report.months, report.totals, report.tiers] {
            for (column, name) in table.columns.enumerated() where name.hasSuffix("_today") {
                guard let draft = table.columns.firstIndex(of: name.replacing("_today", with: "_draft")) else {
                    Issue.record("\(name) stands alone")
                    continue
                }
                #expect(table.rows.map { $0[column] } == table.rows.map { $0[draft] }, "\(name), \(comment)")
            }
        }
    }

    @Test(
        "the draft that is the published programme reproduces the ledger, for random histories",
        arguments: [1, 2, 3, 4, 5, 6] as [UInt64])
    func reproduced(seed: UInt64) async throws {
        let clock = SteppedClock()
        let programme = try RandomShop.programme()
        try await Shop.with(programmes: [programme], clock: clock.now) { shop async throws in
            var life = RandomShop(shop, clock, seed: seed)
            try await life.live(220)
            let now = clock.now()
            var small = SimulationBounds()
            (small.members, small.events) = (3, 10)
            for bounds in [SimulationBounds(), small] {
                let (report, members) = try await simulate(
                    SimulationOrder(draft: programme), over: shop, live: programme, at: now, bounds: bounds)
                expectNoDifference(report, "seed \(seed)")
                #expect(report.members == 12)
                try await expectLedger(members, in: shop, under: programme, at: now)
                for wallet in ["points", "stars"] {
                    let row = report.totals.rows.firstIndex { $0[0] == .text(wallet) }
                    let outstanding = row.flatMap { report.totals.value("outstanding_draft", in: $0) }
                    let held = members.values.reduce(0) { $0 + $1.today.wallet(wallet).available }
                    #expect((outstanding ?? .integer(0)) == .integer(held), "\(wallet), seed \(seed)")
                }
            }
        }
    }

    /// Both sides are what the accounts say.
    private func expectLedger(
        _ members: [UUID: MemberComparison], in shop: Shop, under programme: Programme, at now: Instant
    ) async throws {
        let accounts = try await shop.states()
        #expect(accounts.count == members.count)
        for (id, account) in accounts {
            let state = try programme.current(account, at: now).state
            #expect(members[id]?.today == state, "member \(id)")
            #expect(members[id]?.draft == state, "member \(id)")
        }
    }

    @Test(
        "it does so from any day on, and up to any day", arguments: [7, 8, 9] as [UInt64])
    func reproducedWithin(seed: UInt64) async throws {
        let clock = SteppedClock()
        let programme = try RandomShop.programme()
        try await Shop.with(programmes: [programme], clock: clock.now) { shop async throws in
            var life = RandomShop(shop, clock, seed: seed)
            try await life.live(160)
            let now = clock.now()
            let today = programme.zone.date(of: now)
            let accounts = try await shop.states()
            for days in [400, 120, 30, 3] {
                let day = today.adding(days: -days)
                let (from, _) = try await simulate(
                    SimulationOrder(draft: programme, from: day), over: shop, live: programme, at: now)
                expectNoDifference(from, "from \(day), seed \(seed)")
                let (to, members) = try await simulate(
                    SimulationOrder(draft: programme, to: day), over: shop, live: programme, at: now)
                expectNoDifference(to, "to \(day), seed \(seed)")
                // Whoever became somebody else is answered as that one.
                for (id, member) in members where accounts[id]?.mergedInto == nil {
                    let then = try await shop.service.balance(
                        of: id, at: now,
                        clocks: Clocks(
                            asOf: Instant(micros: programme.zone.start(of: day.adding(days: 1)).micros - 1))
                    ).balance
                    #expect(then.wallets.first?.available == member.draft.wallet("points").available)
                }
            }
        }
    }

    private static let draft = """
        id: bazaar
        currencies: [USD]
        time_zone: America/Los_Angeles
        versions:
          - earning: [{id: base, points: 5, per: 1.00}]
            tiers: {levels: [{id: silver, name: Silver}]}
            rewards: [{id: five-off, kind: discount, points: 400, value: 8.00}]
        """

    @Test("another programme shows what it would have given, taken and left out")
    func other() async throws {
        let programme = try RandomShop.programme()
        let draft = try ProgrammeFile.read(Self.draft, name: "draft.yaml")
        try await Shop.with(programmes: [programme]) { shop async throws in
            let service = shop.service
            let (ann, bob) = (MemberReference.external("ann"), MemberReference.external("bob"))
            let first = await service.record(.purchase("1", by: ann, dollars: 100, day: 1))
            _ = await service.record(.purchase("2", by: bob, dollars: 60, day: 2))
            _ = await service.record(.comesBack("3", by: bob, order: "2", dollars: 60, day: 3))
            let member = try #require(first.answer?.memberID)
            for body in [
                RedemptionBody.reward("code", confirm: true), .reward("five-off", total: 50_00, confirm: true),
            ] {
                _ = try await service.redeem(body, member: member, idempotencyKey: nil, at: Shop.now)
            }
            let (report, members) = try await simulate(
                SimulationOrder(draft: draft), over: shop, live: programme, at: Shop.now)
            // Bought on 2 January 2026, under the first version: 100 points, less 30, less the 60 of March.
            #expect(members[member]?.today.wallet("points").available == 10)
            #expect(members[member]?.draft.wallet("points").available == 100)
            #expect(report.leftOut == [LeftOut(.redemption, "reward_not_found"): .init(count: 1, points: 30)])
            #expect(report.mostWinning.map(\.member).first == member)
            #expect(report.mostWinning.map(\.difference).first == 400)
            #expect(report.totals.value("redeemed_value_today", in: 0) == .integer(8_00))
            #expect(report.totals.value("redeemed_value_draft", in: 0) == .integer(8_00))
            #expect(report.totals.value("issued_draft", in: 0) == .integer(800))
            #expect(report.totals.value("revoked_draft", in: 0) == .integer(-300))
            // From 15 January on, the draft judges nothing that was bought.
            let day = CivilDate(year: 2026, month: 1, day: 15)
            let (later, _) = try await simulate(
                SimulationOrder(draft: draft, from: day), over: shop, live: programme, at: Shop.now)
            #expect(later.leftOut[LeftOut(.redemption, "insufficient_points")]?.count == 1)
            #expect(report.html.contains("<svg") && !report.html.contains("http"))
        }
    }

    @Test("nothing is written, and what is no draft of the programme is refused")
    func refused() async throws {
        let programme = try RandomShop.programme()
        try await Shop.with(programmes: [programme]) { shop async throws in
            _ = await shop.service.record(.purchase("1", by: .external("ann")))
            let before = try await shop.number("SELECT sum(position)::bigint FROM treue.head")
            _ = try await simulate(SimulationOrder(draft: programme), over: shop, live: programme, at: Shop.now)
            #expect(try await shop.number("SELECT sum(position)::bigint FROM treue.head") == before)
            func code(_ document: String, _ from: String? = nil, _ to: String? = nil, of id: String = "bazaar") async
                -> String
            {
                let body = SimulationBody(
                    document: document, from: from.flatMap { CivilDate($0) }, to: to.flatMap { CivilDate($0) })
                return await LoyaltyServiceTests.code {
                    _ = try await shop.service.simulating(body, of: id)
                }
            }
            #expect(await code(Self.draft, of: "other") == "programme_not_found")
            #expect(await code("id: bazaar") == "programme_invalid")
            #expect(await code(Self.draft.replacing("id: bazaar", with: "id: other")) == "programme_invalid")
            #expect(await code(Self.draft.replacing("[USD]", with: "[EUR]")) == "programme_fixed")
            #expect(await code(Self.draft, "2026-02-01", "2026-01-01") == "validation_failed")
        }
    }

    @Test("a simulation is an operation: it tells how far it is, and what came of it")
    func operation() async throws {
        let programme = try RandomShop.programme()
        try await Shop.with(programmes: [programme]) { shop async throws in
            for number in 0..<5 { _ = await shop.service.record(.purchase("\(number)", by: .external("m\(number)"))) }
            async let run: Void = shop.service.operations.run()
            let body = SimulationBody(document: Self.draft, top: 2)
            var begun: OperationView?
            while begun == nil {
                do throws(ServiceError) {
                    begun = try await shop.service.simulating(body, of: "bazaar")
                } catch {
                    guard error == .overloaded else { throw error }
                }
            }
            let id = try #require(begun?.id)
            var now = try await shop.service.operation(id)
            while !now.isOver { now = try await shop.service.operation(id) }
            shop.service.operations.shutdown()
            await run
            #expect(now.state == .succeeded && now.kind == "programme.simulate" && now.subject == "bazaar")
            #expect(now.done == now.total)
            let result = try JSONReader.read(now.result ?? [])
            #expect(result["members"] == .integer(5))
            guard case .array(let named)? = result["members_most_changed"] else {
                Issue.record("nobody is named")
                return
            }
            let points = named.filter { $0["wallet"] == .string("points") }
            #expect(points.map { $0["difference"] } == [.integer(40), .integer(40)])
        }
    }
}

extension LoyaltyService {
    /// The operation that a simulation begins.
    fileprivate func simulating(
        _ body: SimulationBody, of id: String
    ) async throws(ServiceError) -> OperationView {
        let told = Mutex<OperationView?>(nil)
        _ = try await simulate(body, of: id, idempotencyKey: nil, at: Shop.now) { operation in
            told.withLock { $0 = operation }
            return KeptAnswer(status: 202, body: [])
        }
        guard let operation = told.withLock({ $0 }) else { throw .overloaded }
        return operation
    }
}
