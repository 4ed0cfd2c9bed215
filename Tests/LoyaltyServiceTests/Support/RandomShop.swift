import EventLog
import Foundation
import Loyalty
import Postgres
import Testing

@testable import LoyaltyService
@testable import Wire

/// A shop with a dozen members to whom everything happens that can: late sales, returns before their sale, redemptions in
/// two steps, points that go from hand to hand, members who become one, memberships, a scheduler that looks now and then, and
/// an administrator who closes what lies behind.
struct RandomShop {
    static let yaml = """
        id: bazaar
        currencies: [USD]
        time_zone: America/Los_Angeles
        enrolment: automatic
        versions:
          - wallets:
              - {id: points, expiry: {inactivity_months: 9}}
              - {id: stars, expiry: {months: 5}, matures_after_days: 14}
            earning:
              - {id: base, points: 1, per: 1.00, by_tier: {gold: 1.5}}
              - {id: app, multiplier: 2, when: {channels: [app]}}
              - {id: stars, points: 1, per: 10.00, wallet: stars}
            activities: [{id: review, points: 5, once_per_reference: true}]
            gifts: [{id: cake, occasion: birthday, points: 25}]
        \(tiers)
            rewards:
              - {id: five-off, kind: discount, points: 50, value: 5.00, when: {minimum_order: 10.00}}
              - {id: code, kind: voucher, points: 30, value: 3.00, voucher: {valid_days: 30}}
              - {id: gold-month, kind: upgrade, points: 80, tier: gold, months: 1}
              - {id: by-itself, kind: voucher, wallet: stars, points: 40, value: 2.00, voucher: {valid_days: 60}, automatic: true}
        \(acts)
          - from: 2026-01-15
            wallets:
              - {id: points, expiry: {inactivity_months: 6}}
              - {id: stars, expiry: {months: 5}, matures_after_days: 14}
            earning:
              - {id: base, points: 2, per: 1.00}
              - {id: stars, points: 1, per: 10.00, wallet: stars}
            activities: [{id: review, points: 7, once_per_reference: true}]
            gifts: [{id: cake, occasion: birthday, points: 35}]
        \(tiers)
            rewards:
              - {id: five-off, kind: discount, points: 60, value: 5.00, when: {minimum_order: 10.00}}
              - {id: code, kind: voucher, points: 30, value: 3.00, voucher: {valid_days: 30}}
              - {id: by-itself, kind: voucher, wallet: stars, points: 40, value: 2.00, voucher: {valid_days: 60}, automatic: true}
        \(acts)
        """

    // The same in both versions.
    private static let tiers = """
            referral: {referrer_points: 40, friend_points: 20, matures_after_days: 10, minimum: 20.00}
            tiers:
              period: calendar_year
              valid_years: 1
              levels:
                - {id: silver, name: Silver}
                - {id: gold, name: Gold, spend: 400}
        """
    private static let acts = """
            redemption: {point_value: 0.01, minimum: 5, reservation_minutes: 15}
            transfers: {allowed: true, minimum: 5}
            adjustments: {reasons: [goodwill]}
            plans: [{id: year, name: Year, fee: 50.00, months: 12, tier: gold}]
        """

    /// - Parameter converting: whether points are redeemed by themselves: such a redemption is a fact of the moment at which it
    ///   became due, so that it depends on what was known then.
    static func programme(converting: Bool = true) throws -> Programme {
        var programme = try ProgrammeFile.read(yaml, name: "bazaar.yaml")
        guard !converting else { return programme }
        for index in programme.versions.indices { programme.versions[index].rewards.removeAll(where: \.isAutomatic) }
        return programme
    }

    private let shop: Shop
    private let clock: SteppedClock
    private var random: SeededNumbers
    private var members: [UUID] = []
    private var sold: [(member: Int, order: String, cents: Int64)] = []
    private var redemptions: [UUID] = []
    private var vouchers: [String] = []
    private var number = 0
    private var isPlain = false

    init(_ shop: Shop, _ clock: SteppedClock, seed: UInt64) {
        (self.shop, self.clock, random) = (shop, clock, SeededNumbers(seed))
    }

    /// Lets so many things happen; what is refused has happened, too.
    ///
    /// - Parameter isPlain: whether nothing rests on what happened later, and nobody brings anybody: a late sale that is paid
    ///   with points may have been reserved for after its own time.
    mutating func live(_ count: Int, isPlain: Bool = false) async throws {
        self.isPlain = isPlain
        for index in 0..<12 {
            let brought = !isPlain && index > 0 && index % 3 == 0 ? members[index - 1] : nil
            let body = EnrolmentBody(externalID: "m\(index)", referredBy: brought.map(UUIDText.text))
            members.append(try await shop.service.enrol(body, at: clock.now()).id)
        }
        for _ in 0..<count {
            clock.advance(micros: pick([60_000_000, 3_600_000_000, Shop.day, 5 * Shop.day]))
            number += 1
            do { try await happen() } catch is ServiceError {}
            if number % 60 == 0 { #expect(try await shop.closeEvents(before: clock.now()).moved > 0) }
        }
        try await shop.service.finishErrands(at: Instant(micros: clock.now().micros + Shop.day))
    }

    private mutating func pick<T>(_ values: [T]) -> T { values[Int.random(in: 0..<values.count, using: &random)] }

    private mutating func somebody() -> Int { Int.random(in: 0..<members.count, using: &random) }

    private mutating func happen() async throws {
        let (who, now) = (somebody(), clock.now())
        let member = members[who]
        switch Int.random(in: 0..<30, using: &random) {
        case 0...9: try await buy(who, late: pick([0, 0, 0, 3, 40, 200]))
        case 10...12: try await bringBack(who)
        case 13:
            let activity = Activity(name: "review", reference: pick(["a", "b", nil]))
            try await send(.activity(activity), by: who, at: now)
        case 14...17: try await redeem(member)
        case 18, 19: if let id = redemptions.last { try await confirmOrCancel(id) }
        case 20: if let code = vouchers.popLast() { try await useVoucher(code) }
        case 21, 22:
            let body = TransferBody(to: .id(members[somebody()]), wallet: "points", points: pick([5, 20]))
            _ = try await shop.service.transfer(body, from: member, idempotencyKey: nil, at: now)
        case 23:
            let body = AdjustmentBody(wallet: "points", points: pick([30, -10]), reason: "goodwill")
            _ = try await shop.service.adjust(body, member: member, agent: Club.agent, idempotencyKey: nil, at: now)
        case 24:
            let request = SubscriptionRequest(plan: "year", action: pick(SubscriptionRequest.Action.allCases))
            _ = try await shop.service.subscribe(
                SubscriptionBody(request: request), member: member, idempotencyKey: nil, at: now)
        case 25:
            let body = TierBody(tier: "gold", until: nil, reason: "kind")
            _ = try await shop.service.grantTier(body, member: member, idempotencyKey: nil, at: now)
        case 27: try await tellBirthday(member)
        case 26 where number % 4 == 0:
            _ = try await shop.service.merge(member, MergeBody(into: .id(members[somebody()])), at: now)
        default: _ = try await shop.service.settleDue(at: now)
        }
    }

    /// Sometimes of a day that has just gone by, sometimes of one that is near; or it is taken back.
    private mutating func tellBirthday(_ member: UUID) async throws {
        var patch = ProfilePatch()
        let day = Instant(micros: clock.now().micros + pick([-40, -3, 2, 25]) * Shop.day)
        let born = ZoneRules.utc.date(of: day)
        patch.birthday =
            pick([true, true, true, false])
            ? .set(CivilDate(year: 1990, month: born.month, day: min(born.day, 28))) : .remove
        _ = try await shop.service.changeProfile(of: member, by: patch, ifVersion: nil, at: clock.now())
    }

    // MARK: Shopping

    private mutating func send(_ command: IncomingEvent.Content, by who: Int, at time: Instant) async throws {
        let event = IncomingEvent(
            id: "e\(number)", source: "shop", time: time, member: .external("m\(who)"), command: command)
        _ = try await shop.service.record(event, receivedAt: clock.now()).get()
    }

    private mutating func buy(_ who: Int, late days: Int64) async throws {
        let cents: Int64 = pick([9_00, 45_50, 120_00])
        let order = "o\(number)"
        sold.append((who, order, cents))
        let line = Line(sku: "A", quantity: 1, unitPrice: cents)
        let mayPay = !isPlain || days == 0
        let paidBy = mayPay && pick([false, false, true]) ? redemptions.last.map(UUIDText.text) : nil
        let purchase = Purchase(
            order: OrderReference(source: "shop", id: order), currency: "USD", lines: [line],
            channel: pick(["app", nil]), redemptionID: paidBy)
        try await send(.purchase(purchase), by: who, at: Instant(micros: clock.now().micros - days * Shop.day))
    }

    /// Of an order of before, or of one that is sold later or never.
    private mutating func bringBack(_ who: Int) async throws {
        let isEarly = pick([false, false, false, true])
        let sale = isEarly || sold.isEmpty ? (member: who, order: "o\(number + 3)", cents: 9_00) : pick(sold)
        let goods = PurchaseReturn(
            source: "shop", order: OrderReference(source: "shop", id: sale.order), returnID: "r\(number)",
            currency: "USD", goods: .amount(pick([sale.cents, 4_00])))
        try await send(.purchaseReturn(goods), by: sale.member, at: clock.now())
    }

    // MARK: Spending

    private mutating func redeem(_ member: UUID) async throws {
        let confirm = pick([true, false])
        let body: RedemptionBody = pick([
            .points(12, confirm: confirm), .reward("five-off", total: 50_00, confirm: confirm),
            .reward("code", confirm: confirm), .reward("gold-month", confirm: confirm),
        ])
        let view = try await shop.service.redeem(body, member: member, idempotencyKey: nil, at: clock.now())
        if let id = UUID(uuidString: view.redemption.id) { redemptions.append(id) }
        if let code = view.voucher?.code { vouchers.append(code) }
    }

    private mutating func confirmOrCancel(_ id: UUID) async throws {
        if pick([true, false]) {
            _ = try await shop.service.confirmRedemption(id, at: clock.now())
        } else {
            _ = try await shop.service.cancelRedemption(id, at: clock.now())
        }
    }

    private func useVoucher(_ code: String) async throws {
        _ = try await shop.service.redeemVoucher(code, at: clock.now())
    }
}

extension Shop {
    /// What the accounts hold.
    func states() async throws -> [UUID: MemberState] {
        var states: [UUID: MemberState] = [:]
        for row in try await client.query("SELECT member_id, state FROM treue.account", []) {
            states[try row.uuid(0)] = try StateCodec.decode(try row.bytes(1))
        }
        return states
    }
}

/// Random numbers that a seed repeats.
struct SeededNumbers: RandomNumberGenerator, Sendable {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
