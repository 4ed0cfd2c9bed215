/// Why a command was refused. Nothing was written.
public struct Rejection: Error, Hashable, Sendable {
    /// Stable, snake_case, part of the API.
    public enum Code: String, Hashable, Sendable, CaseIterable {
        case orderExists = "order_exists"
        case returnExceedsSale = "return_exceeds_sale"
        case returnNeedsReceipt = "return_needs_receipt"
        case currencyNotAccepted = "currency_not_accepted"
        case currencyDiffers = "currency_differs"
        case activityUnknown = "activity_unknown"
        case amountTooLarge = "amount_too_large"
        case redemptionNotFound = "redemption_not_found"
        case redemptionClosed = "redemption_closed"
        case rewardNotFound = "reward_not_found"
        case insufficientPoints = "insufficient_points"
        case notEligible = "not_eligible"
        case outOfStock = "out_of_stock"
        case orderRequired = "order_required"
        case tooManyReservations = "too_many_reservations"
        case voucherUsed = "voucher_used"
        case voucherExpired = "voucher_expired"
        case reasonUnknown = "reason_unknown"
        case walletUnknown = "wallet_unknown"
        case transferNotAllowed = "transfer_not_allowed"
        case planUnknown = "plan_unknown"
        case subscriptionState = "subscription_state"
        case tierUnknown = "tier_unknown"
        case memberMerged = "member_merged"
    }

    public var code: Code
    /// A sentence that says what to mend.
    public var detail: String
    /// RFC 6901 pointer into the request, where one member of it is at fault.
    public var pointer: String?

    public init(_ code: Code, _ detail: String, at pointer: String? = nil) {
        (self.code, self.detail, self.pointer) = (code, detail, pointer)
    }
}
