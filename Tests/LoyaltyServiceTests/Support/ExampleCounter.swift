import Foundation
import Loyalty
import LoyaltyService
import Testing

@testable import Wire

/// One example of a programme file, run on the service and a database: what a checkout reports is recorded, what is asked
/// for at the counter is asked for at the example's time.
final class ExampleCounter {
    private let shop: Shop
    private let programme: Programme
    private let example: ProgrammeExample
    private let member: UUID
    /// Redemptions by the names that the example gives them.
    private var redemptions: [String: RedemptionView] = [:]
    private var others: [String: UUID] = [:]

    init(_ shop: Shop, _ programme: Programme, _ example: ProgrammeExample) async throws {
        (self.shop, self.programme, self.example) = (shop, programme, example)
        var first: Instant?
        for case .step(let step) in example.parts { first = min(first ?? step.at, step.at) }
        let at = example.member.enrolledAt ?? first ?? programme.versions[programme.versions.count - 1].from
        var referrer: String?
        if example.member.referredBy != nil {
            referrer = UUIDText.text(try await shop.service.enrol(EnrolmentBody(programme: programme.id), at: at).id)
        }
        member = try await shop.service.enrol(
            EnrolmentBody(
                programme: programme.id,
                birthday: example.member.birthday.map {
                    CivilDate(year: 2000, month: $0.month, day: $0.day)
                }, referredBy: referrer),
            at: at
        ).id
    }

    func run(_ file: String) async throws {
        for part in example.parts {
            switch part {
            case .step(let step): try await deliver(step, "\(file):\(step.line)")
            case .expectation(let expected): try await compare(expected, "\(file):\(expected.line)")
            }
        }
    }

    private func deliver(_ step: ProgrammeExample.Step, _ place: String) async throws {
        do {
            let earned = try await perform(step)
            #expect(step.answer.refused == nil, "\(place) is accepted")
            if let earns = step.answer.earns, let earned { #expect(earned == earns, "\(place)") }
        } catch let error as ServiceError {
            #expect(error.code == step.answer.refused?.rawValue, "\(place): \(error.detail)")
        }
    }

    /// Answers what it did to the wallet `points`, where the answer says.
    private func perform(_ step: ProgrammeExample.Step) async throws -> Int64? {
        let (service, at) = (shop.service, step.at)
        switch step.command {
        case .purchase, .purchaseReturn, .activity: return try await report(step)
        case .redemption(let request):
            let body = RedemptionBody(
                what: request.what, order: request.order, orderTotal: request.orderTotal,
                orderCurrency: request.orderCurrency, partner: request.partner, confirm: request.confirm)
            let view = try await service.redeem(body, member: member, idempotencyKey: nil, at: at)
            if let worth = step.answer.worth { #expect(view.redemption.value == worth, "line \(step.line)") }
            redemptions[request.id] = view
            return nil
        case .confirmRedemption(let name): _ = try await service.confirmRedemption(try id(of: name), at: at)
        case .cancelRedemption(let name): _ = try await service.cancelRedemption(try id(of: name), at: at)
        case .redeemVoucher(let name):
            _ = try await service.redeemVoucher(redemptions[name]?.voucher?.code ?? "", at: at)
        case .adjustment(let adjustment): return try await adjust(adjustment, at: at)
        case .transferOut(_, let other, let wallet, let points):
            let body = TransferBody(to: .id(try await somebody(other, at: at)), wallet: wallet, points: points)
            _ = try await service.transfer(body, from: member, idempotencyKey: nil, at: at)
        case .subscription(let request):
            _ = try await service.subscribe(
                SubscriptionBody(request: request), member: member, idempotencyKey: nil, at: at)
        case .grantTier(let tier, let until, let reason):
            _ = try await service.grantTier(
                TierBody(tier: tier, until: until, reason: reason), member: member, idempotencyKey: nil, at: at)
        case .referral(let friend, _, let isWithdrawn): try await friendDeals(friend, isBack: isWithdrawn, at: at)
        default: Issue.record("line \(step.line) cannot be run")
        }
        return nil
    }

    private func report(_ step: ProgrammeExample.Step) async throws -> Int64 {
        let content: IncomingEvent.Content
        switch step.command {
        case .purchase(var purchase):
            purchase.redemptionID = purchase.redemptionID.map { redemptions[$0]?.redemption.id ?? $0 }
            content = .purchase(purchase)
        case .purchaseReturn(let goods): content = .purchaseReturn(goods)
        case .activity(let activity): content = .activity(activity)
        default: preconditionFailure("no checkout reports \(step.label)")
        }
        let event = IncomingEvent(
            id: "\(example.line) \(step.line)", source: "example", time: step.at, member: .id(member),
            command: content)
        return try await shop.service.record(event, receivedAt: step.at).get().outcome.change
    }

    private func adjust(_ adjustment: Adjustment, at: Instant) async throws -> Int64 {
        let body = AdjustmentBody(wallet: adjustment.wallet, points: adjustment.points, reason: adjustment.reason)
        let outcome = try await shop.service.adjust(
            body, member: member, agent: Club.agent, idempotencyKey: nil, at: at)
        switch outcome {
        case .done(let act): return act.entries.first?.entry.points ?? 0
        case .waits(let request):
            let act = try await shop.service.approveAdjustment(request.id, agent: Club.other, at: at)
            return act.entries.first?.entry.points ?? 0
        }
    }

    /// The friend buys for a hundred, or brings all of it back.
    private func friendDeals(_ name: String, isBack: Bool, at: Instant) async throws {
        let friend = try await somebody(name, at: at, referredBy: UUIDText.text(member))
        let (currency, line) = (programme.currencies[0].code, Line(sku: "goods", quantity: 1, unitPrice: 10_000))
        let order = OrderReference(source: "friends", id: "order of \(friend)")
        let content: IncomingEvent.Content =
            isBack
            ? .purchaseReturn(
                PurchaseReturn(
                    source: order.source, order: order, returnID: "return of \(friend)", currency: currency,
                    goods: .lines([line])))
            : .purchase(Purchase(order: order, currency: currency, lines: [line]))
        let event = IncomingEvent(
            id: "\(friend) \(isBack)", source: "friends", time: at, member: .id(friend), command: content)
        _ = try await shop.service.record(event, receivedAt: at).get()
    }

    private func somebody(_ name: String, at: Instant, referredBy: String? = nil) async throws -> UUID {
        if let known = others[name] { return known }
        let body = EnrolmentBody(programme: programme.id, referredBy: referredBy)
        let id = try await shop.service.enrol(body, at: at).id
        others[name] = id
        return id
    }

    private func id(of name: String) throws -> UUID {
        try #require(redemptions[name].flatMap { UUID(uuidString: $0.redemption.id) })
    }

    private func compare(_ expected: ProgrammeExample.Expectation, _ place: String) async throws {
        let balance = try await shop.service.balance(of: member, at: expected.at, asOf: expected.at).balance
        for (id, points) in expected.wallets {
            let wallet = balance.wallets.first { $0.id == id }
            if let available = points.available { #expect(wallet?.available == available, "\(place): \(id)") }
            if let pending = points.pending { #expect(wallet?.pending == pending, "\(place): \(id) pending") }
            if let reserved = points.reserved { #expect(wallet?.reserved == reserved, "\(place): \(id) reserved") }
        }
        if let tier = expected.tier { #expect(balance.tier.id == tier, "\(place)") }
        if let until = expected.validUntil { #expect(balance.tier.validUntil == until, "\(place)") }
        for (metric, value) in expected.qualifying {
            #expect(balance.tier.qualifying.first { $0.metric == metric }?.value == value, "\(place): \(metric)")
        }
        if let benefits = expected.benefits {
            let all = balance.tier.benefits + balance.subscriptions.flatMap(\.benefits)
            #expect(Set(all.map(\.id)) == benefits, "\(place)")
        }
    }
}
