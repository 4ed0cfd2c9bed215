internal import Loyalty

/// Why points were earned.
extension ObjectReader {
    func accrualReason() -> AccrualReason? {
        let kinds = ["base", "multiplier", "fixed", "accumulated", "activity", "gift", "referral"]
        switch word("kind", of: kinds) {
        case "base":
            let sale = accruedSale()
            let rate = recordedObject("rate") { $0.rate() }
            guard let sale, let rate else { return nil }
            return .base(order: sale.order, amount: sale.amount, currency: sale.currency, rate: rate)
        case "multiplier":
            let sale = accruedSale()
            let thousandths = recordedInteger("thousandths")
            guard let sale, let thousandths else { return nil }
            return .multiplier(
                order: sale.order, amount: sale.amount, currency: sale.currency, thousandths: thousandths)
        case "fixed":
            let order = recordedObject("order") { $0.recordedOrder() }
            let count = recordedInteger("count")
            guard let order, let count else { return nil }
            return .fixed(order: order, count: count)
        case "accumulated":
            let sale = accruedSale("total")
            let rate = recordedObject("rate") { $0.rate() }
            guard let sale, let rate else { return nil }
            return .accumulated(order: sale.order, total: sale.amount, currency: sale.currency, rate: rate)
        case "activity":
            let name = recordedText("activity")
            let reference = optionalRecordedText("reference")
            return name.map { .activity(name: $0, reference: reference) }
        case "gift":
            let occasion = recordedCase("occasion", of: GiftRule.Occasion.self)
            let year = recordedInt("year")
            guard let occasion, let year else { return nil }
            return .gift(occasion, year: year)
        case "referral":
            return .referral(order: optionalRecordedObject("order") { $0.recordedOrder() })
        default:
            return nil
        }
    }

    private func accruedSale(
        _ sum: String = "amount"
    ) -> (order: OrderReference, amount: Int64, currency: String)? {
        let order = recordedObject("order") { $0.recordedOrder() }
        let amount = recordedInteger(sum)
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
