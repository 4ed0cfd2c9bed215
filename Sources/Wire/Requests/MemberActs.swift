public import Loyalty

/// The body of `POST /v1/members/{id}/redemptions`.
public struct RedemptionBody: Hashable, Sendable {
    public var what: RedemptionRequest.What
    public var order: String?
    public var orderTotal: Int64?
    public var orderCurrency: String?
    public var partner: String?
    public var confirm: Bool
    /// Whether the member's household pays.
    public var household = false

    /// Reads the body.
    /// - Throws: ``BodyError`` with every fault.
    public static func read(_ body: [UInt8]) throws(BodyError) -> RedemptionBody {
        try BodyError.reading(try BodyError.parsing(body)) { reader in
            let reward = reader.optionalString("reward", max: CommandLimit.word)
            let points = reader.optionalInteger("points", in: 1...ActLimit.points)
            if reader.has("reward") == reader.has("points") {
                reader.fault(at: "reward", "name either `reward` or `points`, and one of them alone")
            }
            let order = reader.optionalString("order_id", max: CommandLimit.identifier)
            let total = reader.optionalMoney("order_total", in: 0...ActLimit.money)
            let partner = reader.optionalString("partner", max: CommandLimit.word)
            let confirm = reader.optionalBool("confirm") ?? false
            let household = reader.optionalBool("household") ?? false
            guard let what = reward.map(RedemptionRequest.What.reward) ?? points.map(RedemptionRequest.What.points)
            else { return nil }
            return RedemptionBody(
                what: what, order: order, orderTotal: total?.amount, orderCurrency: total?.currency, partner: partner,
                confirm: confirm, household: household)
        }
    }

    /// What is compared where the same request comes again.
    public var content: String {
        "\(what) \(order ?? "") \(orderTotal ?? -1) \(orderCurrency ?? "") \(partner ?? "") \(confirm)"
            + (household ? " household" : "")
    }
}

/// The body of `POST /v1/members/{id}/adjustments`.
public struct AdjustmentBody: Hashable, Sendable {
    public var wallet: String
    public var points: Int64
    public var reason: String
    public var note: String?

    public init(wallet: String, points: Int64, reason: String, note: String? = nil) {
        (self.wallet, self.points, self.reason, self.note) = (wallet, points, reason, note)
    }

    /// Reads the body.
    /// - Throws: ``BodyError`` with every fault.
    public static func read(_ body: [UInt8]) throws(BodyError) -> AdjustmentBody {
        try BodyError.reading(try BodyError.parsing(body)) { reader in
            let points = reader.integer("points", in: -ActLimit.points...ActLimit.points)
            if points == 0 { reader.fault(at: "points", "must not be 0") }
            let reason = reader.string("reason_code", max: CommandLimit.word)
            let note = reader.optionalString("note", max: ActLimit.note)
            let wallet = reader.optionalString("wallet", max: CommandLimit.word) ?? Programme.defaultWallet
            guard let points, let reason else { return nil }
            return AdjustmentBody(wallet: wallet, points: points, reason: reason, note: note)
        }
    }

    public var content: String { "\(wallet) \(points) \(reason) \(note ?? "")" }
}

/// The body of `POST /v1/members/{id}/transfers`.
public struct TransferBody: Hashable, Sendable {
    public var to: MemberReference
    public var wallet: String
    public var points: Int64

    /// Reads the body.
    /// - Throws: ``BodyError`` with every fault.
    public static func read(_ body: [UInt8]) throws(BodyError) -> TransferBody {
        try BodyError.reading(try BodyError.parsing(body)) { reader in
            let to = reader.memberReference("to")
            let points = reader.integer("points", in: 1...ActLimit.points)
            let wallet = reader.optionalString("wallet", max: CommandLimit.word) ?? Programme.defaultWallet
            guard let to, let points else { return nil }
            return TransferBody(to: to, wallet: wallet, points: points)
        }
    }

    public var content: String { "\(to.kind.rawValue):\(to.value) \(wallet) \(points)" }
}

/// The body of `POST /v1/members/{id}/merge`.
public struct MergeBody: Hashable, Sendable {
    /// The member who goes on.
    public var into: MemberReference

    /// Reads the body.
    /// - Throws: ``BodyError`` with every fault.
    public static func read(_ body: [UInt8]) throws(BodyError) -> MergeBody {
        try BodyError.reading(try BodyError.parsing(body)) { reader in
            reader.memberReference("into").map { MergeBody(into: $0) }
        }
    }
}

/// The body of `POST /v1/members/{id}/subscription`.
public struct SubscriptionBody: Hashable, Sendable {
    public var request: SubscriptionRequest

    /// Reads the body.
    /// - Throws: ``BodyError`` with every fault.
    public static func read(_ body: [UInt8]) throws(BodyError) -> SubscriptionBody {
        try BodyError.reading(try BodyError.parsing(body)) { reader in
            let plan = reader.string("plan", max: CommandLimit.word)
            let action = reader.word("action", of: SubscriptionRequest.Action.allCases.map(\.rawValue))
            guard let plan, let action = action.flatMap(SubscriptionRequest.Action.init) else { return nil }
            return SubscriptionBody(request: SubscriptionRequest(plan: plan, action: action))
        }
    }
}

/// The body of `POST /v1/members/{id}/tier`.
public struct TierBody: Hashable, Sendable {
    public var tier: String
    /// The last valid day; nil where it does not end.
    public var until: CivilDate?
    public var reason: String

    /// Reads the body.
    /// - Throws: ``BodyError`` with every fault.
    public static func read(_ body: [UInt8]) throws(BodyError) -> TierBody {
        try BodyError.reading(try BodyError.parsing(body)) { reader in
            let tier = reader.string("tier", max: CommandLimit.word)
            let reason = reader.string("reason_code", max: CommandLimit.word)
            var until: CivilDate?
            if let text = reader.optionalString("until", max: CommandLimit.word) {
                until = CivilDate(text)
                if until == nil { reader.fault(at: "until", "must be a date such as 2026-12-31") }
            }
            guard let tier, let reason else { return nil }
            return TierBody(tier: tier, until: until, reason: reason)
        }
    }

    public var content: String { "\(tier) \(until?.description ?? "") \(reason)" }
}

/// The body of `POST /v1/quotes`: the `data` of a purchase, perhaps at a time.
public struct QuoteBody: Hashable, Sendable {
    public var member: MemberReference
    public var purchase: Purchase
    /// nil for now.
    public var time: Instant?

    /// Reads the body. `order_id` may be missing.
    /// - Throws: ``BodyError`` with every fault.
    public static func read(_ body: [UInt8]) throws(BodyError) -> QuoteBody {
        try BodyError.reading(try BodyError.parsing(body)) { reader in
            let member = reader.memberReference("member")
            let purchase = reader.quotedPurchase()
            let time = reader.optionalTime("time").map(Instant.init(micros:))
            guard let member, let purchase else { return nil }
            return QuoteBody(member: member, purchase: purchase, time: time)
        }
    }

    /// What is compared where the same request comes again: decoded values, however they were written.
    public var canonical: [UInt8] {
        var writer = JSONWriter(reserving: 512)
        writer.beginArray()
        writer.string(member.kind.rawValue)
        writer.string(member.value)
        if let time { writer.integer(time.micros) } else { writer.null() }
        writer.beginObject()
        writer.members(of: purchase)
        writer.endObject()
        writer.endArray()
        return writer.bytes
    }
}

enum ActLimit {
    static let points: Int64 = 1_000_000_000_000
    static let money: Int64 = 1_000_000_000_000_000
    static let note = 2_000
}
