import Foundation
import Loyalty
import LoyaltyService
import Testing

@testable import Wire

/// A programme with everything that points can be spent on and given for.
enum Club {
    static let yaml = """
        id: club
        currencies: [USD]
        enrolment: automatic
        versions:
          - earning: [{id: base, points: 10, per: 1.00}]
            expiry: {months: 12}
            tiers:
              levels:
                - {id: silver, name: Silver}
                - {id: gold, name: Gold, spend: 1000}
            rewards:
              - {id: five-off, kind: discount, points: 500, value: 5.00, when: {minimum_order: 10.00}}
              - {id: code, kind: voucher, points: 200, value: 20.00, voucher: {valid_days: 30}}
              - {id: mug, kind: product, points: 100, stock: 5}
              - {id: gold-month, kind: upgrade, points: 300, tier: gold, months: 1}
            redemption: {point_value: 0.01, minimum: 10, reservation_minutes: 15}
            transfers: {allowed: true, minimum: 50}
            adjustments: {reasons: [goodwill, correction], daily_limit: 1000, approval_above: 600}
            plans:
              - {id: year, name: Club year, fee: 50.00, months: 12, tier: gold}
        """

    static func programme() throws -> Programme { try ProgrammeFile.read(yaml, name: "club.yaml") }

    /// Runs `body` over a shop of this programme.
    static func with(servers: Int = 1, _ body: @Sendable (Shop) async throws -> Void) async throws {
        try await Shop.with(servers: servers, programmes: [try programme()], body)
    }

    static func key(_ text: String, route: String = "POST", agent: UUID = agent) -> RequestKey {
        RequestKey(apiKey: agent, route: route, text: text)
    }

    static let agent = UUID(uuidString: "01980000-0000-7000-8000-00000000a001")!
    static let other = UUID(uuidString: "01980000-0000-7000-8000-00000000a002")!
}

extension RedemptionBody {
    static func reward(_ id: String, total: Int64? = nil, confirm: Bool = false) -> RedemptionBody {
        RedemptionBody(
            what: .reward(id), order: nil, orderTotal: total, orderCurrency: total.map { _ in "USD" }, partner: nil,
            confirm: confirm)
    }

    static func points(_ points: Int64, confirm: Bool = false) -> RedemptionBody {
        RedemptionBody(
            what: .points(points), order: nil, orderTotal: nil, orderCurrency: nil, partner: nil, confirm: confirm)
    }
}

extension Shop {
    /// Somebody with points: ten for each dollar.
    func somebody(dollars: Int64, day: Int64 = 1) async throws -> UUID {
        let id = try await somebody()
        let answer = await service.record(.purchase("first \(id)", by: .id(id), dollars: dollars, day: day))
        try #require(answer.word == "accepted")
        return id
    }

    /// All wallets add up for a member; what is available and reserved.
    func held(_ member: UUID, at: Instant = now) async throws -> [Int64] {
        let wallet = try await service.balance(of: member, at: at).balance.wallets[0]
        return [wallet.available, wallet.reserved]
    }

    static func after(minutes: Int64) -> Instant { Instant(micros: now.micros + minutes * 60_000_000) }
}

/// The code of what a request is refused with; `done` where it is not.
func code(_ body: () async throws -> Void) async -> String {
    do {
        try await body()
        return "done"
    } catch {
        return (error as? ServiceError)?.code ?? "\(error)"
    }
}

/// Runs so many at once; their results, in any order.
func atOnce<T: Sendable>(
    _ count: Int, _ work: @escaping @Sendable (Int) async throws -> T
) async throws -> [T] {
    try await withThrowingTaskGroup(of: T.self) { group in
        for number in 0..<count { group.addTask { try await work(number) } }
        return try await group.reduce(into: []) { $0.append($1) }
    }
}

extension RedemptionView {
    /// What must be the same in the first answer and in every later one.
    var effect: String {
        "\(redemption) \(status) \(String(describing: voucher)) \(String(describing: expiresAt)) \(memberID)"
    }
}

extension ActView {
    /// What must be the same in the first answer and in every later one.
    var effect: String {
        let entries = entries.map { "\($0.entry.kind) \($0.entry.points) \($0.entry.balance) \($0.explanation)" }
        return "\(memberID) \(id ?? "") \(entries) \(balance)"
    }
}
