@testable import Loyalty

/// Something that happened, as it was judged: it stands, whatever becomes known later.
struct NaiveFact {
    enum Kind {
        case sale(NaiveSale)
        case goodsBack(NaiveReturn)
        case activity(Activity, [NaiveEarning], counts: [NaiveCounter: Int64])
        case reserved(NaiveRedemption, until: Instant)
        case spent(NaiveRedemption, wasReserved: Bool, byItself: Bool)
        case cancelled(NaiveRedemption)
        case refunded(NaiveRedemption)
        case adjusted(wallet: String, points: Int64, end: Lot.End)
        case wentOut(wallet: String, points: Int64)
        case cameIn(wallet: String, parts: [Lot])
        case subscribed(plan: String, until: CivilDate, tier: String?, ends: Bool)
        case granted(tier: String, until: CivilDate?)
        case referral(NaiveEarning?, isWithdrawn: Bool)
    }

    var at: Instant
    var kind: Kind
}

/// What is counted, and over which day, month, year or life.
struct NaiveCounter: Hashable {
    var name: String
    var window: String
}

/// Points that came in, and what becomes of them.
struct NaiveEarning {
    var rule: String
    var wallet: String
    var points: Int64
    var end: Lot.End
    var waits: PendingPoints.Until?
    /// Where they count towards a tier.
    var period: Period?
}

/// A sale with everything that was looked at when it was judged.
struct NaiveSale {
    var purchase: Purchase
    var at: Instant
    var version: ProgrammeVersion
    var tier: String
    var plans: [String]
    var isFirst: Bool
    var isReferred: Bool
    var isInBirthdayMonth: Bool
    var paidWithPoints: Int64
    var countersBefore: [NaiveCounter: Int64]
    var period: Period
    var earned: [NaiveEarning] = []
    var counts: [NaiveCounter: Int64] = [:]
    var qualifying: Int64 = 0
}

/// Goods that came back, and what that takes.
struct NaiveReturn {
    struct Part {
        var rule: String
        var wallet: String
        var points: Int64
        var waived: Int64 = 0
        var period: Period?
    }

    var goods: PurchaseReturn
    var parts: [Part]
    var qualifying: Int64
    var orders: Int64
    var period: Period
    /// What counters get back.
    var counts: [NaiveCounter: Int64] = [:]
}

/// What was agreed on when points were held or spent.
struct NaiveRedemption {
    var id: String
    var reward: Reward?
    var wallet: String
    var points: Int64
    var value: Int64?
    var paysOrder: Bool
    /// The limits that it uses up.
    var counts: [NaiveCounter]
}

/// The code of a refusal.
struct NaiveRefusal: Error, Equatable {
    var code: Rejection.Code

    init(_ code: Rejection.Code) { self.code = code }
}
