/// A loyalty programme with every version it ever had. A purchase is judged by the version in force at its time.
public struct Programme: Hashable, Sendable {
    /// Whether somebody unknown becomes a member by buying.
    public enum Enrolment: String, Hashable, Sendable, CaseIterable {
        /// A member must enrol first; events that name somebody else are refused.
        case explicit
        /// The first event that names an unknown card, e-mail or external id enrols its owner.
        case automatic
    }

    public var id: String
    public var name: String
    /// Years, birthdays and dates are days here.
    public var zone: ZoneRules
    /// What the shop may sell in. The first is the programme's own: spend is counted in it.
    public var currencies: [Currency]
    public var enrolment: Enrolment
    /// In order of `from`, never empty; the first reaches back without bound.
    public var versions: [ProgrammeVersion]

    public init(
        id: String, name: String, zone: ZoneRules, currencies: [Currency], enrolment: Enrolment,
        versions: [ProgrammeVersion]
    ) {
        (self.id, self.name, self.zone, self.currencies) = (id, name, zone, currencies)
        (self.enrolment, self.versions) = (enrolment, versions)
    }

    /// The version in force at `instant`.
    public func version(at instant: Instant) -> ProgrammeVersion { versions[place(at: instant)] }

    /// Where the version in force at `instant` stands: for who asks for one thing of it, and so needs no copy of the rest.
    func place(at instant: Instant) -> Int {
        var place = versions.count - 1
        while place > 0, versions[place].from > instant { place -= 1 }
        return place
    }

    /// The version with that number, or the first where it is unknown.
    public func version(number: Int) -> ProgrammeVersion {
        versions.first { $0.number == number } ?? versions[0]
    }

    /// The currency of that code, where the programme accepts it.
    public func currency(_ code: String) -> Currency? { currencies.first { $0.code == code } }

    /// The wallet that `points` in the API means.
    public static let defaultWallet = "points"
}

/// The rules that hold from one instant until the next version begins.
public struct ProgrammeVersion: Hashable, Sendable {
    /// 1 for the first.
    public var number: Int
    /// When it takes effect; `Instant.distantPast` for the first.
    public var from: Instant
    /// Categories of lines that never earn and never qualify.
    public var excludedCategories: Set<String>
    /// Never empty; the first is `points`, unless the programme names others only.
    public var wallets: [WalletRules]
    /// In the order in which they are evaluated and told.
    public var earning: [EarningRule]
    /// How several multipliers on one line go together.
    public var stacking: Stacking
    public var activities: [ActivityRule]
    /// Points given by date.
    public var gifts: [GiftRule]
    public var referral: ReferralRules?
    public var tiers: TierRules
    public var rewards: [Reward]
    /// Paid memberships.
    public var plans: [Plan]
    public var partners: [Partner]
    public var returns: ReturnRules
    public var adjustments: AdjustmentRules
    public var transfers: TransferRules
    public var redemption: RedemptionRules

    public init(
        number: Int, from: Instant, excludedCategories: Set<String> = [], wallets: [WalletRules] = [WalletRules()],
        earning: [EarningRule] = [], stacking: Stacking = .highest, activities: [ActivityRule] = [],
        gifts: [GiftRule] = [], referral: ReferralRules? = nil, tiers: TierRules = TierRules(), rewards: [Reward] = [],
        plans: [Plan] = [], partners: [Partner] = [], returns: ReturnRules = ReturnRules(),
        adjustments: AdjustmentRules = AdjustmentRules(), transfers: TransferRules = TransferRules(),
        redemption: RedemptionRules = RedemptionRules()
    ) {
        (self.number, self.from, self.excludedCategories, self.wallets) = (number, from, excludedCategories, wallets)
        (self.earning, self.stacking, self.activities, self.gifts) = (earning, stacking, activities, gifts)
        (self.referral, self.tiers, self.rewards, self.plans) = (referral, tiers, rewards, plans)
        (self.partners, self.returns, self.adjustments) = (partners, returns, adjustments)
        (self.transfers, self.redemption) = (transfers, redemption)
    }

    /// How several multipliers that match one line go together.
    public enum Stacking: String, Hashable, Sendable, CaseIterable {
        /// The highest counts, the others do not.
        case highest
        /// 2x and 3x make 6x.
        case multiply
        /// 2x and 3x make 4x: each adds what it gives beyond the base.
        case add
    }

    /// The rules of a wallet; those of a wallet that this version does not name never expire.
    public func wallet(_ id: String) -> WalletRules { wallets.rules(of: id) }

    public func reward(_ id: String) -> Reward? { rewards.first { $0.id == id } }

    public func plan(_ id: String) -> Plan? { plans.first { $0.id == id } }
}

/// One kind of points.
public struct WalletRules: Hashable, Sendable {
    public var id: String
    /// What members read, such as `Stars`.
    public var name: String
    public var expiry: Expiry
    /// When accruals become available, where a rule says nothing else.
    public var maturity: Maturity

    public init(
        id: String = Programme.defaultWallet, name: String? = nil, expiry: Expiry = .never,
        maturity: Maturity = .immediately
    ) {
        (self.id, self.name, self.expiry, self.maturity) = (id, name ?? id, expiry, maturity)
    }
}

/// A company of a coalition.
public struct Partner: Hashable, Sendable {
    public var id: String
    public var name: String
    /// What it pays for a point that it issues, and gets for one that it redeems, as minor units for points.
    public var pointPrice: Ratio

    public init(id: String, name: String, pointPrice: Ratio) {
        (self.id, self.name, self.pointPrice) = (id, name, pointPrice)
    }
}

/// What a return does beyond taking back what the order earned.
public struct ReturnRules: Hashable, Sendable {
    public enum WithoutReceipt: String, Hashable, Sendable, CaseIterable {
        /// It takes what a sale of the goods would earn now.
        case take
        /// It takes nothing.
        case ignore
        /// It is refused.
        case refuse
    }

    public enum Debt: String, Hashable, Sendable, CaseIterable {
        /// What is no longer there is owed: the balance goes below zero.
        case owe
        /// What is no longer there is waived.
        case waive
    }

    public var withoutReceipt: WithoutReceipt
    public var debt: Debt

    public init(withoutReceipt: WithoutReceipt = .take, debt: Debt = .owe) {
        (self.withoutReceipt, self.debt) = (withoutReceipt, debt)
    }
}

/// Goodwill and corrections by hand.
public struct AdjustmentRules: Hashable, Sendable {
    /// Codes that an adjustment may bear; empty for any.
    public var reasons: [String]
    /// Points that one agent may give in a day of the programme's zone; nil for no limit.
    public var dailyLimit: Int64?
    /// An adjustment of more points (either sign) waits until somebody else has approved it; nil for never.
    public var approvalAbove: Int64?

    public init(reasons: [String] = [], dailyLimit: Int64? = nil, approvalAbove: Int64? = nil) {
        (self.reasons, self.dailyLimit, self.approvalAbove) = (reasons, dailyLimit, approvalAbove)
    }
}

/// Points handed from one member to another.
public struct TransferRules: Hashable, Sendable {
    public var isAllowed: Bool
    /// The least that one transfer may move.
    public var minimum: Int64

    public init(isAllowed: Bool = true, minimum: Int64 = 1) { (self.isAllowed, self.minimum) = (isAllowed, minimum) }
}

/// Points spent in general, apart from rewards.
public struct RedemptionRules: Hashable, Sendable {
    /// How long a reservation lasts.
    public var reservationMinutes: Int
    /// What a point is worth when paid with, as minor units of the first currency for points; nil where points are not money.
    public var value: Ratio?
    /// The least points that a redemption without a reward may take.
    public var minimum: Int64

    public init(reservationMinutes: Int = 15, value: Ratio? = nil, minimum: Int64 = 1) {
        (self.reservationMinutes, self.value, self.minimum) = (reservationMinutes, value, minimum)
    }
}

extension [WalletRules] {
    /// As ``ProgrammeVersion/wallet(_:)``, for who has no more of a version than its wallets.
    func rules(of id: String) -> WalletRules {
        indices.first { self[$0].id == id }.map { self[$0] } ?? WalletRules(id: id)
    }
}
