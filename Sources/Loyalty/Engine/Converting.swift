extension MemberState {
    /// How often points are redeemed by themselves at once.
    static let mostConversions = 100

    /// Redeems points by themselves, as often as there are enough, where the programme says so. Each redemption gets its
    /// id when it is recorded.
    mutating func convert(at: Instant, under programme: Programme) throws(LoyaltyFault) -> [DatedEvent] {
        let rewards = programme.versions[programme.place(at: at)].rewards
        var events: [DatedEvent] = []
        for place in rewards.indices where rewards[place].isAutomatic {
            let reward = rewards[place]
            let price = reward.price(in: standing.tier)
            guard price > 0 else { continue }
            while wallet(reward.wallet).available >= price, events.count < 2 * MemberState.mostConversions,
                programme.isEligible(reward, for: self, at: at)
            {
                let judge = Judge(programme: programme, state: self, at: at)
                let confirmed = RedemptionConfirmed(
                    redemption: judge.redemption(reward, id: ""), wasReserved: false, conversion: conversions,
                    clocks: [], day: judge.day)
                var dated = DatedEvent(at: at, .redemptionConfirmed(confirmed))
                try evolve(dated)
                dated.event.balance = wallet(reward.wallet).available
                events.append(dated)
                if let voucher = judge.voucher(for: confirmed.redemption) { events.append(voucher) }
            }
        }
        return events
    }
}

extension Programme {
    /// Whether it has rewards that are redeemed by themselves.
    func convertsPoints(at instant: Instant) -> Bool {
        let rewards = versions[place(at: instant)].rewards
        return rewards.indices.contains { rewards[$0].isAutomatic }
    }
}

extension Judge {
    /// The code that a redemption brings, where its reward comes as one.
    func voucher(for redemption: Redemption) -> DatedEvent? {
        let version = programme.version(number: redemption.version)
        guard let id = redemption.reward, let reward = version.reward(id), let rules = reward.voucher else {
            return nil
        }
        return DatedEvent(
            at: at,
            .voucherIssued(
                VoucherIssued(
                    redemption: redemption.id, reward: id, value: redemption.value, currency: redemption.currency,
                    validUntil: rules.validDays.map { day.adding(days: $0) }, fromPool: rules.fromPool)))
    }
}

extension DatedEvent {
    /// Gives the ids that only who records them can give: each redemption that happened by itself gets one, and its
    /// voucher the same.
    ///
    /// - Parameter id: by the member's count of such redemptions before it.
    public static func identify(_ events: inout [DatedEvent], id: (Int64) -> String) {
        var last = ""
        for index in events.indices {
            switch events[index].event {
            case .redemptionConfirmed(var event):
                if let conversion = event.conversion, event.redemption.id.isEmpty {
                    event.redemption.id = id(conversion)
                    events[index].event = .redemptionConfirmed(event)
                }
                last = event.redemption.id
            case .voucherIssued(var event) where event.redemption.isEmpty:
                event.redemption = last
                events[index].event = .voucherIssued(event)
            default: continue
            }
        }
    }
}
