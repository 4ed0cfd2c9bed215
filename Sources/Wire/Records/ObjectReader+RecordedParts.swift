internal import Loyalty

/// Parts that several recorded shapes share.
extension ObjectReader {
    func recordedEnd(_ name: String) -> Lot.End? { recorded(name, Lot.End.forms, Lot.End.init(recorded:)) }

    func optionalRecordedEnd(_ name: String) -> Lot.End? {
        optionalRecorded(name, Lot.End.forms, Lot.End.init(recorded:))
    }

    func recordedUntil(_ name: String) -> PendingPoints.Until? {
        recorded(name, PendingPoints.Until.forms, PendingPoints.Until.init(recorded:))
    }

    func optionalRecordedUntil(_ name: String) -> PendingPoints.Until? {
        optionalRecorded(name, PendingPoints.Until.forms, PendingPoints.Until.init(recorded:))
    }

    func recordedPeriod(_ name: String) -> Period? { recorded(name, Period.forms, Period.init(recorded:)) }

    func optionalRecordedPeriod(_ name: String) -> Period? {
        optionalRecorded(name, Period.forms, Period.init(recorded:))
    }

    func optionalRecordedMonthDay(_ name: String) -> MonthDay? {
        optionalRecorded(name, "a day of the year such as 03-01", MonthDay.init(recorded:))
    }

    func recordedLots(_ name: String) -> [Lot]? {
        optionalRecordedObjects(name) { reader in
            let end = reader.recordedEnd("end")
            let points = reader.recordedInteger("points")
            guard let end, let points else { return nil }
            return Lot(end, points)
        }
    }

    func recordedCounts() -> [Count]? {
        optionalRecordedObjects("counts") { reader in
            let rule = reader.recordedText("rule")
            let window = reader.recordedText("window")
            let before = reader.recordedCount("before")
            let added = reader.recordedInteger("added")
            guard let rule, let window, let added else { return nil }
            return Count(rule: rule, window: window, before: before, added: added)
        }
    }

    func recordedClocks() -> [InactivityClock]? {
        optionalRecordedObjects("clocks") { reader in
            let wallet = reader.recordedText("wallet")
            let on = reader.recordedDate("on")
            guard let wallet, let on else { return nil }
            return InactivityClock(wallet: wallet, on: on)
        }
    }

    /// - Parameter tier: that of the event, where it says one: it is the outcome's unless that says another.
    func recordedOutcome(tier: String? = nil) -> Outcome? {
        recordedObject("outcome") { reader in
            let change = reader.recordedInteger("change")
            let available = reader.recordedInteger("available")
            let pending = reader.recordedCount("pending")
            let tier = tier == nil || reader.has("tier") ? reader.recordedText("tier") : tier
            let previous = reader.has("previous_tier") ? reader.recordedText("previous_tier") : tier
            let followers = reader.recordedInt("followers")
            guard let change, let available, let tier, let previous, let followers else { return nil }
            return Outcome(
                change: change, available: available, pending: pending, tier: tier, previousTier: previous,
                followers: followers)
        }
    }
}

extension Lot.End {
    fileprivate static var forms: String { "a day such as 2026-12-31, inactivity or never" }
}

extension PendingPoints.Until {
    fileprivate static var forms: String { "a day such as 2026-12-31 or activity/NAME/ORDER" }
}

extension Period {
    fileprivate static var forms: String { "a period such as 2026, m3, d20512 or life" }
}
