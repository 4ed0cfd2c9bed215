internal import Loyalty

/// Recorded movements of points.
extension ObjectReader {
    func pointsAccrued() -> PointsAccrued? {
        let wallet = recordedText("wallet")
        let points = recordedInteger("points")
        let lot = recordedDate("lot")
        let expires = lotEnd("expires")
        let rule = recordedText("rule")
        let version = recordedInt("programme_version")
        let reason = object("reason") { $0.accrualReason() }
        let balance = recordedInteger("balance")
        guard let wallet, let points, let lot, let expires, let rule, let version, let reason, let balance
        else { return nil }
        return PointsAccrued(
            wallet: wallet, points: points, lot: lot, expires: expires, rule: rule, version: version, reason: reason,
            balance: balance)
    }

    func pointsRevoked() -> PointsRevoked? {
        let wallet = recordedText("wallet")
        let points = recordedInteger("points")
        let expired = recordedInteger("expired")
        let lot = optionalRecordedDate("lot")
        let order = optionalObject("order") { $0.recordedOrder() }
        let returnID = recordedText("return_id")
        let version = recordedInt("programme_version")
        let balance = recordedInteger("balance")
        guard let wallet, let points, let expired, let returnID, let version, let balance else { return nil }
        return PointsRevoked(
            wallet: wallet, points: points, expired: expired, lot: lot, order: order, returnID: returnID,
            version: version, balance: balance)
    }

    func pointsExpired() -> PointsExpired? {
        let wallet = recordedText("wallet")
        let points = recordedInteger("points")
        let lot = recordedDate("lot")
        let inactiveSince = optionalRecordedDate("inactive_since")
        let balance = recordedInteger("balance")
        guard let wallet, let points, let lot, let balance else { return nil }
        return PointsExpired(wallet: wallet, points: points, lot: lot, inactiveSince: inactiveSince, balance: balance)
    }

    /// The word for how a lot ends.
    func lotEnd(_ name: String) -> Lot.End? {
        word(name, of: [Lot.End.never.word, Lot.End.inactivity.word]).flatMap(Lot.End.init(word:))
    }

    private func accrualReason() -> AccrualReason? {
        switch word("kind", of: ["base", "multiplier", "activity"]) {
        case "base":
            let sale = accruedSale()
            let rate = object("rate") { $0.rate() }
            guard let sale, let rate else { return nil }
            return .base(order: sale.order, amount: sale.amount, currency: sale.currency, rate: rate)
        case "multiplier":
            let sale = accruedSale()
            let thousandths = recordedInteger("thousandths")
            guard let sale, let thousandths else { return nil }
            return .multiplier(
                order: sale.order, amount: sale.amount, currency: sale.currency, thousandths: thousandths)
        case "activity":
            return recordedText("activity").map { .activity(name: $0) }
        default:
            return nil
        }
    }

    private func accruedSale() -> (order: OrderReference, amount: Int64, currency: String)? {
        let order = object("order") { $0.recordedOrder() }
        let amount = recordedInteger("amount")
        let currency = recordedText("currency")
        guard let order, let amount, let currency else { return nil }
        return (order, amount, currency)
    }

    private func rate() -> Ratio? {
        let points = recordedInteger("points")
        let minorUnits = integer("per_minor_units", in: 1 ... .max)
        guard let points, let minorUnits else { return nil }
        return Ratio(points, minorUnits)
    }
}
