@testable import Loyalty

/// What time alone brings.
enum NaiveDue {
    case lapse(Int)
    case matures(Int)
    case expires(Int)
    case planEnds(String)
    case grantEnds(CivilDate)
    case review(CivilDate)
    case gift(GiftRule, year: Int, day: CivilDate)

    var movesPoints: Bool {
        switch self {
        case .lapse, .matures, .expires, .gift: true
        case .planEnds, .grantEnds, .review: false
        }
    }
}

extension NaiveMember {
    /// Of all that will fall due the earliest; at one instant in the order in which they are listed here.
    func nextDue(by instant: Instant) -> (at: Instant, what: NaiveDue)? {
        var all: [(at: Instant, what: NaiveDue)] = []
        for index in held.indices { all.append((held[index].until, .lapse(index))) }
        for index in inOrderOfEnds {
            if case .on(let day)? = heaps[index].waits { all.append((programme.midnight(day), .matures(index))) }
        }
        for index in heaps.indices where heaps[index].waits == nil && heaps[index].points > 0 {
            if let day = lastDay(heaps[index]) { all.append((programme.midnight(day), .expires(index))) }
        }
        for plan in plans { all.append((programme.midnight(plan.until.adding(days: 1)), .planEnds(plan.id))) }
        for case (let day?, nil) in grants.map({ ($0.until, $0.plan) }) {
            all.append((programme.midnight(day.adding(days: 1)), .grantEnds(day)))
        }
        if let day = reviewDay { all.append((programme.midnight(day), .review(day))) }
        for gift in dueGifts(by: instant) {
            all.append((programme.midnight(gift.day), .gift(gift.rule, year: gift.year, day: gift.day)))
        }
        // The first of equals.
        return all.indices.min { (all[$0].at, $0) < (all[$1].at, $1) }.map { all[$0] }
    }

    /// What matures together comes in in the order of its ends.
    private var inOrderOfEnds: [Int] {
        heaps.indices.filter { heaps[$0].points > 0 && heaps[$0].waits != nil }.sorted {
            (heaps[$0].wallet, heaps[$0].end, $0) < (heaps[$1].wallet, heaps[$1].end, $1)
        }
    }

    func nextWaiting(for until: PendingPoints.Until) -> Int? { inOrderOfEnds.first { heaps[$0].waits == until } }

    private func dueGifts(by instant: Instant) -> [(rule: GiftRule, year: Int, day: CivilDate)] {
        var due: [(rule: GiftRule, year: Int, day: CivilDate)] = []
        let joined = programme.day(enrolled)
        for year in joined.year...max(joined.year, programme.day(instant).year) {
            for id in Set(programme.versions.flatMap { $0.gifts.map(\.id) }).sorted() {
                guard let day = occasion(of: id, in: year, joined), gifts[id].map({ $0 < year }) ?? true else {
                    continue
                }
                let at = programme.midnight(day)
                guard at >= enrolled, at >= now,
                    let rule = programme.version(at: at).gifts.first(where: { $0.id == id }),
                    rule.tiers.isEmpty || rule.tiers.contains(standing.tier)
                else { continue }
                due.append((rule, year, day))
            }
        }
        return due
    }

    private func occasion(of id: String, in year: Int, _ joined: CivilDate) -> CivilDate? {
        let rule = programme.versions.flatMap(\.gifts).first { $0.id == id }
        guard rule?.occasion == .anniversary else {
            return birthday.map { .naive(month: $0.month, day: $0.day, in: year) }
        }
        return year > joined.year ? joined.adding(months: 12 * (year - joined.year)) : nil
    }
}
