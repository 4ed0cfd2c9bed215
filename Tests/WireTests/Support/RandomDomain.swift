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
    mutating func end() -> Lot.End { chance(50) ? .never : .inactivity }
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

    mutating func reason() -> AccrualReason {
        switch Int.random(in: 0..<3, using: &self) {
        case 0: .base(order: order(), amount: number(), currency: text(), rate: Ratio(number(), Int64(small()) + 1))
        case 1: .multiplier(order: order(), amount: number(), currency: text(), thousandths: number())
        default: .activity(name: text())
        }
    }

    mutating func lot() -> Lot { Lot(id: date(), end: end(), available: number(), expired: number()) }

    mutating func memberState() -> MemberState {
        MemberState(
            programme: text(), language: pick(Language.allCases), enrolledAt: instant(),
            latest: chance(20) ? .distantPast : instant(),
            wallet: Wallet(
                open: few { $0.lot() }, ended: few { $0.lot() }, debt: number(), issued: number(), revoked: number(),
                expired: number()),
            standing: MemberState.Standing(
                tier: text(), since: maybe { $0.instant() }, validUntil: maybe { $0.date() }),
            spend: few { MemberState.Spend(period: $0.small(), amount: $0.number()) }, lastActive: maybe { $0.date() },
            inactiveOn: maybe { $0.date() }, identity: pick(MemberIdentity.allCases))
    }

    mutating func event(depth: Int = 1) -> LoyaltyEvent {
        switch Int.random(in: 0..<(depth > 0 ? 12 : 11), using: &self) {
        case 0: .enrolled(MemberEnrolled(programme: text(), tier: text(), language: pick(Language.allCases)))
        case 1:
            .purchaseCompleted(
                PurchaseCompleted(
                    purchase: purchase(), version: small(), tier: text(), qualifying: number(), period: small(),
                    day: date(), inactiveOn: maybe { $0.date() }, lot: maybe { $0.date() }, outcome: outcome()))
        case 2:
            .pointsAccrued(
                PointsAccrued(
                    wallet: text(), points: number(), lot: date(), expires: end(), rule: text(), version: small(),
                    reason: reason(), balance: number()))
        case 3:
            .purchaseReturned(
                PurchaseReturned(
                    goods: goods(), version: small(), tier: text(), points: number(), lot: maybe { $0.date() },
                    qualifying: number(), period: small(), outcome: outcome()))
        case 4: .returnHeld(ReturnHeld(goods: goods(), outcome: outcome()))
        case 5:
            .activityCompleted(
                ActivityCompleted(
                    activity: Activity(name: text(), reference: maybe { $0.text() }, value: maybe { $0.number() }),
                    version: small(), inactiveOn: maybe { $0.date() }, outcome: outcome()))
        case 6:
            .pointsRevoked(
                PointsRevoked(
                    wallet: text(), points: number(), expired: number(), lot: maybe { $0.date() },
                    order: maybe { $0.order() }, returnID: text(), version: small(), balance: number()))
        case 7:
            .pointsExpired(
                PointsExpired(
                    wallet: text(), points: number(), lot: date(), inactiveSince: maybe { $0.date() },
                    balance: number()))
        case 8:
            .tierChanged(
                TierChanged(
                    from: text(), to: text(), reason: pick(TierChanged.Reason.allCases),
                    validUntil: maybe { $0.date() }, spend: number(), period: small()))
        case 9: .erased
        case 10:
            .profileChanged(
                ProfileChanged(
                    fields: few { $0.text() }, marketing: maybe { $0.pick(ProfileChanged.Consent.allCases) },
                    language: maybe { $0.pick(Language.allCases) }, releasesIdentifier: chance(50)))
        default: .restated(MemberRestated(corrections: few { $0.correction(depth: depth - 1) }, state: memberState()))
        }
    }

    mutating func correction(depth: Int) -> MemberRestated.Correction {
        MemberRestated.Correction(
            effect: pick(MemberRestated.Correction.Effect.allCases), at: instant(), event: event(depth: depth),
            points: number(), balance: number())
    }
}
