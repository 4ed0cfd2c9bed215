internal import Loyalty

/// Recorded movements of points.
extension ObjectReader {
    func pointsAccrued() -> PointsAccrued? {
        let wallet = recordedText("wallet")
        let points = recordedInteger("points")
        let expires = recordedEnd("expires")
        let matures = optionalRecordedUntil("matures")
        let rule = recordedText("rule")
        let version = recordedInt("programme_version")
        let reason = recordedObject("reason") { $0.accrualReason() }
        let partner = optionalRecordedText("partner")
        let period = optionalRecordedPeriod("period")
        let inactiveOn = optionalRecordedDate("inactive_on")
        let balance = recordedInteger("balance")
        guard let wallet, let points, let expires, let rule, let version, let reason, let balance else { return nil }
        return PointsAccrued(
            wallet: wallet, points: points, expires: expires, matures: matures, rule: rule, version: version,
            reason: reason, partner: partner, period: period, inactiveOn: inactiveOn, balance: balance)
    }

    func pointsRevoked() -> PointsRevoked? {
        let wallet = recordedText("wallet")
        let parts = recordedObjects("parts") { $0.revokedPart() }
        let pending = recordedCount("pending")
        let lapsed = recordedCount("lapsed")
        let order = optionalRecordedObject("order") { $0.recordedOrder() }
        let returnID = recordedText("return_id")
        let version = recordedInt("programme_version")
        let waivesDebt = recordedFlag("waives_debt")
        let balance = recordedInteger("balance")
        guard let wallet, let parts, let returnID, let version, let balance else { return nil }
        return PointsRevoked(
            wallet: wallet, parts: parts, pending: pending, lapsed: lapsed, order: order, returnID: returnID,
            version: version, waivesDebt: waivesDebt, balance: balance)
    }

    func pointsMatured() -> PointsMatured? {
        let wallet = recordedText("wallet")
        let points = recordedInteger("points")
        let until = recordedUntil("until")
        let expires = recordedEnd("expires")
        let inactiveOn = optionalRecordedDate("inactive_on")
        let balance = recordedInteger("balance")
        guard let wallet, let points, let until, let expires, let balance else { return nil }
        return PointsMatured(
            wallet: wallet, points: points, until: until, expires: expires, inactiveOn: inactiveOn, balance: balance)
    }

    func pointsExpired() -> PointsExpired? {
        let wallet = recordedText("wallet")
        let points = recordedInteger("points")
        let lot = recordedEnd("lot")
        let inactiveSince = optionalRecordedDate("inactive_since")
        let balance = recordedInteger("balance")
        guard let wallet, let points, let lot, let balance else { return nil }
        return PointsExpired(wallet: wallet, points: points, lot: lot, inactiveSince: inactiveSince, balance: balance)
    }

    func pointsAdjusted() -> PointsAdjusted? {
        let wallet = recordedText("wallet")
        let points = recordedInteger("points")
        let reason = recordedText("reason")
        let note = optionalRecordedText("note")
        let agent = optionalRecordedText("agent")
        let expires = recordedEnd("expires")
        let inactiveOn = optionalRecordedDate("inactive_on")
        let version = recordedInt("programme_version")
        let balance = recordedInteger("balance")
        guard let wallet, let points, let reason, let expires, let version, let balance else { return nil }
        return PointsAdjusted(
            adjustment: Adjustment(wallet: wallet, points: points, reason: reason, note: note, agent: agent),
            expires: expires, inactiveOn: inactiveOn, version: version, balance: balance)
    }

    func pointsTransferred() -> PointsTransferred? {
        let id = recordedText("transfer_id")
        let direction = recordedCase("direction", of: PointsTransferred.Direction.self)
        let other = recordedText("other")
        let wallet = recordedText("wallet")
        let parts = recordedLots("parts")
        let inactiveOn = optionalRecordedDate("inactive_on")
        let version = recordedInt("programme_version")
        let balance = recordedInteger("balance")
        guard let id, let direction, let other, let wallet, let parts, let version, let balance else { return nil }
        return PointsTransferred(
            id: id, direction: direction, other: other, wallet: wallet, parts: parts, inactiveOn: inactiveOn,
            version: version, balance: balance)
    }

    func referralCompleted() -> ReferralCompleted? {
        let friend = recordedText("friend")
        let wallet = recordedText("wallet")
        let withdrawn = optionalRecordedObjects("withdrawn") { $0.revokedPart() }
        let version = recordedInt("programme_version")
        guard let friend, let wallet, let withdrawn, let version else { return nil }
        return ReferralCompleted(friend: friend, wallet: wallet, withdrawn: withdrawn, version: version)
    }

    private func revokedPart() -> PointsRevoked.Part? {
        let points = recordedInteger("points")
        let matures = optionalRecordedUntil("matures")
        let expires = optionalRecordedEnd("expires")
        return points.map { PointsRevoked.Part(points: $0, matures: matures, expires: expires) }
    }
}
