import Foundation
import Loyalty
import Wire

extension LoyaltyService {
    /// Tells whoever brought the friend, where the event concerns them.
    func tellReferrer(of event: LoyaltyEvent, by friend: UUID, at: Instant) async throws {
        do {
            let state = try await account(of: friend).state
            let referral = EventReply.Referral(of: event, for: state, under: programmes[state.programme])
            if let referral { try await tell(referral, of: friend, at: at) }
        } catch let error as ServiceError where error == .memberNotFound {
            // The friend is gone, and what was known of them with it.
        }
    }

    /// Tells whoever brought a member of the first order, or that it came back. Once for one friend, however often it is
    /// told: a checkout that repeats its event repeats this, too.
    func tell(_ referral: EventReply.Referral, of friend: UUID, at: Instant) async throws {
        guard let referrer = UUIDText.parse(referral.referrer) else { return }
        let order = try await events(about: .order(referral.order), of: friend)
        guard let sale = order.first(where: { if case .purchaseCompleted = $0.event { true } else { false } }) else {
            return
        }
        let name = referral.isWithdrawn ? "referral-withdrawn" : "referral"
        let key = Digest.sixteen(name, UUIDText.text(friend))
        do {
            _ = try await perform(
                .referral(friend: UUIDText.text(friend), boughtAt: sale.at, isWithdrawn: referral.isWithdrawn),
                for: try await living(referrer), at: at, RepeatKey(key: key, contentHash: key))
        } catch let error as ServiceError where error == .memberNotFound {
            // Whoever brought them is gone.
        }
    }
}
