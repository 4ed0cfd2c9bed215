@testable import Loyalty

/// What a member is told, made comparable.
struct NaiveAnswer: Equatable {
    struct Holding: Equatable {
        var available: Int64 = 0
        var pending: Int64 = 0
        var reserved: Int64 = 0
        var expiring: [CivilDate: Int64] = [:]
        var earned: Int64 = 0
        var redeemed: Int64 = 0
    }

    var wallets: [String: Holding] = [:]
    var tier: String
    var validUntil: CivilDate?
    var qualifying: [String: Int64] = [:]
}

extension NaiveAnswer {
    /// What the engine tells.
    init(_ balance: Balance) {
        (tier, validUntil) = (balance.tier.id, balance.tier.validUntil)
        for figure in balance.tier.qualifying { qualifying[figure.metric] = figure.value }
        for wallet in balance.wallets {
            let holding = Holding(
                available: wallet.available, pending: wallet.pending, reserved: wallet.reserved,
                expiring: Dictionary(wallet.expiring.map { ($0.on, $0.points) }, uniquingKeysWith: +),
                earned: wallet.lifetimeEarned, redeemed: wallet.lifetimeRedeemed)
            if holding != Holding() { wallets[wallet.id] = holding }
        }
    }

    /// What the naive rules come to.
    init(_ member: NaiveMember, at instant: Instant) {
        (tier, validUntil) = (member.standing.tier, member.standing.until)
        let rules = member.programme.version(at: instant).tiers
        var metrics = rules.levels.flatMap { $0.requirements.map(\.metric) }
        if metrics.isEmpty { metrics = [.spend] }
        for metric in metrics { qualifying[metric.name] = member.value(metric, member.period(at: instant), rules) }
        for id in ["points", "stamps", "miles"] {
            let holding = Holding(
                available: member.available(id), pending: member.pending(id), reserved: member.reserved[id] ?? 0,
                expiring: member.expiring(id), earned: member.earned[id] ?? 0, redeemed: member.redeemed[id] ?? 0)
            if holding != Holding() { wallets[id] = holding }
        }
    }
}

extension NaiveMember {
    fileprivate func expiring(_ wallet: String) -> [CivilDate: Int64] {
        var days: [CivilDate: Int64] = [:]
        for heap in heaps where heap.wallet == wallet && heap.waits == nil && heap.points > 0 {
            if let day = lastDay(heap) { days[day, default: 0] += heap.points }
        }
        return days
    }
}
