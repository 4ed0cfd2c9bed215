import Testing

@testable import Loyalty

/// A sale comes back piece by piece while its points are spent in between.
@Suite("A complete return with redemptions between")
struct AsIfNeverWithRedemptionsTests {
    @Test("in 200 random splits and orders leaves points, lots and spend as if the sale had never been")
    func splits() throws {
        for seed in Property.seed..<Property.seed + 200 {
            var dice = SplitMix64(seed: seed)
            var programme = RandomProgramme.make(using: &dice)
            programme.owes()
            var life = Return(programme)
            try life.live(using: &dice)
            #expect(life.isBack && life.redemptions > 0, "TREUE_PROPERTY_SEED=\(seed)")
            let without = life.till.log.without(Return.order)
            for moment in [life.till.state.latest, life.till.state.latest.later(hours: 24 * 400)] {
                let found = try programme.state(of: life.till.log, asOf: moment)
                let expected = try programme.state(of: without, asOf: moment)
                #expect(found.holdings == expected.holdings, "TREUE_PROPERTY_SEED=\(seed)")
                #expect(found.withoutOrders == expected.withoutOrders, "TREUE_PROPERTY_SEED=\(seed)")
            }
        }
    }
}

/// A sale, and what becomes of it.
private struct Return {
    static let order = OrderReference(source: "shop", id: "A")

    var till: Till
    var redemptions = 0
    private var now = Instant.on("2019-02-01")
    private var parts: [PurchaseReturn.Goods] = []

    init(_ programme: Programme) { till = Till.someone(programme) }

    mutating func live(using dice: inout SplitMix64) throws {
        if dice.oneIn(2) { try till.buys([.article(dice.pick([40_00, 210_00]), sku: "sku9")], at: now) }
        pass(using: &dice)
        let lines = (1...dice.pick([1, 2, 3])).map { number in
            Line.article(
                dice.pick([9_99, 25_50, 180_00]), sku: "sku\(number)", quantity: dice.pick([1, 2, 3]),
                categories: dice.pick([[], [], ["skincare"], ["tax"]]))
        }
        try till.buys(lines, at: now, order: Return.order.id, channel: dice.pick(["app", "store"]))
        // There is always something to spend, whatever the programme gives.
        pass(using: &dice)
        try till.deliver(.adjustment(Adjustment(wallet: "points", points: 40, reason: "x")), at: now)
        parts = Return.parts(of: lines, using: &dice)
        for (number, part) in parts.enumerated() {
            pass(using: &dice)
            try spend(number, using: &dice)
            pass(using: &dice)
            try till.returns(part, of: Return.order.id, at: now)
            if dice.oneIn(4) { try till.buys([.article(33_00, sku: "sku9")], at: now) }
        }
    }

    /// Whether nothing is left of the order.
    var isBack: Bool {
        let order = OrderHistory(of: Return.order, in: till.log)
        let version = till.programme.version(number: order.sale?.version ?? 1)
        return order.sale != nil && order.remaining(earns: version.earns).positions.allSatisfy { $0.amount == 0 }
    }

    private mutating func pass(using dice: inout SplitMix64) {
        now = now.later(hours: dice.pick([0, 1, 30, 24 * 12, 24 * 50]))
        now.micros += 1
    }

    /// Confirmed at once or later, cancelled, refunded, or left to lapse.
    private mutating func spend(_ number: Int, using dice: inout SplitMix64) throws {
        let (id, end) = ("d\(number)", Int.random(in: 0..<5, using: &dice))
        let request = RedemptionRequest(id: id, what: .points(dice.pick([7, 20, 35])), confirm: end < 2)
        guard rejection({ try till.deliver(.redemption(request), at: now) }) == nil else { return }
        redemptions += 1
        switch end {
        case 1, 2: try till.deliver(.cancelRedemption(id: id), at: now)
        case 3: try till.deliver(.confirmRedemption(id: id), at: now)
        default: break
        }
    }

    /// All of it in random order: piece by piece, some of a line at once, some as money alone.
    private static func parts(of lines: [Line], using dice: inout SplitMix64) -> [PurchaseReturn.Goods] {
        var parts: [PurchaseReturn.Goods] = []
        for line in lines {
            var left = line.quantity
            while left > 0 {
                var piece = line
                piece.quantity = Int64.random(in: 1...left, using: &dice)
                left -= piece.quantity
                parts.append(.lines([piece]))
            }
        }
        parts.shuffle(using: &dice)
        guard dice.oneIn(2), case .lines(let last)? = parts.popLast() else { return parts }
        let money = last.reduce(0) { $0 + $1.quantity * $1.unitPrice }
        return parts + [.amount(money / 2), .amount(money - money / 2)]
    }
}
