@testable import Loyalty

/// A random life of one member, in the order in which it becomes known: the clock of the world moves on, and now and then
/// something arrives late. Many of the commands are refused: that, too, must leave everything right.
struct RandomLife {
    struct Step: CustomStringConvertible {
        /// When it arrives.
        var now: Instant
        /// When it happened.
        var at: Instant
        var command: Command

        var description: String { "\(at.text)\(at == now ? "" : " (known \(now.text))") \(command)" }
    }

    private(set) var steps: [Step] = []
    private var now: Instant
    private let programme: Programme
    private var sold: [(order: String, lines: [Line], at: Instant)] = []
    private var redemptions: [String] = []

    /// - Parameter lates: one in so many events comes late; 0 for none.
    init(under programme: Programme, length: Int, lates: Int = 4, using dice: inout SplitMix64) {
        self.programme = programme
        now = .on(CivilDate(daysSince1970: Int.random(in: 17_600...18_500, using: &dice)), hour: 10)
        for index in 0..<length {
            pass(using: &dice)
            step(index, lates: lates, using: &dice)
        }
        if dice.oneIn(12) { add(.merge(into: "b"), at: now) }
    }

    private mutating func pass(using dice: inout SplitMix64) {
        let hours = dice.pick([0, 0, 1, 5, 24, 24 * 5, 24 * 20, 24 * 45, 24 * 130])
        now = now.later(hours: Int64(hours))
        now.micros += 1
    }

    private mutating func step(_ index: Int, lates: Int, using dice: inout SplitMix64) {
        let isLate = lates > 0 && dice.oneIn(lates)
        let late: Int64 = dice.pick([2, 72, 960, 4_800, 12_000])
        let at = isLate ? now.later(hours: -late) : now
        switch Int.random(in: 0..<24, using: &dice) {
        case 0...6: add(sale(index, at: at, using: &dice), at: at)
        case 7...9: add(goodsBack(index, using: &dice), at: at)
        case 10:
            add(
                .purchaseReturn(
                    PurchaseReturn(
                        source: "shop", order: nil, returnID: "n\(index)", currency: "USD",
                        goods: .amount(dice.pick([5_00, 60_00, 200_50])))), at: at)
        case 11: add(.activity(Activity(name: "review", reference: dice.pick([nil, "a", "b"]))), at: at)
        case 12: add(.activity(Activity(name: "shipped", reference: sold.last?.order)), at: at)
        case 13...15: redeem(index, using: &dice)
        case 16...18:
            let id = redemptions.isEmpty ? "none" : dice.pick(redemptions)
            add(dice.oneIn(2) ? .confirmRedemption(id: id) : .cancelRedemption(id: id), at: now)
        default: byHand(index, using: &dice)
        }
    }

    private mutating func add(_ command: Command, at: Instant) {
        steps.append(Step(now: now, at: at, command: command))
    }

    // MARK: Shopping

    private mutating func sale(_ index: Int, at: Instant, using dice: inout SplitMix64) -> Command {
        let lines = (0..<dice.pick([1, 1, 2, 3])).map { _ in RandomLife.line(using: &dice) }
        let order = "o\(index)"
        sold.append((order, lines, at))
        return .purchase(
            Purchase(
                order: OrderReference(source: "shop", id: order), currency: dice.oneIn(8) ? "CAD" : "USD", lines: lines,
                channel: dice.pick(["app", "store"]),
                redemptionID: dice.oneIn(3) && !redemptions.isEmpty ? dice.pick(redemptions) : nil))
    }

    private static func line(using dice: inout SplitMix64) -> Line {
        let quantity = dice.pick([1, 1, 2, 3]) as Int64
        let price = dice.pick([99, 10_00, 25_50, 60_00, 180_00]) as Int64
        return Line(
            sku: dice.pick(["sku1", "sku2", "sku3"]), quantity: quantity, unitPrice: price,
            discount: dice.oneIn(5) ? price / 3 : 0, categories: dice.pick([[], [], ["skincare"], ["tax"]]))
    }

    /// Of something sold, or of an order that is sold later or never.
    private mutating func goodsBack(_ index: Int, using dice: inout SplitMix64) -> Command {
        let early = dice.oneIn(8)
        let sale = early || sold.isEmpty ? nil : dice.pick(sold)
        let order = sale?.order ?? "o\(index + dice.pick([1, 2, 3]))"
        let goods: PurchaseReturn.Goods
        if let sale, dice.oneIn(2) {
            goods = .lines(sale.lines)
        } else if let sale, dice.oneIn(2) {
            var line = dice.pick(sale.lines)
            (line.quantity, line.discount) = (1, 0)
            goods = .lines([line])
        } else {
            goods = .amount(dice.pick([1, 9_99, 60_00]))
        }
        return .purchaseReturn(
            PurchaseReturn(
                source: "shop", order: OrderReference(source: "shop", id: order), returnID: "r\(index)",
                currency: "USD", goods: goods))
    }

    // MARK: Now

    private mutating func redeem(_ index: Int, using dice: inout SplitMix64) {
        let id = "d\(index)"
        redemptions.append(id)
        let what: RedemptionRequest.What = dice.pick([
            .points(10), .points(37), .reward("cash"), .reward("mug"), .reward("up"), .reward("coffee"),
        ])
        add(
            .redemption(RedemptionRequest(id: id, what: what, order: "x\(dice.pick([1, 2]))", confirm: dice.oneIn(2))),
            at: now)
    }

    private mutating func byHand(_ index: Int, using dice: inout SplitMix64) {
        let command: Command
        switch Int.random(in: 0..<10, using: &dice) {
        case 0, 1:
            command = .adjustment(
                Adjustment(wallet: dice.pick(["points", "stamps"]), points: dice.pick([50, 7, -20, -90]), reason: "x"))
        case 2: command = .transferOut(id: "t\(index)", to: "b", wallet: "points", points: dice.pick([5, 30]))
        case 3:
            command = .transferIn(
                PointsTransferred(
                    id: "t\(index)", direction: .in, other: "b", wallet: "points",
                    parts: [Lot(.on(programme.zone.date(of: now).adding(months: 2)), 12), Lot(.inactivity, 3)],
                    version: 1))
        case 4, 5:
            command = .subscription(
                SubscriptionRequest(plan: "prime", action: dice.pick(SubscriptionRequest.Action.allCases)))
        case 6:
            command = .grantTier(
                tier: dice.pick(["vib", "rouge"]),
                until: dice.oneIn(4) ? nil : programme.zone.date(of: now).adding(days: dice.pick([0, 20, 100])),
                reason: "kind")
        case 7:
            let hours: Int64 = dice.pick([0, 240, 960])
            let boughtAt = now.later(hours: -hours)
            command = .referral(friend: "f\(index)", boughtAt: boughtAt, isWithdrawn: dice.oneIn(5))
        case 8: command = .settle
        default: command = .absorb(MemberAbsorbed(from: "c\(index)", state: other(using: &dice)))
        }
        add(command, at: now)
    }

    /// What somebody else has, who is about to become this one.
    private func other(using dice: inout SplitMix64) -> MemberState {
        var till = Till(programme)
        for _ in 0..<2 {
            let hours: Int64 = dice.pick([24, 720, 7_200])
            let at = now.later(hours: -hours)
            _ = try? till.buys([RandomLife.line(using: &dice)], at: at)
        }
        if dice.oneIn(3) { _ = try? till.returns(.amount(300_00), of: nil, at: now.later(hours: -1)) }
        return (try? till.brought(to: now)) ?? till.state
    }
}

extension Instant {
    /// Day and microseconds into it, in UTC: for messages.
    fileprivate var text: String {
        let day = ZoneRules.utc.date(of: self)
        return "\(day)+\((micros - ZoneRules.utc.start(of: day).micros) / 1_000_000)s"
    }
}
