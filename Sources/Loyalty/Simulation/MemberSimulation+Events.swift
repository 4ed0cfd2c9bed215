extension MemberSimulation {
    /// Lives through the next recorded event.
    ///
    /// - Parameter lookUp: what became of another member's side; nil where that is not known yet.
    public mutating func live(
        through dated: DatedEvent, lookUp: (LifeLink) -> LifeLink.Value?
    ) throws(Stop) {
        let at = dated.at
        if case .enrolled(let event) = dated.event { return begin(event, at: at) }
        switch dated.event {
        case .profileChanged(let event):
            if event.birthday != nil { try pass(to: at) }
            try takeOver(dated)
        case .erased: try takeOver(dated)
        case .purchaseCompleted(let event): try buy(event, at: at)
        case .purchaseReturned(let event): try bringBack(event, at: at)
        case .returnHeld(let event):
            held[event.goods, default: 0] += 1
            try perform(.purchaseReturn(event.goods), as: .purchaseReturn, at: at)
        case .activityCompleted(let event): try perform(.activity(event.activity), as: .activity, at: at)
        case .redemptionReserved(let event): try redeem(event.redemption, confirm: false, at: at)
        case .redemptionConfirmed(let event): try confirm(event, at: at)
        case .redemptionCancelled(let event): try cancel(event, at: at)
        case .voucherRedeemed(let event): try useVoucher(of: event.redemption, at: at)
        case .pointsAdjusted(let event):
            try perform(.adjustment(event.adjustment), as: .adjustment, points: event.adjustment.points, at: at)
        case .pointsTransferred(let event): try transfer(event, at: at, lookUp)
        case .subscriptionChanged(let event): try change(event, at: at)
        case .tierGranted(let event): try grant(event, at: at)
        case .referralCompleted(let event): try refer(event, at: at, lookUp)
        case .merged(let event): try merge(event, at: at)
        case .absorbed(let event): try absorb(event, at: at, lookUp)
        // What fell due: somebody had looked by then.
        case .pointsMatured, .pointsExpired, .tierChanged: try pass(to: at)
        case .pointsAccrued(let event): if case .gift = event.reason { try pass(to: at) }
        // What followed from a decision follows from the new one.
        case .enrolled, .pointsRevoked, .voucherIssued, .restated: return
        }
    }

    private mutating func begin(_ event: MemberEnrolled, at: Instant) {
        let joined = programme.enrolment(
            at: at, language: event.language, birthday: event.birthday, referredBy: event.referredBy)
        state = MemberState(beginningWith: joined)
        append([joined])
    }

    /// Who somebody is, no rule decides.
    private mutating func takeOver(_ dated: DatedEvent) throws(Stop) {
        do throws(LoyaltyFault) { try state?.evolve(dated) } catch { throw .fault(error) }
        append([dated])
    }

    // MARK: Shopping

    private mutating func buy(_ event: PurchaseCompleted, at: Instant) throws(Stop) {
        var purchase = event.purchase
        counted = event.counts
        purchase.redemptionID = purchase.redemptionID.map { names[$0] ?? $0 }
        var result = try attempt(.purchase(purchase), at: at)
        if case .failure(let rejection) = result, purchase.redemptionID != nil,
            [.redemptionNotFound, .redemptionClosed].contains(rejection.code)
        {
            // What points did not pay, money paid.
            purchase.redemptionID = nil
            result = try attempt(.purchase(purchase), at: at)
        }
        if case .failure(let rejection) = result { leaveOut(.purchase, rejection.code.rawValue, at: at) }
        guard recorded.tellsReferrer(of: event) else { return }
        var value = LifeLink.Value.nothing
        if case .success(let decision) = result,
            case .purchaseCompleted(let sale) = decision.events[decision.primary].event,
            programme.tellsReferrer(of: sale)
        {
            value = .boughtAt(at)
        }
        publish(value, as: .referral(friend: member, isWithdrawn: false))
    }

    private mutating func bringBack(_ event: PurchaseReturned, at: Instant) throws(Stop) {
        if let count = held[event.goods], count > 0 {
            held[event.goods] = count > 1 ? count - 1 : nil
            return
        }
        let decision = try perform(.purchaseReturn(event.goods), as: .purchaseReturn, at: at)
        guard event.takesReferral, let order = event.goods.order else { return }
        var value = LifeLink.Value.nothing
        if let decision, case .purchaseReturned(let goods) = decision.events[decision.primary].event,
            goods.takesReferral, let soldAt = soldAt(order)
        {
            value = .boughtAt(soldAt)
        }
        publish(value, as: .referral(friend: member, isWithdrawn: true))
    }

    /// When an order was sold, to the member or to somebody who became them.
    private func soldAt(_ order: OrderReference) -> Instant? {
        ([events] + absorbed.keys.sorted().compactMap { absorbed[$0] }).lazy.compactMap { life in
            life.last { dated in
                if case .purchaseCompleted(let event) = dated.event { event.purchase.order == order } else { false }
            }?.at
        }.first
    }
}

extension PurchaseReturned {
    fileprivate var takesReferral: Bool { taken.contains { $0.rule == ReferralRules.rule } }
}
