public import Foundation
public import Loyalty

/// Points spent, or held to be spent.
public struct RedemptionView: Sendable {
    public enum Status: String, Sendable {
        case reserved, confirmed, cancelled, lapsed
    }

    /// A code that is worth something once.
    public struct Voucher: Sendable {
        /// nil before it is confirmed, where it comes out of a pool.
        public var code: String?
        /// The last valid day; nil for no end.
        public var validUntil: CivilDate?
        public var isUsed: Bool
    }

    public var memberID: UUID
    public var redemption: Redemption
    public var status: Status
    public var voucher: Voucher?
    /// When a reservation lapses; nil where points are not held.
    public var expiresAt: Instant?
    public var isReplayed = false
}

/// A voucher that was used now.
public struct VoucherView: Sendable {
    public var code: String
    public var memberID: UUID
    public var redemptionID: String
    public var reward: String
    public var value: Int64?
    public var currency: String
    public var validUntil: CivilDate?
    public var isReplayed: Bool
}

/// A reward as the catalogue shows it.
public struct RewardView: Sendable {
    public var reward: Reward
    /// What it costs this member; the list price where nobody asks.
    public var price: Int64
    public var currency: String
    /// How many are left; nil for any number.
    public var stock: Int64?
    /// nil where nobody asks.
    public var isAffordable: Bool?
    public var isEligible: Bool?
}

/// What a command by hand did.
public struct ActView: Sendable {
    public var memberID: UUID
    /// Of the act itself, where it has one.
    public var id: String?
    public var entries: [EntryView]
    public var balance: Balance
    public var isReplayed: Bool
}

/// What a purchase would bring.
public struct QuoteView: Sendable {
    /// nil for somebody who would be enrolled by buying.
    public var memberID: UUID?
    public var outcome: Outcome
    public var entries: [EntryView]
    public var balance: Balance
}
