import Loyalty

/// Random values of the domain, also such as no programme would produce: a codec must not care.
extension Seeded {
    mutating func number() -> Int64 {
        chance(20) ? pick([0, 1, -1, .min, .max]) : Int64.random(in: -1000...1_000_000, using: &self)
    }
    mutating func small() -> Int { Int.random(in: 0...3000, using: &self) }
    mutating func date() -> CivilDate { CivilDate(daysSince1970: Int.random(in: -719_000...2_900_000, using: &self)) }
    mutating func instant() -> Instant {
        Instant(micros: Int64.random(in: -62_135_596_800_000_000...253_402_300_799_999_999, using: &self))
    }
    mutating func end() -> Lot.End { chance(40) ? .on(date()) : chance(50) ? .never : .inactivity }
    mutating func until() -> PendingPoints.Until {
        chance(50) ? .on(date()) : .activity(name: text(), order: text())
    }
    mutating func period() -> Period {
        let number = Int.random(in: -3000...30_000, using: &self)
        return pick([.year(number), .membershipYear(number), .day(number), .life])
    }
    mutating func monthDay() -> MonthDay {
        let day = date()
        return MonthDay(month: day.month, day: min(day.day, 28))
    }
    mutating func order() -> OrderReference { OrderReference(source: text(), id: text()) }

    mutating func maybe<Value>(_ make: (inout Seeded) -> Value) -> Value? { chance(50) ? make(&self) : nil }
    mutating func few<Value>(_ make: (inout Seeded) -> Value) -> [Value] {
        (0..<Int.random(in: 0...3, using: &self)).map { _ in make(&self) }
    }

    mutating func line() -> Line {
        Line(
            sku: text(), name: maybe { $0.text() }, quantity: number(), unitPrice: number(), discount: number(),
            categories: few { $0.text() }, brand: maybe { $0.text() })
    }

    mutating func purchase() -> Purchase {
        Purchase(
            order: order(), currency: text(), lines: few { $0.line() }, channel: maybe { $0.text() },
            store: maybe { $0.text() }, partner: maybe { $0.text() }, redemptionID: maybe { $0.text() },
            couponCodes: few { $0.text() })
    }

    mutating func goods() -> PurchaseReturn {
        let source = text()
        return PurchaseReturn(
            source: source, order: maybe { OrderReference(source: $0.chance(80) ? source : $0.text(), id: $0.text()) },
            returnID: text(), currency: text(), goods: chance(50) ? .lines(few { $0.line() }) : .amount(number()))
    }

    mutating func outcome() -> Outcome {
        Outcome(
            change: number(), available: number(), pending: number(), tier: text(), previousTier: text(),
            followers: small())
    }

    mutating func count() -> Count { Count(rule: text(), window: text(), before: number(), added: number()) }
    mutating func clock() -> InactivityClock { InactivityClock(wallet: text(), on: date()) }
    mutating func lot() -> Lot { Lot(end(), number()) }
    mutating func part() -> PointsRevoked.Part {
        PointsRevoked.Part(points: number(), matures: maybe { $0.until() }, expires: maybe { $0.end() })
    }

    mutating func redemption() -> Redemption {
        Redemption(
            id: text(), reward: maybe { $0.text() }, wallet: text(), points: number(), value: maybe { $0.number() },
            currency: text(), coPayment: maybe { $0.number() }, paysOrder: chance(50), order: maybe { $0.text() },
            partner: maybe { $0.text() }, version: small(), counts: few { $0.count() })
    }
}
