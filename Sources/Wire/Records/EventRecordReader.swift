internal import Loyalty

/// Recorded events, member by member.
extension ObjectReader {
    func event(_ type: RecordedType) -> LoyaltyEvent? {
        _ = recordedInteger("v")
        return switch type {
        case .memberEnrolled: memberEnrolled().map { .enrolled($0) }
        case .purchaseCompleted: purchaseCompleted().map { .purchaseCompleted($0) }
        case .pointsAccrued: pointsAccrued().map { .pointsAccrued($0) }
        case .purchaseReturned: purchaseReturned().map { .purchaseReturned($0) }
        case .returnHeld: returnHeld().map { .returnHeld($0) }
        case .activityCompleted: activityCompleted().map { .activityCompleted($0) }
        case .pointsRevoked: pointsRevoked().map { .pointsRevoked($0) }
        case .pointsExpired: pointsExpired().map { .pointsExpired($0) }
        case .tierChanged: tierChanged().map { .tierChanged($0) }
        case .memberRestated: restated().map { .restated($0) }
        case .memberUpdated: profileChanged().map { .profileChanged($0) }
        case .memberErased: .erased
        }
    }

    private func memberEnrolled() -> MemberEnrolled? {
        let programme = recordedText("programme")
        let tier = recordedText("tier")
        guard let language = recordedLanguage(), let programme, let tier else { return nil }
        return MemberEnrolled(programme: programme, tier: tier, language: language)
    }

    private func purchaseCompleted() -> PurchaseCompleted? {
        let purchase = recordedPurchase()
        let version = recordedInt("programme_version")
        let tier = recordedText("tier")
        let qualifying = recordedInteger("qualifying")
        let period = recordedInt("period")
        let day = recordedDate("day")
        let inactiveOn = optionalRecordedDate("inactive_on")
        let lot = optionalRecordedDate("lot")
        let outcome = outcome()
        guard let purchase, let version, let tier, let qualifying, let period, let day, let outcome else { return nil }
        return PurchaseCompleted(
            purchase: purchase, version: version, tier: tier, qualifying: qualifying, period: period, day: day,
            inactiveOn: inactiveOn, lot: lot, outcome: outcome)
    }

    private func activityCompleted() -> ActivityCompleted? {
        let activity = recordedActivity()
        let version = recordedInt("programme_version")
        let inactiveOn = optionalRecordedDate("inactive_on")
        let outcome = outcome()
        guard let activity, let version, let outcome else { return nil }
        return ActivityCompleted(activity: activity, version: version, inactiveOn: inactiveOn, outcome: outcome)
    }

    private func purchaseReturned() -> PurchaseReturned? {
        let goods = recordedReturn()
        let version = recordedInt("programme_version")
        let tier = recordedText("tier")
        let points = recordedInteger("points")
        let lot = optionalRecordedDate("lot")
        let qualifying = recordedInteger("qualifying")
        let period = recordedInt("period")
        let outcome = outcome()
        guard let goods, let version, let tier, let points, let qualifying, let period, let outcome else { return nil }
        return PurchaseReturned(
            goods: goods, version: version, tier: tier, points: points, lot: lot, qualifying: qualifying,
            period: period, outcome: outcome)
    }

    private func returnHeld() -> ReturnHeld? {
        let goods = recordedReturn()
        let outcome = outcome()
        guard let goods, let outcome else { return nil }
        return ReturnHeld(goods: goods, outcome: outcome)
    }

    private func tierChanged() -> TierChanged? {
        let from = recordedText("from")
        let to = recordedText("to")
        let reason = word("reason", of: TierChanged.Reason.allCases.map(\.rawValue)).flatMap(TierChanged.Reason.init)
        let validUntil = optionalRecordedDate("valid_until")
        let spend = recordedInteger("spend")
        let period = recordedInt("period")
        guard let from, let to, let reason, let spend, let period else { return nil }
        return TierChanged(from: from, to: to, reason: reason, validUntil: validUntil, spend: spend, period: period)
    }

    private func restated() -> MemberRestated? {
        let corrections = recordedObjects("corrections") { $0.correction() }
        let state = object("state") { $0.state() }
        guard let corrections, let state else { return nil }
        return MemberRestated(corrections: corrections, state: state)
    }

    private func correction() -> MemberRestated.Correction? {
        let effects = MemberRestated.Correction.Effect.allCases.map(\.rawValue)
        let effect = word("effect", of: effects).flatMap(MemberRestated.Correction.Effect.init)
        if !has("at") { fault(at: "at", "is required") }
        let at = optionalTime("at")
        let type = word("type", of: RecordedType.allCases.map(\.rawValue)).flatMap(RecordedType.init)
        let event = type.flatMap { type in object("event") { $0.event(type) } }
        let points = recordedInteger("points")
        let balance = recordedInteger("balance")
        guard let effect, let at, let event, let points, let balance else { return nil }
        return MemberRestated.Correction(
            effect: effect, at: Instant(micros: at), event: event, points: points, balance: balance)
    }

    private func outcome() -> Outcome? {
        object("outcome") { reader in
            let change = reader.recordedInteger("change")
            let available = reader.recordedInteger("available")
            let pending = reader.recordedInteger("pending")
            let tier = reader.recordedText("tier")
            let previous = reader.recordedText("previous_tier")
            let followers = reader.recordedInt("followers")
            guard let change, let available, let pending, let tier, let previous, let followers else { return nil }
            return Outcome(
                change: change, available: available, pending: pending, tier: tier, previousTier: previous,
                followers: followers)
        }
    }
}
