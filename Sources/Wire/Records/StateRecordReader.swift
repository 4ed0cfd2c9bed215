internal import Loyalty

/// The account's state, member by member.
extension ObjectReader {
    func state() -> MemberState? {
        _ = recordedInteger("v")
        let programme = recordedText("programme")
        let language = recordedLanguage()
        let enrolled = recordedInteger("enrolled")
        let birthday = optionalRecordedMonthDay("birthday")
        let referredBy = optionalRecordedText("referred_by")
        let latest = recordedInteger("latest")
        let standing = standing()
        let reached = has("reached") ? recordedObject("reached") { $0.standing() } : standing
        let parts = (
            wallets: optionalRecordedObjects("wallets") { $0.wallet() },
            grants: optionalRecordedObjects("grants") { $0.grant() },
            subscriptions: optionalRecordedObjects("subscriptions") { $0.subscription() },
            totals: totals(), counters: counters(),
            reservations: optionalRecordedObjects("reservations") { $0.reservation() }
        )
        let purchases = recordedCount("purchases")
        let lastActive = optionalRecordedDate("active")
        let gifts = gifts()
        let conversions = recordedCount("conversions")
        let mergedInto = optionalRecordedText("merged_into")
        let absorbed = recordedTexts("absorbed")
        let identity = optionalRecordedCase("identity", of: MemberIdentity.self) ?? .kept
        guard let programme, let language, let enrolled, let latest, let standing, let reached,
            let wallets = parts.wallets, let grants = parts.grants, let subscriptions = parts.subscriptions,
            let totals = parts.totals, let counters = parts.counters, let reservations = parts.reservations
        else { return nil }
        var state = MemberState(
            programme: programme, language: language, enrolledAt: Instant(micros: enrolled), tier: standing.tier)
        (state.birthday, state.referredBy, state.latest) = (birthday, referredBy, Instant(micros: latest))
        (state.standing, state.reached, state.wallets) = (standing, reached, wallets)
        (state.grants, state.subscriptions) = (grants, subscriptions)
        (state.totals, state.counters, state.reservations) = (totals, counters, reservations)
        (state.purchases, state.lastActive, state.gifts) = (purchases, lastActive, gifts)
        (state.conversions, state.mergedInto) = (conversions, mergedInto)
        (state.absorbed, state.identity) = (absorbed, identity)
        return state
    }

    private func standing() -> MemberState.Standing? {
        let tier = recordedText("tier")
        let since = optionalRecordedInteger("since")
        let until = optionalRecordedDate("until")
        return tier.map {
            MemberState.Standing(tier: $0, since: since.map(Instant.init(micros:)), validUntil: until)
        }
    }

    private func wallet() -> Wallet? {
        let id = recordedText("id")
        let lots = recordedLots("lots")
        let pending = optionalRecordedObjects("pending") { $0.pendingPoints() }
        var wallet = Wallet(id: id ?? "")
        (wallet.debt, wallet.reserved) = (recordedCount("debt"), recordedCount("reserved"))
        (wallet.issued, wallet.transferredIn) = (recordedCount("issued"), recordedCount("transferred_in"))
        (wallet.redeemed, wallet.transferredOut) = (recordedCount("redeemed"), recordedCount("transferred_out"))
        (wallet.expired, wallet.revoked) = (recordedCount("expired"), recordedCount("revoked"))
        wallet.inactiveOn = optionalRecordedDate("inactive")
        wallet.settledAt = optionalRecordedInteger("settled").map(Instant.init(micros:)) ?? .distantPast
        guard id != nil, let lots, let pending else { return nil }
        (wallet.lots, wallet.pending) = (lots, pending)
        return wallet
    }

    private func pendingPoints() -> PendingPoints? {
        let until = recordedUntil("until")
        let end = recordedEnd("end")
        let points = recordedInteger("points")
        guard let until, let end, let points else { return nil }
        return PendingPoints(until: until, end: end, points: points)
    }

    private func grant() -> MemberState.Grant? {
        let tier = recordedText("tier")
        let plan = optionalRecordedText("plan")
        let since = recordedInteger("since")
        let until = optionalRecordedDate("until")
        guard let tier, let since else { return nil }
        return MemberState.Grant(
            tier: tier, source: plan.map { .plan($0) } ?? .hand, since: Instant(micros: since), until: until)
    }

    private func subscription() -> MemberState.Subscription? {
        let plan = recordedText("plan")
        let since = recordedInteger("since")
        let paidUntil = recordedDate("paid_until")
        let isCancelled = recordedFlag("cancelled")
        guard let plan, let since, let paidUntil else { return nil }
        return MemberState.Subscription(
            plan: plan, since: Instant(micros: since), paidUntil: paidUntil, isCancelled: isCancelled)
    }

    private func reservation() -> MemberState.Reservation? {
        let redemption = recordedRedemption()
        let expires = recordedInteger("expires")
        let taken = recordedLots("taken")
        guard let redemption, let expires, let taken else { return nil }
        return MemberState.Reservation(
            redemption: redemption, expiresAt: Instant(micros: expires), taken: taken)
    }
}

/// Sums, each a short array, and gifts by rule.
extension ObjectReader {
    private func totals() -> [MemberState.Total]? {
        sums("totals", "period, metric and amount") { period, metric, amount in
            Period(recorded: period).map { MemberState.Total(period: $0, metric: metric, amount: amount) }
        }
    }

    private func counters() -> [MemberState.Counter]? {
        sums("counters", "rule, window and value") { MemberState.Counter(rule: $0, window: $1, value: $2) }
    }

    private func sums<Value>(
        _ name: String, _ what: String, _ read: (String, String, Int64) -> Value?
    ) -> [Value]? {
        guard let value = optional(name) else { return [] }
        if case .array(let elements) = value {
            let sums = elements.compactMap { element -> Value? in
                guard case .array(let parts) = element, parts.count == 3, case .string(let first) = parts[0],
                    case .string(let second) = parts[1], case .integer(let number) = parts[2]
                else { return nil }
                return read(first, second, number)
            }
            if sums.count == elements.count { return sums }
        }
        fault(at: name, "must be arrays of \(what)")
        return nil
    }

    private func gifts() -> [String: Int] {
        let gifts = optionalRecordedObject("gifts") { reader in
            var gifts: [String: Int] = [:]
            for member in reader.remaining() {
                guard case .integer(let year) = member.value else {
                    reader.fault(at: member.name, "must be a year")
                    continue
                }
                gifts[member.name] = Int(year)
            }
            return gifts
        }
        return gifts ?? [:]
    }
}
