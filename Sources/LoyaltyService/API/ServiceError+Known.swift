import Loyalty
import Postgres
import Wire

extension ServiceError {
    static let memberNotFound = ServiceError(
        code: "member_not_found", status: 404, title: "There is no such member",
        detail: "No member has this identifier. Enrol them with POST /v1/members, or check the identifier.",
        faults: [])

    static let identifierTaken = ServiceError(
        code: "identifier_taken", status: 409, title: "The identifier belongs to another member",
        detail: "The card, e-mail or external id is another member's. Look that member up, or leave the identifier out."
    )

    /// Told to nobody: the member was remembered under an identifier that may be another's by now.
    static let identityMoved = ServiceError(
        code: "overloaded", status: 503, title: "The server is busy",
        detail: "Who the member is has just changed. Nothing was written; try again.", retryAfter: 1)

    static let preconditionFailed = ServiceError(
        code: "precondition_failed", status: 412, title: "The member has changed meanwhile",
        detail: "`If-Match` names another version than the member's. Read the member again, and decide on that.")

    static let eventConflict = ServiceError(
        code: "event_conflict", status: 409, title: "The event was recorded before with other content",
        detail: "An event with this source and id is in the log and says something else. "
            + "Send what you sent first, or give a new event an id of its own.")

    static let idempotencyKeyReused = ServiceError(
        code: "idempotency_key_reused", status: 422, title: "The idempotency key was used for another request",
        detail: "An earlier request with this Idempotency-Key said something else. Give a new request a key of its own."
    )

    static let eventInFuture = ServiceError(
        code: "event_in_future", status: 422, title: "The event lies in the future",
        detail: "`time` may be at most 5 minutes ahead of the server. Check the till's clock and time zone.",
        faults: [Fault(pointer: "/time", detail: "must not be more than 5 minutes in the future")])

    static let contended = ServiceError(
        code: "overloaded", status: 503, title: "The server is busy",
        detail: "Too many writers are at this member at once. Nothing was written; try again.", retryAfter: 1)

    static let overloaded = ServiceError(
        code: "overloaded", status: 503, title: "The server is busy",
        detail: "The queue is full. Nothing was written; try again.", retryAfter: 1)

    static let unavailable = ServiceError(
        code: "unavailable", status: 503, title: "The database cannot be reached",
        detail: "Send the same request again: an event keeps its id, and counts once.", retryAfter: 2)

    static let keyMismatch = ServiceError(
        code: "master_key_wrong", status: 500, title: "The server has the wrong master key",
        detail: "The member's data was sealed under another master key. "
            + "Every server of a database needs the same master.key file.")

    static let programmeUnknown = ServiceError(
        code: "programme_not_found", status: 422, title: "There is no such programme",
        detail: "The programme named is not published here.",
        faults: [Fault(pointer: "/programme", detail: "is not a published programme")])

    static let referrerNotFound = ServiceError(
        code: "referrer_not_found", status: 422, title: "There is no such referrer",
        detail: "`referred_by` is the id, the card or the external id of a member.",
        faults: [Fault(pointer: "/referred_by", detail: "names no member")])

    public static let redemptionNotFound = ServiceError(
        code: "redemption_not_found", status: 404, title: "There is no such redemption",
        detail: "No redemption has this id.")

    static let voucherNotFound = ServiceError(
        code: "voucher_not_found", status: 404, title: "There is no such voucher", detail: "No voucher has this code.")

    public static let adjustmentNotFound = ServiceError(
        code: "adjustment_not_found", status: 404, title: "There is no such adjustment",
        detail: "No adjustment of this id waits for approval.")

    static let fourEyes = ServiceError(
        code: "second_person_required", status: 403, title: "Somebody else has to approve it",
        detail: "Whoever asked for an adjustment may not approve it: use another key.")

    static func limitExceeded(_ limit: Int64) -> ServiceError {
        ServiceError(
            code: "limit_exceeded", status: 409, title: "The day's limit is reached",
            detail: "With this key \(limit) points may be given a day.")
    }

    static let memberMerged = ServiceError(Rejection(.memberMerged, "The member has become another one already."))

    static let recipientNotFound = ServiceError(
        code: "recipient_not_found", status: 422, title: "There is no such recipient",
        detail: "The other member does not exist in this programme.",
        faults: [Fault(pointer: "", detail: "names no member of the programme")])

    static let sameMember = ServiceError(
        code: "same_member", status: 422, title: "It is the same member",
        detail: "Name another member than the one in the path.")

    static let cursorInvalid = ServiceError(
        code: "cursor_invalid", status: 422, title: "The cursor cannot be read",
        detail: "Use `next_cursor` of the answer before, unchanged, or none.",
        faults: [Fault(pointer: "/cursor", detail: "is not a cursor of this list")])

    /// Something that should never happen; what it was goes to the log, not to the caller.
    static func internalFault(_ reason: String) -> InternalFault { InternalFault(reason: reason) }

    /// The domain's refusal in the API's terms.
    init(_ rejection: Rejection) {
        self.init(
            code: rejection.code.rawValue, status: rejection.code.status, title: rejection.code.title,
            detail: rejection.detail,
            faults: rejection.pointer.map { [Fault(pointer: $0, detail: rejection.detail)] } ?? [])
    }

    /// Any error in the API's terms; nil for what is nobody's business but the operator's.
    init?(_ error: any Error) {
        switch error {
        case let error as ServiceError: self = error
        case is KeyRing.Mismatch: self = .keyMismatch
        case let error as PostgresError where error.code == .queueFull: self = .overloaded
        case let error as PostgresError where error.isConnectionFault: self = .unavailable
        default: return nil
        }
    }
}

/// A fault that is ours.
struct InternalFault: Error, CustomStringConvertible {
    var reason: String
    var description: String { reason }
}

extension PostgresError {
    /// Whether the database was out of reach or had no time, rather than refused something: the same again may succeed.
    var isConnectionFault: Bool {
        if [.connectionFailed, .connectionLost, .timeout, .closed, .cancelled].contains(code) { return true }
        guard code == .server, let sqlState else { return false }
        // Connection exceptions, lost races, no resources, told to stop or to wait; a replica that only reads.
        return ["08", "40", "53", "57"].contains(sqlState.prefix(2)) || ["25006", "55P03"].contains(sqlState)
    }
}

extension Rejection.Code {
    fileprivate var title: String {
        switch self {
        case .orderExists: "The order has been recorded already"
        case .returnExceedsSale: "More comes back than was sold"
        case .currencyNotAccepted: "The programme does not accept the currency"
        case .currencyDiffers: "The order was paid in another currency"
        case .activityUnknown: "The programme does not know the activity"
        case .amountTooLarge: "The amount is too large"
        case .redemptionNotFound: "There is no such redemption"
        case .returnNeedsReceipt: "Goods come back with their receipt"
        case .redemptionClosed: "The redemption is over"
        case .rewardNotFound: "There is no such reward"
        case .insufficientPoints: "There are not enough points"
        case .notEligible: "The reward is not for this member now"
        case .outOfStock: "The reward is out of stock"
        case .orderRequired: "The reward asks for an order"
        case .tooManyReservations: "The member holds too many reservations"
        case .voucherUsed: "The voucher has been used"
        case .voucherExpired: "The voucher has expired"
        case .reasonUnknown: "The programme does not know the reason"
        case .walletUnknown: "The programme has no such wallet"
        case .transferNotAllowed: "The points cannot be transferred"
        case .planUnknown: "The programme has no such plan"
        case .subscriptionState: "The membership is in another state"
        case .tierUnknown: "The programme has no such tier"
        case .memberMerged: "The member has become another one"
        }
    }
}

extension Rejection.Code {
    /// 404 for what is not there, 409 for what the member's state forbids, 422 for what the request itself gets wrong.
    fileprivate var status: Int {
        switch self {
        case .orderExists, .insufficientPoints, .notEligible, .outOfStock, .redemptionClosed, .tooManyReservations,
            .voucherUsed, .voucherExpired, .subscriptionState, .memberMerged, .transferNotAllowed:
            409
        case .rewardNotFound: 404
        default: 422
        }
    }
}
