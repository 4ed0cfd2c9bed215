import Loyalty

@testable import Wire

/// Random events of every type.
extension Seeded {
    /// - Parameter depth: how deep events may lie inside others.
    mutating func event(depth: Int = 1) -> LoyaltyEvent {
        let types = RecordedType.allCases.filter { depth > 0 || $0 != .memberRestated }
        return event(of: pick(types), depth: depth)
    }

    mutating func event(of type: RecordedType, depth: Int = 1) -> LoyaltyEvent {
        switch type {
        case .memberEnrolled: .enrolled(enrolled())
        case .memberUpdated: .profileChanged(updated())
        case .memberErased: .erased
        case .purchaseCompleted: .purchaseCompleted(completed())
        case .pointsAccrued: .pointsAccrued(accrued())
        case .purchaseReturned: .purchaseReturned(returned())
        case .returnHeld: .returnHeld(ReturnHeld(goods: goods(), outcome: outcome()))
        case .activityCompleted:
            .activityCompleted(
                ActivityCompleted(
                    activity: Activity(name: text(), reference: maybe { $0.text() }, value: maybe { $0.number() }),
                    version: small(), counts: few { $0.count() }, outcome: outcome()))
        case .pointsRevoked: .pointsRevoked(revoked())
        case .pointsMatured:
            .pointsMatured(
                PointsMatured(
                    wallet: text(), points: number(), until: until(), expires: end(),
                    inactiveOn: maybe { $0.date() }, balance: number()))
        case .pointsExpired:
            .pointsExpired(
                PointsExpired(
                    wallet: text(), points: number(), lot: end(), inactiveSince: maybe { $0.date() },
                    balance: number()))
        case .pointsAdjusted: .pointsAdjusted(adjusted())
        case .pointsTransferred: .pointsTransferred(transferred())
        case .redemptionReserved, .redemptionConfirmed, .redemptionCancelled, .voucherIssued, .voucherRedeemed:
            redemptionEvent(type)
        case .referralCompleted:
            .referralCompleted(
                ReferralCompleted(friend: text(), wallet: text(), withdrawn: few { $0.part() }, version: small()))
        case .subscriptionChanged:
            .subscriptionChanged(
                SubscriptionChanged(
                    plan: text(), action: pick(SubscriptionChanged.Action.allCases), paidUntil: date(),
                    fee: number(), tier: maybe { $0.text() }, version: small()))
        case .tierGranted:
            .tierGranted(TierGranted(tier: text(), until: maybe { $0.date() }, reason: text(), version: small()))
        case .tierChanged: .tierChanged(tierChanged())
        case .memberMerged: .merged(MemberMerged(into: text()))
        case .memberAbsorbed: .absorbed(MemberAbsorbed(from: text(), state: memberState()))
        case .memberRestated:
            .restated(MemberRestated(corrections: few { $0.correction(depth: depth - 1) }, state: memberState()))
        }
    }

    private mutating func enrolled() -> MemberEnrolled {
        MemberEnrolled(
            programme: text(), tier: text(), language: pick(Language.allCases), birthday: maybe { $0.monthDay() },
            referredBy: maybe { $0.text() })
    }

    private mutating func updated() -> ProfileChanged {
        ProfileChanged(
            fields: few { $0.text() }, marketing: maybe { $0.pick(ProfileChanged.Consent.allCases) },
            language: maybe { $0.pick(Language.allCases) },
            birthday: maybe { $0.chance(50) ? .unknown : .on($0.monthDay()) }, releasesIdentifier: chance(50))
    }

    private mutating func completed() -> PurchaseCompleted {
        PurchaseCompleted(
            purchase: purchase(), version: small(),
            circumstances: Circumstances(
                tier: text(), plans: few { $0.text() }, isFirst: chance(50), isReferred: chance(50),
                inBirthdayMonth: chance(50)),
            qualifying: number(), period: period(), day: date(), clocks: few { $0.clock() },
            paidWithPoints: number(), counts: few { $0.count() }, outcome: outcome())
    }

    private mutating func returned() -> PurchaseReturned {
        PurchaseReturned(
            goods: goods(), version: small(), tier: text(),
            taken: few { random in
                PurchaseReturned.Taken(
                    rule: random.text(), wallet: random.text(), points: random.number(),
                    period: random.maybe { $0.period() })
            },
            qualifying: number(), orders: number(), period: period(), counts: few { $0.count() },
            waivesDebt: chance(50), partner: maybe { $0.text() }, outcome: outcome())
    }

    private mutating func tierChanged() -> TierChanged {
        TierChanged(
            from: text(), to: text(), reason: pick(TierChanged.Reason.allCases), validUntil: maybe { $0.date() },
            reached: maybe { $0.standing() }, ended: maybe { $0.date() },
            measured: few { TierChanged.Measured(metric: $0.text(), value: $0.number()) },
            period: maybe { $0.period() })
    }

    private mutating func redemptionEvent(_ type: RecordedType) -> LoyaltyEvent {
        switch type {
        case .redemptionReserved:
            .redemptionReserved(
                RedemptionReserved(
                    redemption: redemption(), expiresAt: instant(), clocks: few { $0.clock() }, day: date(),
                    balance: number()))
        case .redemptionConfirmed:
            .redemptionConfirmed(
                RedemptionConfirmed(
                    redemption: redemption(), wasReserved: chance(50), conversion: maybe { $0.number() },
                    clocks: few { $0.clock() }, day: date(), balance: number()))
        case .redemptionCancelled:
            .redemptionCancelled(
                RedemptionCancelled(
                    redemption: redemption(), reason: pick(RedemptionCancelled.Reason.allCases),
                    taken: few { $0.lot() }, balance: number()))
        case .voucherIssued:
            .voucherIssued(
                VoucherIssued(
                    redemption: text(), reward: text(), value: maybe { $0.number() }, currency: text(),
                    validUntil: maybe { $0.date() }, fromPool: chance(50)))
        default: .voucherRedeemed(VoucherRedeemed(redemption: text()))
        }
    }

    private mutating func correction(depth: Int) -> MemberRestated.Correction {
        MemberRestated.Correction(
            effect: pick(MemberRestated.Correction.Effect.allCases), at: instant(), event: event(depth: depth),
            wallet: text(), points: number(), balance: number())
    }
}
