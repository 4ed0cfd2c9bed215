import Loyalty

extension EventReply.Referral {
    /// What a checkout's event means for whoever brought the member; nil where it means nothing.
    init?(of event: LoyaltyEvent, for member: MemberState, under programme: Programme?) {
        guard let referrer = member.referredBy, let programme else { return nil }
        switch event {
        case .purchaseCompleted(let sale):
            guard programme.tellsReferrer(of: sale) else { return nil }
            self.init(referrer: referrer, order: sale.purchase.order, isWithdrawn: false)
        case .purchaseReturned(let goods):
            guard let order = goods.goods.order, goods.taken.contains(where: { $0.rule == ReferralRules.rule }) else {
                return nil
            }
            self.init(referrer: referrer, order: order, isWithdrawn: true)
        default: return nil
        }
    }
}
