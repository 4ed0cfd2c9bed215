import Testing

@testable import Loyalty

/// A sale followed by its complete return, in any split, leaves the member as if the sale had never been; what stands is
/// the tier until its period ends and the clock of inactivity.
@Suite("A complete return")
struct AsIfNeverTests {
    @Test("in any split and order leaves points, lots and spend as if the sale had never been")
    func splits() throws {
        for seed in Property.seeds(share: 4) {
            var random = SplitMix64(seed: seed)
            let lines = (1...Int.random(in: 1...4, using: &random)).map { number in
                Line.article(
                    Int64.random(in: 1...300_00, using: &random), sku: "sku\(number)",
                    quantity: Int64.random(in: 1...4, using: &random),
                    categories: [[], ["skincare"], ["tax"]].randomElement(using: &random) ?? [])
            }
            // Others buy a free sample at that moment, so that the clock is the same.
            var without = try life(with: [.article(0, sku: "sample")], returned: [], seed: seed)
            var with = try life(with: lines, returned: AsIfNeverTests.parts(of: lines, using: &random), seed: seed)
            #expect(with.summary == without.summary, "TREUE_PROPERTY_SEED=\(seed)")
            try without.buys(77_00, on: "2027-01-02")
            try with.buys(77_00, on: "2027-01-02")
            #expect(with.summary == without.summary, "TREUE_PROPERTY_SEED=\(seed)")
        }
    }

    /// The sale in question among others, with debt or a lapse between it and its return now and then.
    private func life(with lines: [Line], returned parts: [PurchaseReturn.Goods], seed: UInt64) throws -> Till {
        var random = SplitMix64(seed: seed &+ 1)
        var till = Till(.flat)
        if random.oneIn(2) { try till.buys(40_00, on: "2025-01-10") }
        if random.oneIn(2) { try till.returns(.amount(90_00), of: nil, on: "2025-01-20") }
        try till.buys(lines, at: .on("2025-02-01"), order: "A")
        if random.oneIn(2) { try till.buys(25_00, on: "2025-03-01") }
        let lapsed = random.oneIn(2)
        var day: CivilDate = lapsed ? "2026-04-01" : "2025-04-01"
        for part in parts {
            try till.returns(part, of: "A", on: day)
            day = day.adding(days: 1)
        }
        if lapsed { try till.buys(13_00, on: "2026-05-01") }
        return till
    }

    /// All pieces, one by one in random order; now and then the last of it as money alone.
    private static func parts(of lines: [Line], using random: inout SplitMix64) -> [PurchaseReturn.Goods] {
        var pieces: [Line] = []
        for line in lines {
            for _ in 0..<line.quantity {
                var piece = line
                piece.quantity = 1
                pieces.append(piece)
            }
        }
        pieces.shuffle(using: &random)
        guard random.oneIn(2) else { return pieces.map { .lines([$0]) } }
        let asMoney = pieces.removeLast().unitPrice
        return pieces.map { .lines([$0]) } + [.amount(asMoney)]
    }
}

extension Till {
    fileprivate struct Summary: Equatable {
        var available: Int64
        var open: [Lot]
        var debt: Int64
        var expired: Int64
        var earned: Int64
        var spend: [Int64]
        var inactiveOn: CivilDate?
    }

    /// What a member has, whatever it is called inside.
    fileprivate var summary: Summary {
        let wallet = state.points
        return Summary(
            available: wallet.available, open: wallet.lots, debt: wallet.debt,
            expired: wallet.expired, earned: wallet.issued - wallet.revoked,
            spend: (2024...2027).map { state.spend(in: $0) }, inactiveOn: state.inactiveOn)
    }
}
