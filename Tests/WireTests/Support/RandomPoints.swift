import Loyalty

/// Random movements of points.
extension Seeded {
    mutating func accrued() -> PointsAccrued {
        PointsAccrued(
            wallet: text(), points: number(), expires: end(), matures: maybe { $0.until() }, rule: text(),
            version: small(), reason: reason(), partner: maybe { $0.text() }, period: maybe { $0.period() },
            inactiveOn: maybe { $0.date() }, balance: number())
    }

    mutating func revoked() -> PointsRevoked {
        PointsRevoked(
            wallet: text(), parts: few { $0.part() }, pending: number(), lapsed: number(), order: maybe { $0.order() },
            returnID: text(), version: small(), waivesDebt: chance(50), balance: number())
    }

    mutating func adjusted() -> PointsAdjusted {
        PointsAdjusted(
            adjustment: Adjustment(
                wallet: text(), points: number(), reason: text(), note: maybe { $0.text() },
                agent: maybe { $0.text() }),
            expires: end(), inactiveOn: maybe { $0.date() }, version: small(), balance: number())
    }

    mutating func transferred() -> PointsTransferred {
        PointsTransferred(
            id: text(), direction: pick(PointsTransferred.Direction.allCases), other: text(), wallet: text(),
            parts: few { $0.lot() }, inactiveOn: maybe { $0.date() }, version: small(), balance: number())
    }

    private mutating func reason() -> AccrualReason {
        switch Int.random(in: 0..<7, using: &self) {
        case 0: .base(order: order(), amount: number(), currency: text(), rate: rate())
        case 1: .multiplier(order: order(), amount: number(), currency: text(), thousandths: number())
        case 2: .fixed(order: order(), count: number())
        case 3: .accumulated(order: order(), total: number(), currency: text(), rate: rate())
        case 4: .activity(name: text(), reference: maybe { $0.text() })
        case 5: .gift(pick(GiftRule.Occasion.allCases), year: small())
        default: .referral(order: maybe { $0.order() })
        }
    }

    private mutating func rate() -> Ratio { Ratio(number(), Int64(small()) + 1) }
}
