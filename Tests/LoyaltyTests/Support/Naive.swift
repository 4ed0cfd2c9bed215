@testable import Loyalty

/// A second implementation of the rules, written from their text alone: no lots, no events, no state that is carried on.
/// Every question goes through the whole list of what happened, in the order of business time.
struct Naive {
    struct Happening {
        enum Kind { case sale, activity, returned }
        var at: Instant
        var kind: Kind
        /// The order sold or returned; nil without a receipt.
        var order: OrderReference?
        /// Earned or taken back, never negative.
        var points: Int64
        var qualifying: Int64
        /// The calendar year in which it qualifies.
        var year: Int
    }

    struct Status: Equatable {
        var points: Int64 = 0
        var tier = "insider"
        var validUntil: CivilDate?
        /// Set while there is something to lose.
        var lapsesOn: CivilDate?
        var expired: Int64 = 0
    }

    let programme: Programme

    /// Where the member stands after all of it and what fell due by `instant`.
    func status(after happenings: [Happening], at instant: Instant) -> Status {
        var status = Status()
        (status.tier, status.validUntil) = tier(after: happenings, at: instant)
        // Points by the period of activity in which they came in; whatever a period leaves lapses together.
        var lapsed: [Int64] = []
        var period: [OrderReference: Int] = [:]
        var clock: CivilDate?
        func pass(until time: Instant) {
            guard let day = clock, programme.zone.start(of: day) <= time else { return }
            lapsed.append(max(0, status.points))
            status.points = min(0, status.points)
            clock = nil
        }
        for happening in happenings {
            pass(until: happening.at)
            switch happening.kind {
            case .sale, .activity:
                status.points += happening.points
                happening.order.map { period[$0] = lapsed.count }
                if happening.kind == .sale || clock == nil { clock = idle(from: happening.at) }
            case .returned:
                var gone: Int64 = 0
                if let index = happening.order.flatMap({ period[$0] }), index < lapsed.count {
                    gone = min(happening.points, lapsed[index])
                    lapsed[index] -= gone
                }
                status.points -= happening.points - gone
            }
        }
        pass(until: instant)
        status.expired = lapsed.reduce(0, +)
        status.lapsesOn = status.points > 0 ? clock : nil
        return status
    }

    private func idle(from instant: Instant) -> CivilDate? {
        guard case .inactivity(let months) = programme.version(at: instant).wallets[0].expiry else { return nil }
        return programme.zone.date(of: instant).adding(months: months)
    }

    private func spend(in year: Int, after happenings: some Sequence<Happening>) -> Int64 {
        happenings.reduce(0) { sum, happening in
            guard happening.year == year else { return sum }
            return happening.kind == .returned ? sum - happening.qualifying : sum + happening.qualifying
        }
    }

    private func tier(after happenings: [Happening], at instant: Instant) -> (String, CivilDate?) {
        var current = 0
        var lastYear: Int?
        func level(_ spend: Int64) -> Int {
            [0, 350_00, 1_000_00].lastIndex { spend >= $0 } ?? 0
        }
        func review(until time: Instant, seen: ArraySlice<Happening>) {
            while let year = lastYear, programme.zone.start(of: CivilDate(year: year + 1, month: 1, day: 1)) <= time {
                current = level(spend(in: year, after: seen))
                lastYear = current == 0 ? nil : year + 1
            }
        }
        for (index, happening) in happenings.enumerated() {
            review(until: happening.at, seen: happenings[..<index])
            guard happening.kind == .sale else { continue }
            let reached = level(spend(in: happening.year, after: happenings[...index]))
            if reached > current { (current, lastYear) = (reached, happening.year + 1) }
        }
        review(until: instant, seen: happenings[...])
        return (
            ["insider", "vib", "rouge"][current], lastYear.map { CivilDate(year: $0, month: 12, day: 31) }
        )
    }
}

extension Naive {
    /// What somebody who shops at `at` in that tier earns for these amounts. In 1/4 of a cent's point, so that the rates
    /// 1, 1.25 and 1.5 are whole.
    func points(for lines: [Line], at: Instant, tier: String, channel: String?) -> Int64 {
        let old = at < .start("2020-05-29")
        let quarters: Int64 = !old || programme.id == "flat" ? 4 : ["insider": 4, "vib": 5, "rouge": 6][tier] ?? 4
        var sum: Int64 = 0
        for line in counted(lines) {
            var times: Int64 = 1
            if !old && channel == "app" { times = 2 }
            if !old && at >= .start("2025-11-01") && at < .start("2025-11-08") { times = 3 }
            if !old && line.categories.contains("skincare") { times = 4 }
            sum += (line.quantity * line.unitPrice - line.discount) * quarters * times
        }
        return sum / 400
    }

    func spend(of lines: [Line]) -> Int64 {
        counted(lines).reduce(0) { $0 + $1.quantity * $1.unitPrice - $1.discount }
    }

    private func counted(_ lines: [Line]) -> [Line] {
        lines.filter { line in
            !["gift_card", "shipping", "tax", "event_ticket"].contains { line.categories.contains($0) }
        }
    }
}

extension Naive.Status {
    init(of state: MemberState) {
        self.init(
            points: state.points.available, tier: state.standing.tier, validUntil: state.standing.validUntil,
            lapsesOn: state.points.available > 0 ? state.inactiveOn : nil, expired: state.points.expired)
    }
}

extension Naive.Happening {
    /// What was recorded, as a list in the order of business time.
    static func all(in log: [DatedEvent]) -> [Naive.Happening] {
        var found: [Naive.Happening] = []
        for dated in log {
            switch dated.event {
            case .purchaseCompleted(let event):
                found.append(
                    Self(
                        at: dated.at, kind: .sale, order: event.purchase.order, points: 0, qualifying: event.qualifying,
                        year: event.period.calendarYear))
            case .activityCompleted:
                found.append(Self(at: dated.at, kind: .activity, points: 0, qualifying: 0, year: 0))
            case .pointsAccrued(let event):
                found[found.count - 1].points += event.points
            case .purchaseReturned(let event):
                found.append(
                    Self(
                        at: dated.at, kind: .returned, order: event.goods.order,
                        points: event.taken.reduce(0) { $0 + $1.points },
                        qualifying: event.qualifying, year: event.period.calendarYear))
            default: continue
            }
        }
        return found.enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }.map(\.element)
    }
}

extension Period {
    fileprivate var calendarYear: Int { if case .year(let year) = self { year } else { 0 } }
}
