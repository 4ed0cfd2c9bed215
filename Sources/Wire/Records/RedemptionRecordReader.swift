internal import Loyalty

/// Recorded redemptions and vouchers.
extension ObjectReader {
    func recordedRedemption() -> Redemption? {
        let id = recordedText("redemption_id")
        let reward = optionalRecordedText("reward")
        let wallet = recordedText("wallet")
        let points = recordedInteger("points")
        let value = optionalRecordedInteger("value")
        let currency = recordedText("currency")
        let coPayment = optionalRecordedInteger("co_payment")
        let paysOrder = recordedFlag("pays_order")
        let order = optionalRecordedText("order_id")
        let partner = optionalRecordedText("partner")
        let version = recordedInt("programme_version")
        let counts = recordedCounts()
        guard let id, let wallet, let points, let currency, let version, let counts else { return nil }
        return Redemption(
            id: id, reward: reward, wallet: wallet, points: points, value: value, currency: currency,
            coPayment: coPayment, paysOrder: paysOrder, order: order, partner: partner, version: version,
            counts: counts)
    }

    func redemptionReserved() -> RedemptionReserved? {
        let redemption = recordedRedemption()
        let expiresAt = recordedTime("expires_at")
        let clocks = recordedClocks()
        let day = recordedDate("day")
        let balance = recordedInteger("balance")
        guard let redemption, let expiresAt, let clocks, let day, let balance else { return nil }
        return RedemptionReserved(
            redemption: redemption, expiresAt: expiresAt, clocks: clocks, day: day, balance: balance)
    }

    func redemptionConfirmed() -> RedemptionConfirmed? {
        let redemption = recordedRedemption()
        let wasReserved = recordedFlag("was_reserved")
        let conversion = optionalRecordedInteger("conversion")
        let clocks = recordedClocks()
        let day = recordedDate("day")
        let balance = recordedInteger("balance")
        guard let redemption, let clocks, let day, let balance else { return nil }
        return RedemptionConfirmed(
            redemption: redemption, wasReserved: wasReserved, conversion: conversion, clocks: clocks, day: day,
            balance: balance)
    }

    func redemptionCancelled() -> RedemptionCancelled? {
        let redemption = recordedRedemption()
        let reason = recordedCase("reason", of: RedemptionCancelled.Reason.self)
        let taken = recordedLots("taken")
        let balance = recordedInteger("balance")
        guard let redemption, let reason, let taken, let balance else { return nil }
        return RedemptionCancelled(redemption: redemption, reason: reason, taken: taken, balance: balance)
    }

    func voucherIssued() -> VoucherIssued? {
        let redemption = recordedText("redemption_id")
        let reward = recordedText("reward")
        let value = optionalRecordedInteger("value")
        let currency = recordedText("currency")
        let validUntil = optionalRecordedDate("valid_until")
        let fromPool = recordedFlag("from_pool")
        guard let redemption, let reward, let currency else { return nil }
        return VoucherIssued(
            redemption: redemption, reward: reward, value: value, currency: currency, validUntil: validUntil,
            fromPool: fromPool)
    }
}
