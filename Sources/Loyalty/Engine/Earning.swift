/// The circumstances of a sale that rules may ask about.
struct SaleContext: Hashable, Sendable {
    var at: Instant
    var tier: String
    var channel: String?
    var store: String?
    var partner: String?
}

/// What one rule gives for a sale.
struct Earned: Hashable, Sendable {
    var rule: String
    var wallet: String
    var points: Int64
    /// Minor units that it was given for.
    var amount: Int64
    /// Set for a base rule.
    var rate: Ratio?
    /// Set for a multiplier.
    var thousandths: Int64?
}

extension ProgrammeVersion {
    /// The most points that one event may move.
    static let mostPoints: Int64 = 1_000_000_000_000

    /// Whether the line earns and counts at all.
    func earns(_ line: Line) -> Bool { !line.categories.contains(where: excludedCategories.contains) }

    /// Minor units of the lines that earn.
    func eligible(_ lines: [Line]) throws(Rejection) -> Int64 {
        var sum: Int64 = 0
        for line in lines where earns(line) { sum = try ProgrammeVersion.sum(sum, line.amount) }
        return sum
    }

    /// What the lines earn. Per order and rule: base points on the sum of its lines, then what multipliers add; each
    /// running total is rounded down once, after multiplying, so that 3 × 1.25 on 0.80 is 3 and not 0.
    func earned(on lines: [Line], in sale: SaleContext) throws(Rejection) -> [Earned] {
        let eligible = lines.filter(earns)
        var result: [Earned] = []
        for rule in earning where rule.condition.holds(for: sale) {
            guard case .base(let standard, let byTier) = rule.effect else { continue }
            let rate = byTier[sale.tier] ?? standard
            try earn(rule, at: rate, on: eligible.filter(rule.condition.holds), in: sale, into: &result)
        }
        return result
    }

    private func earn(
        _ rule: EarningRule, at rate: Ratio, on lines: [Line], in sale: SaleContext, into result: inout [Earned]
    ) throws(Rejection) {
        var amount: Int64 = 0
        for line in lines { amount = try ProgrammeVersion.sum(amount, line.amount) }
        // In thousandths of a minor unit, so that multipliers stay exact.
        var weighted = Int128(amount) * 1000
        var points = try ProgrammeVersion.points(weighted, at: rate)
        if points > 0 {
            result.append(Earned(rule: rule.id, wallet: rule.wallet, points: points, amount: amount, rate: rate))
        }
        for (multiplier, thousandths, multiplied) in try multipliers(on: lines, of: rule.wallet, in: sale) {
            weighted += Int128(multiplied) * Int128(thousandths - 1000)
            let total = try ProgrammeVersion.points(weighted, at: rate)
            if total > points {
                result.append(
                    Earned(
                        rule: multiplier.id, wallet: rule.wallet, points: total - points, amount: multiplied,
                        thousandths: thousandths))
            }
            points = total
        }
    }

    /// The multipliers that win at least one line, in the programme's order, with the amount of the lines they win.
    private func multipliers(
        on lines: [Line], of wallet: String, in sale: SaleContext
    ) throws(Rejection) -> [(EarningRule, Int64, Int64)] {
        var candidates: [(EarningRule, Int64, Int64)] = []
        for rule in earning where rule.wallet == wallet && rule.condition.holds(for: sale) {
            if case .multiplier(let thousandths) = rule.effect { candidates.append((rule, thousandths, 0)) }
        }
        guard !candidates.isEmpty else { return [] }
        for line in lines {
            var winner: Int?
            for (index, candidate) in candidates.enumerated() where candidate.0.condition.holds(for: line) {
                if winner.map({ candidates[$0].1 < candidate.1 }) ?? true { winner = index }
            }
            if let winner { candidates[winner].2 = try ProgrammeVersion.sum(candidates[winner].2, line.amount) }
        }
        return candidates.filter { $0.2 > 0 }
    }

    /// Refuses lines that no shop can have sold, whether they earn or not.
    static func limit(_ lines: [Line]) throws(Rejection) {
        var (money, pieces): (Int64, Int64) = (0, 0)
        for line in lines {
            money = try sum(money, line.amount)
            pieces = try sum(pieces, line.quantity)
        }
    }

    private static func sum(_ total: Int64, _ amount: Int64?) throws(Rejection) -> Int64 {
        guard let amount, amount <= mostMoney, total <= mostMoney - amount else { throw tooLarge }
        return total + amount
    }

    /// Rounded down.
    private static func points(_ thousandths: Int128, at rate: Ratio) throws(Rejection) -> Int64 {
        let (product, overflow) = thousandths.multipliedReportingOverflow(by: Int128(rate.numerator))
        guard !overflow else { throw tooLarge }
        let points = product / (Int128(rate.denominator) * 1000)
        guard points <= Int128(mostPoints) else { throw tooLarge }
        return Int64(points)
    }

    /// The largest order, in minor units; also the most pieces.
    static let mostMoney: Int64 = 1_000_000_000_000_000

    private static let tooLarge = Rejection(
        .amountTooLarge,
        "An order may come to at most \(mostMoney) minor units or pieces and \(mostPoints) points.", at: "/data/lines")
}
