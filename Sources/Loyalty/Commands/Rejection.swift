/// Why a command was refused. Nothing was written.
public struct Rejection: Error, Hashable, Sendable {
    /// Stable, snake_case, part of the API.
    public enum Code: String, Hashable, Sendable, CaseIterable {
        case orderExists = "order_exists"
        case returnExceedsSale = "return_exceeds_sale"
        case currencyNotAccepted = "currency_not_accepted"
        case currencyDiffers = "currency_differs"
        case activityUnknown = "activity_unknown"
        case amountTooLarge = "amount_too_large"
        case redemptionNotFound = "redemption_not_found"
    }

    public var code: Code
    /// A sentence that says what to mend.
    public var detail: String
    /// RFC 6901 pointer into the event, where one member of it is at fault.
    public var pointer: String?

    public init(_ code: Code, _ detail: String, at pointer: String? = nil) {
        (self.code, self.detail, self.pointer) = (code, detail, pointer)
    }
}
