extension Earning {
    /// The most points that one event may move.
    static let mostPoints: Int64 = 1_000_000_000_000
    /// The largest order, in minor units; also the most pieces.
    static let mostMoney: Int64 = 1_000_000_000_000_000
    /// What a line weighs that no multiplier touches.
    static let one: Int128 = 1_000_000_000

    static let tooLarge = Rejection(
        .amountTooLarge,
        "An order may come to at most \(mostMoney) minor units or pieces and \(mostPoints) points.", at: "/data/lines")

    static func sum(_ lines: [SoldLine]) throws(Rejection) -> Int64 {
        var sum: Int64 = 0
        for line in lines { sum = try add(sum, line.amount) }
        return sum
    }

    /// Refuses lines that no shop can have sold, whether they earn or not.
    static func limit(_ lines: [Line]) throws(Rejection) {
        var (money, pieces): (Int64, Int64) = (0, 0)
        for line in lines {
            money = try add(money, line.amount)
            pieces = try add(pieces, line.quantity)
        }
    }

    fileprivate static func add(_ total: Int64, _ amount: Int64?) throws(Rejection) -> Int64 {
        guard let amount, amount <= mostMoney, total <= mostMoney - amount else { throw tooLarge }
        return total + amount
    }

    /// In 64 bits where that is enough, as it is for all but the largest orders: it takes a tenth of the time.
    private static func divided(_ product: Int128, by divisor: Int128) -> (quotient: Int128, remainder: Int128) {
        guard let small = Int64(exactly: product), let by = Int64(exactly: divisor) else {
            return product.quotientAndRemainder(dividingBy: divisor)
        }
        let (quotient, remainder) = small.quotientAndRemainder(dividingBy: by)
        return (Int128(quotient), Int128(remainder))
    }

    /// Points for weighted minor units.
    static func rounded(
        _ weighted: Int128, at rate: Ratio, _ rounding: EarningRule.Rounding
    ) throws(Rejection) -> Int64 {
        let (product, overflow) = weighted.multipliedReportingOverflow(by: Int128(rate.numerator))
        guard !overflow else { throw tooLarge }
        let divisor = Int128(rate.denominator) * one
        let (whole, rest) = divided(product, by: divisor)
        var points = whole
        switch rounding {
        case .down: break
        case .up: points += rest > 0 ? 1 : 0
        case .nearest: points += rest * 2 >= divisor ? 1 : 0
        }
        guard points <= Int128(mostPoints) else { throw tooLarge }
        return Int64(points)
    }
}

extension Line {
    /// Whether it is of one of these categories.
    func isExcluded(by categories: Set<String>) -> Bool { self.categories.contains(where: categories.contains) }
}

extension ProgrammeVersion {
    /// Whether the line earns and counts at all.
    func earns(_ line: Line) -> Bool { !line.isExcluded(by: excludedCategories) }

    /// Minor units of the lines that count.
    func eligible(_ lines: [SoldLine]) throws(Rejection) -> Int64 {
        var sum: Int64 = 0
        for line in lines where earns(line.line) { sum = try Earning.add(sum, line.amount) }
        return sum
    }
}

extension Int64 {
    /// Points for minor units or the other way round, rounded down; nil where it leaves 64 bits.
    func scaled(by ratio: Ratio) -> Int64? {
        let product = Int128(self) * Int128(ratio.numerator) / Int128(ratio.denominator)
        return Int64(exactly: product)
    }
}
