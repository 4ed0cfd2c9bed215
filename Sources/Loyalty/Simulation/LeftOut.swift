/// Something that was recorded and cannot happen under a draft.
public struct LeftOut: Hashable, Sendable {
    /// Such as `redemption`.
    public var act: Act
    /// Why, as the API would say it: such as `insufficient_points`.
    public var code: String

    public init(_ act: Act, _ code: String) { (self.act, self.code) = (act, code) }

    public enum Act: String, Hashable, Sendable, CaseIterable {
        case purchase, activity, redemption, voucher, adjustment, subscription, merge, referral
        case purchaseReturn = "return"
        case tierGrant = "tier_grant"
        case transferOut = "transfer_out"
        case transferIn = "transfer_in"
    }

    /// How often, and how many points were moved by it as it was recorded.
    public struct Tally: Hashable, Sendable {
        public var count: Int64 = 0
        public var points: Int64 = 0

        public init(count: Int64 = 0, points: Int64 = 0) { (self.count, self.points) = (count, points) }

        public mutating func add(_ other: Tally) {
            count &+= other.count
            points &+= other.points
        }
    }
}
