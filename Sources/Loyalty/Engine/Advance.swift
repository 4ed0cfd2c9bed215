extension MemberState {
    /// What time alone brings about between `latest` and `instant`, in the order in which it falls due; the state is
    /// brought forward by it. The only place where time passes: commands, the scheduler and every read call it, so no
    /// answer depends on whether a job ran.
    public mutating func advance(to instant: Instant, under programme: Programme) throws(LoyaltyFault) -> [DatedEvent] {
        var events: [DatedEvent] = []
        // Every review either ends a tier or uses up one year of spend, so the loop ends; the bound is for the reader.
        for _ in 0..<(2 * MemberState.periodsKept + 4) {
            guard let due = nextDue(under: programme), due.at <= instant else { break }
            try evolve(due)
            events.append(due)
        }
        return events
    }

    /// The next thing that falls due, if nothing else happens before.
    public func nextDue(under programme: Programme) -> DatedEvent? {
        [lapse(under: programme), review(under: programme)].compactMap { $0 }.min { $0.at < $1.at }
    }

    /// The whole of a lot lapses after months without a purchase or redemption.
    private func lapse(under programme: Programme) -> DatedEvent? {
        guard let inactiveOn, let lot = wallet.open.first(where: { $0.end == .inactivity && $0.available > 0 })
        else { return nil }
        let expired = PointsExpired(
            wallet: Programme.defaultWallet, points: lot.available, lot: lot.id, inactiveSince: lastActive,
            balance: wallet.available &- lot.available)
        return DatedEvent(at: max(programme.zone.start(of: inactiveOn), latest), .pointsExpired(expired))
    }

    /// At the end of a tier's validity the spend of the last full year decides.
    private func review(under programme: Programme) -> DatedEvent? {
        guard let validUntil = standing.validUntil else { return nil }
        let at = programme.zone.start(of: validUntil.adding(days: 1))
        let version = programme.version(at: at)
        let decided = version.tier(reachedBy: spend(in: validUntil.year))
        let lowest = version.rank(of: decided.id) == 0
        let changed = TierChanged(
            from: standing.tier, to: decided.id, reason: .reviewed,
            validUntil: lowest ? nil : CivilDate(year: validUntil.year + 1, month: 12, day: 31),
            spend: spend(in: validUntil.year), period: validUntil.year)
        return DatedEvent(at: max(at, latest), .tierChanged(changed))
    }
}

extension Programme {
    /// The wallet that `points` in the API means.
    public static let defaultWallet = "points"
}
