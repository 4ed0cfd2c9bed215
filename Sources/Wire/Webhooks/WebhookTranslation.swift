/// What recorded events are to a shop: one row of ``rows`` for each kind. Works on the public JSON of recorded events, so
/// that a new type of event is a new row and nothing else.
public enum WebhookTranslation {
    /// What a shop is told because of one recorded event.
    public struct Message: Equatable, Sendable {
        public var type: WebhookEventType
        /// Members of `data`, in order.
        public var members: [JSONMember]

        public init(type: WebhookEventType, members: [JSONMember]) { (self.type, self.members) = (type, members) }
    }

    /// One kind of recorded event, and what it is called outside.
    struct Row: Sendable {
        /// The recorded type.
        var recorded: String
        /// What it tells.
        var type: WebhookEventType
        /// The members of the recorded data that are passed on, as far as they are there.
        var members: [String]
        /// Which events of the recorded type are meant.
        var isMeant: @Sendable (JSONValue) -> Bool = { _ in true }
    }

    private static let redemption = [
        "redemption_id", "reward", "wallet", "points", "value", "currency", "order_id", "reason", "balance",
    ]
    private static let tier = ["from", "to", "reason", "valid_until"]

    static let rows: [Row] = [
        Row(recorded: "member.enrolled", type: .memberEnrolled, members: ["programme", "tier"]),
        Row(
            recorded: "points.accrued", type: .pointsEarned,
            members: ["wallet", "points", "balance", "rule", "programme_version", "expires", "reason"]),
        Row(
            recorded: "points.revoked", type: .pointsRevoked,
            members: ["wallet", "points", "balance", "order", "return_id"]),
        Row(recorded: "points.matured", type: .pointsMatured, members: ["wallet", "points", "balance", "expires"]),
        Row(
            recorded: "points.adjusted", type: .pointsAdjusted,
            members: ["wallet", "points", "balance", "reason", "expires"]),
        Row(
            recorded: "points.transferred", type: .pointsTransferred,
            members: ["wallet", "points", "balance", "transfer_id", "direction", "other"]),
        Row(recorded: "redemption.confirmed", type: .rewardRedeemed, members: redemption),
        Row(recorded: "redemption.cancelled", type: .rewardCancelled, members: redemption),
        Row(
            recorded: "voucher.issued", type: .voucherIssued,
            members: ["redemption_id", "reward", "value", "currency", "valid_until"]),
        Row(
            recorded: "subscription.changed", type: .subscriptionChanged,
            members: ["plan", "action", "paid_until", "tier"]),
        Row(recorded: "member.merged", type: .memberMerged, members: ["into"]),
        Row(recorded: "member.erased", type: .memberErased, members: []),
        Row(recorded: "points.expired", type: .pointsExpired, members: ["wallet", "points", "balance"]),
        Row(recorded: "tier.changed", type: .tierReached, members: tier) { isGain($0) && $0["from"] != $0["to"] },
        Row(recorded: "tier.changed", type: .tierKept, members: tier) { $0["from"] == $0["to"] },
        Row(recorded: "tier.changed", type: .tierEnded, members: tier) { !isGain($0) && $0["from"] != $0["to"] },
    ]

    private static func isGain(_ change: JSONValue) -> Bool {
        change["reason"] == .string("reached") || change["reason"] == .string("granted")
    }

    /// What a recorded event tells; nothing for most types.
    ///
    /// - Throws: ``CodecError`` when the data is not JSON.
    public static func messages(type: String, data: [UInt8]) throws(CodecError) -> [Message] {
        guard type == restated || rows.contains(where: { $0.recorded == type }) else { return [] }
        var node = try CodecError.parsing(data)
        if let known = RecordedType(rawValue: type) { node = try Upcaster.current(node, of: known) }
        let value = node.value
        return type == restated ? corrections(value) : messages(type, value)
    }

    private static func messages(_ type: String, _ value: JSONValue) -> [Message] {
        rows.filter { $0.recorded == type && $0.isMeant(value) }.map { row in
            Message(
                type: row.type,
                members: row.members.compactMap { name in
                    (value[name] ?? sum(name, in: value)).map { JSONMember(name, $0) }
                })
        }
    }

    /// Points that are recorded part by part are told in one number.
    private static func sum(_ name: String, in value: JSONValue) -> JSONValue? {
        guard name == "points", case .array(let parts)? = value["parts"] else { return nil }
        return .integer(
            parts.reduce(Int64(0)) { sum, part in
                if case .integer(let points)? = part["points"] { sum &+ points } else { sum }
            })
    }

    /// A late event made others happen, or not: what happened after all is told as it would have been, and the points
    /// that changed are told in one sum.
    private static func corrections(_ value: JSONValue) -> [Message] {
        guard case .array(let corrections)? = value["corrections"] else { return [] }
        var messages: [Message] = []
        var points: Int64 = 0
        for correction in corrections {
            if case .integer(let change)? = correction["points"] { points = points &+ change }
            guard correction["effect"] == .string("added"), case .string(let type)? = correction["type"],
                let event = correction["event"]
            else { continue }
            messages += self.messages(type, event)
        }
        if let balance = corrections.last?["balance"], points != 0 {
            let members = [JSONMember("points", .integer(points)), JSONMember("balance", balance)]
            messages.append(Message(type: .pointsCorrected, members: members))
        }
        return messages
    }

    private static let restated = "member.restated"
}
