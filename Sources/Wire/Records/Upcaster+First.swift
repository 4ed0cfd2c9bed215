// From the first versions: there was one wallet, `points`; lots were named by the day of their first points, beside
// how they ended; periods were calendar years; tiers were reached by spend alone.

extension Upcaster {
    /// Every step there is. `member.enrolled`, `member.updated` and the third `purchase.returned` only added what may be
    /// absent; the third `purchase.completed` and `activity.completed`, the fourth `purchase.returned` and the second
    /// `return.held` leave out of their outcomes what stayed as it was; the second `member.absorbed` and the third
    /// `member.restated` hold a state in another order.
    static let all: [Upcaster] = [
        Upcaster(type: .purchaseCompleted, from: 1) { value in
            value.without("lot").replacing("period", by: yearAsText).replacing("inactive_on") { day in
                [
                    JSONMember(
                        "clocks", .array([.object([JSONMember("wallet", firstWallet), JSONMember("on", day)])]))
                ]
            }
        },
        Upcaster(type: .pointsAccrued, from: 1) { $0.without("lot") },
        Upcaster(type: .purchaseReturned, from: 1) { value in
            value.without("lot").replacing("period", by: yearAsText).replacing("points", by: taken)
        },
        // The clock that an activity started stands with its accrual now, which is another record.
        Upcaster(type: .activityCompleted, from: 1) { $0.without("inactive_on") },
        Upcaster(type: .pointsRevoked, from: 1, raise: revoked),
        // Only inactivity ended lots.
        Upcaster(type: .pointsExpired, from: 1) { $0.replacing("lot", with: .string("inactivity")) },
        Upcaster(type: .tierChanged, from: 1, raise: tierChanged),
        Upcaster(type: .memberRestated, from: 1) { value in
            value.replacing("corrections") { corrections in
                guard case .array(let elements) = corrections else { return [JSONMember("corrections", corrections)] }
                let raised = elements.map { $0.adding([JSONMember("wallet", firstWallet)]) }
                return [JSONMember("corrections", .array(raised))]
            }
        },
    ]

    static let firstWallet = JSONValue.string("points")

    private static let yearAsText: @Sendable (JSONValue) -> [JSONMember] = { year in
        if case .integer(let year) = year { [JSONMember("period", .string(String(year)))] } else { [] }
    }

    /// Which rule had given the points was not recorded; the first rule of a programme is called `base` as a rule.
    private static let taken: @Sendable (JSONValue) -> [JSONMember] = { points in
        if points == .integer(0) { return [] }
        let taken = [
            JSONMember("rule", .string("base")), JSONMember("wallet", firstWallet), JSONMember("points", points),
        ]
        return [JSONMember("taken", .array([.object(taken)]))]
    }

    /// What had expired already was not taken again: it stays expired, and only the rest is revoked.
    private static let revoked: @Sendable (JSONValue) -> JSONValue = { value in
        let (left, overflow) = value.number("points").subtractingReportingOverflow(value.number("expired"))
        let part = JSONValue.object([JSONMember("points", .integer(overflow ? value.number("points") : left))])
        return value.without("expired", "lot").replacing("points") { _ in [JSONMember("parts", .array([part]))] }
    }

    /// The tier that was reached was the one that held. Since when stands in the record's time, not in its data.
    private static let tierChanged: @Sendable (JSONValue) -> JSONValue = { value in
        var reached: [JSONMember] = []
        if let tier = value["to"] { reached.append(JSONMember("tier", tier)) }
        if let until = value["valid_until"] { reached.append(JSONMember("valid_until", until)) }
        return value.replacing("period", by: yearAsText).adding([JSONMember("reached", .object(reached))])
            .replacing("spend") { spend in
                let measured = [JSONMember("metric", .string("spend")), JSONMember("value", spend)]
                return [JSONMember("measured", .array([.object(measured)]))]
            }
    }
}
