internal import Loyalty

/// Recorded events, member by member.
extension ObjectReader {
    func event(_ type: RecordedType) -> LoyaltyEvent? {
        _ = recordedInteger("v")
        return switch type {
        case .memberEnrolled: memberEnrolled().map { .enrolled($0) }
        case .memberUpdated: profileChanged().map { .profileChanged($0) }
        case .purchaseCompleted: purchaseCompleted().map { .purchaseCompleted($0) }
        case .pointsAccrued: pointsAccrued().map { .pointsAccrued($0) }
        case .purchaseReturned: purchaseReturned().map { .purchaseReturned($0) }
        case .returnHeld: returnHeld().map { .returnHeld($0) }
        case .activityCompleted: activityCompleted().map { .activityCompleted($0) }
        case .pointsRevoked: pointsRevoked().map { .pointsRevoked($0) }
        case .pointsMatured: pointsMatured().map { .pointsMatured($0) }
        case .pointsExpired: pointsExpired().map { .pointsExpired($0) }
        case .pointsAdjusted: pointsAdjusted().map { .pointsAdjusted($0) }
        case .pointsTransferred: pointsTransferred().map { .pointsTransferred($0) }
        case .redemptionReserved: redemptionReserved().map { .redemptionReserved($0) }
        case .redemptionConfirmed: redemptionConfirmed().map { .redemptionConfirmed($0) }
        case .redemptionCancelled: redemptionCancelled().map { .redemptionCancelled($0) }
        case .voucherIssued: voucherIssued().map { .voucherIssued($0) }
        case .voucherRedeemed: recordedText("redemption_id").map { .voucherRedeemed(VoucherRedeemed(redemption: $0)) }
        case .referralCompleted: referralCompleted().map { .referralCompleted($0) }
        case .subscriptionChanged: subscriptionChanged().map { .subscriptionChanged($0) }
        case .tierGranted: tierGranted().map { .tierGranted($0) }
        case .tierChanged: tierChanged().map { .tierChanged($0) }
        case .memberMerged: recordedText("into").map { .merged(MemberMerged(into: $0)) }
        case .memberAbsorbed: memberAbsorbed().map { .absorbed($0) }
        case .memberRestated: memberRestated().map { .restated($0) }
        case .memberErased: .erased
        }
    }

    private func purchaseCompleted() -> PurchaseCompleted? {
        let purchase = recordedPurchase()
        let version = recordedInt("programme_version")
        let circumstances = circumstances()
        let qualifying = recordedInteger("qualifying")
        let period = recordedPeriod("period")
        let day = recordedDate("day")
        let clocks = recordedClocks()
        let paid = recordedCount("paid_with_points")
        let counts = recordedCounts()
        let outcome = recordedOutcome(tier: circumstances?.tier)
        guard let purchase, let version, let circumstances, let qualifying, let period, let day, let clocks,
            let counts, let outcome
        else { return nil }
        return PurchaseCompleted(
            purchase: purchase, version: version, circumstances: circumstances, qualifying: qualifying,
            period: period, day: day, clocks: clocks, paidWithPoints: paid, counts: counts, outcome: outcome)
    }

    private func circumstances() -> Circumstances? {
        let tier = recordedText("tier")
        let plans = recordedTexts("plans")
        let isFirst = recordedFlag("first")
        let isReferred = recordedFlag("referred")
        let inBirthdayMonth = recordedFlag("birthday_month")
        return tier.map {
            Circumstances(
                tier: $0, plans: plans, isFirst: isFirst, isReferred: isReferred, inBirthdayMonth: inBirthdayMonth)
        }
    }

    private func activityCompleted() -> ActivityCompleted? {
        let activity = recordedActivity()
        let version = recordedInt("programme_version")
        let counts = recordedCounts()
        let outcome = recordedOutcome()
        guard let activity, let version, let counts, let outcome else { return nil }
        return ActivityCompleted(activity: activity, version: version, counts: counts, outcome: outcome)
    }

    private func purchaseReturned() -> PurchaseReturned? {
        let goods = recordedReturn()
        let version = recordedInt("programme_version")
        let tier = recordedText("tier")
        let taken = optionalRecordedObjects("taken") { $0.taken() }
        let qualifying = recordedInteger("qualifying")
        let orders = recordedCount("orders")
        let period = recordedPeriod("period")
        let counts = recordedCounts()
        let waivesDebt = recordedFlag("waives_debt")
        let partner = optionalRecordedText("partner")
        let outcome = recordedOutcome(tier: tier)
        guard let goods, let version, let tier, let taken, let qualifying, let period, let counts, let outcome
        else { return nil }
        return PurchaseReturned(
            goods: goods, version: version, tier: tier, taken: taken, qualifying: qualifying, orders: orders,
            period: period, counts: counts, waivesDebt: waivesDebt, partner: partner, outcome: outcome)
    }

    private func taken() -> PurchaseReturned.Taken? {
        let rule = recordedText("rule")
        let wallet = recordedText("wallet")
        let points = recordedInteger("points")
        let waived = recordedCount("waived")
        let period = optionalRecordedPeriod("period")
        guard let rule, let wallet, let points else { return nil }
        return PurchaseReturned.Taken(rule: rule, wallet: wallet, points: points, waived: waived, period: period)
    }

    private func returnHeld() -> ReturnHeld? {
        let goods = recordedReturn()
        let outcome = recordedOutcome()
        guard let goods, let outcome else { return nil }
        return ReturnHeld(goods: goods, outcome: outcome)
    }
}
