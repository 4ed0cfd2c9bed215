extension Decider {
    /// How many reservations one member may hold.
    static let mostReservations = 32

    /// What of a purchase is paid with points, by its redemption, and when the purchase confirms it, where it does. A
    /// purchase that becomes known late confirms what was held at its own time, whether or not the lapse has been recorded.
    func payment(of purchase: Purchase, at: Instant) throws -> (paidWithPoints: Int64, confirmsAt: Instant?)? {
        guard let id = purchase.redemptionID else { return nil }
        let isLate = at < state.latest
        if !isLate, let open = state.reservations.first(where: { $0.redemption.id == id && at < $0.expiresAt }) {
            return (paid(by: open.redemption, for: purchase), at)
        }
        let history = try self.history(of: id)
        guard let redemption = history.redemption else {
            throw Rejection(.redemptionNotFound, "The member has no redemption `\(id)`.", at: "/data/redemption_id")
        }
        let paid = paid(by: redemption, for: purchase)
        if history.isConfirmed { return (paid, nil) }
        let confirmsAt = max(at, history.reservedAt ?? at)
        guard isLate, history.isReserved || history.hasLapsed, let expiresAt = history.expiresAt,
            confirmsAt < expiresAt, try known.holds(id)
        else {
            throw Rejection(
                .redemptionClosed, "The redemption was cancelled or has lapsed; its points went back.",
                at: "/data/redemption_id")
        }
        return (paid, confirmsAt)
    }

    private func paid(by redemption: Redemption, for purchase: Purchase) -> Int64 {
        redemption.paysOrder && redemption.currency == purchase.currency ? redemption.value ?? 0 : 0
    }

    /// A purchase confirms the redemption that pays it.
    func confirm(with purchase: Purchase, at: Instant) throws -> Decision {
        guard let id = purchase.redemptionID, let redemption = try redemption(id) else { throw closed }
        return try confirm(redemption, at: at)
    }

    private func redemption(_ id: String) throws -> Redemption? {
        try state.reservations.first { $0.redemption.id == id }?.redemption ?? history(of: id).redemption
    }

    /// What happens now, whatever the shop's clock says.
    func decideNow(_ command: Command, at: Instant) throws -> Decision {
        switch command {
        case .redemption(let request): try redeem(request, at: at)
        case .confirmRedemption(let id): try confirm(id, at: at)
        case .cancelRedemption(let id): try cancel(id, at: at)
        case .redeemVoucher(let redemption): try useVoucher(of: redemption, at: at)
        case .settle: try settle(at: at)
        default: try decideByHand(command, at: at)
        }
    }

    private func redeem(_ request: RedemptionRequest, at: Instant) throws -> Decision {
        var decision = try record(at: at) { judge in
            let redemption = try judge.judge(request)
            let clocks = judge.version.clocks(after: judge.day)
            if request.confirm {
                return Fact(
                    at: at,
                    .redemptionConfirmed(
                        RedemptionConfirmed(
                            redemption: redemption, wasReserved: false, clocks: clocks, day: judge.day)))
            }
            guard judge.state.reservations.count < Decider.mostReservations else {
                throw Rejection(
                    .tooManyReservations,
                    "A member may hold \(Decider.mostReservations) reservations at once: confirm or cancel one.")
            }
            let expiresAt = Instant(
                micros: at.micros + Int64(judge.version.redemption.reservationMinutes) * 60_000_000)
            return Fact(
                at: at,
                .redemptionReserved(
                    RedemptionReserved(redemption: redemption, expiresAt: expiresAt, clocks: clocks, day: judge.day)))
        }
        if case .redemptionConfirmed(let event) = decision.events[decision.primary].event {
            try deliver(event.redemption, at: at, &decision)
        }
        return decision
    }

    private func confirm(_ id: String, at: Instant) throws -> Decision {
        if let open = state.reservations.first(where: { $0.redemption.id == id && at < $0.expiresAt }) {
            return try confirm(open.redemption, at: at)
        }
        let history = try found(id)
        guard history.isConfirmed else { throw closed }
        return try unchanged(at: at)
    }

    private func confirm(_ redemption: Redemption, at: Instant) throws -> Decision {
        var decision = try record(at: at) { judge in
            Fact(
                at: at,
                .redemptionConfirmed(
                    RedemptionConfirmed(
                        redemption: redemption, wasReserved: true, clocks: judge.version.clocks(after: judge.day),
                        day: judge.day)))
        }
        try deliver(redemption, at: at, &decision)
        return decision
    }

    func cancel(_ id: String, at: Instant) throws -> Decision {
        if let open = state.reservations.first(where: { $0.redemption.id == id && at < $0.expiresAt }) {
            return try record(at: at) { _ in
                Fact(
                    at: at,
                    .redemptionCancelled(RedemptionCancelled(redemption: open.redemption, reason: .cancelled)))
            }
        }
        let history = try found(id)
        guard history.isConfirmed, let redemption = history.redemption else { return try unchanged(at: at) }
        guard !history.isVoucherUsed else {
            throw Rejection(.voucherUsed, "The redemption's voucher has been used: it cannot be taken back.")
        }
        return try record(at: at) { _ in
            Fact(at: at, .redemptionCancelled(RedemptionCancelled(redemption: redemption, reason: .refunded)))
        }
    }

    private func useVoucher(of redemption: String, at: Instant) throws -> Decision {
        let history = try found(redemption)
        guard let voucher = history.voucher, history.isConfirmed else { throw closed }
        guard !history.isVoucherUsed else { throw Rejection(.voucherUsed, "The voucher has been used.") }
        if let last = voucher.validUntil, programme.zone.date(of: at) > last {
            throw Rejection(.voucherExpired, "The voucher was valid until \(last).")
        }
        let event = DatedEvent(at: at, .voucherRedeemed(VoucherRedeemed(redemption: redemption)))
        var decision = try unchanged(at: at)
        decision.events = [event]
        return decision
    }

    private func history(of id: String) throws -> RedemptionHistory {
        var history = RedemptionHistory()
        for dated in try known.events(about: .redemption(id)) { history.add(dated) }
        return history
    }

    private func found(_ id: String) throws -> RedemptionHistory {
        let history = try self.history(of: id)
        guard history.redemption != nil else {
            throw Rejection(.redemptionNotFound, "The member has no redemption `\(id)`.")
        }
        return history
    }

    private var closed: Rejection {
        Rejection(.redemptionClosed, "The redemption was cancelled or has lapsed; its points went back.")
    }

    private func settle(at: Instant) throws -> Decision {
        var decision = try unchanged(at: at)
        decision.events = try decision.state.advance(to: at, under: programme)
        return decision
    }

    /// Everything asked for is so already. The answer tells how the member stands now, recorded or not.
    func unchanged(at: Instant) throws -> Decision {
        let now = try programme.current(state, at: at).state
        return Decision(
            events: [], primary: 0, state: state,
            outcome: Outcome(
                change: 0, available: now.available, pending: now.pending, tier: now.standing.tier,
                previousTier: now.standing.tier))
    }

    /// What a confirmed redemption brings: a code, or a tier.
    private func deliver(_ redemption: Redemption, at: Instant, _ decision: inout Decision) throws {
        let judge = Judge(programme: programme, state: decision.state, at: at)
        if let voucher = judge.voucher(for: redemption) {
            decision.events.append(voucher)
            decision.outcome.followers += 1
        }
        let version = programme.version(number: redemption.version)
        guard let reward = redemption.reward.flatMap(version.reward), case .upgrade(let tier, let months) = reward.kind
        else { return }
        let then = Decider(programme: programme, state: decision.state, known: known.followed(by: decision.events))
        decision.append(
            try then.record(at: at) { judge in
                let until = judge.day.adding(months: months).adding(days: -1)
                return Fact(
                    at: at,
                    .tierGranted(
                        TierGranted(
                            tier: tier, until: until, reason: "reward:\(reward.id)", version: version.number)))
            })
    }
}
