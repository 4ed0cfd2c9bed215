/// What one member's life takes from another's.
public enum LifeLink: Hashable, Sendable {
    /// The points of a transfer, by its id, as the giving side hands them out.
    case transfer(String)
    /// What a member had who became another one, by that member's id.
    case merge(of: String)
    /// When a friend, by their id, bought for the first time; or that it came back.
    case referral(friend: String, isWithdrawn: Bool)

    /// What the other side came to.
    public enum Value: Hashable, Sendable {
        case points([Lot])
        case life(MergedLife)
        case boughtAt(Instant)
        /// It did not happen on the other side.
        case nothing
        /// The other side cannot be asked: what was recorded holds.
        case asRecorded
    }
}

/// A life that another member took over.
public struct MergedLife: Hashable, Sendable {
    /// What they had at the end.
    public var state: MemberState
    /// What had happened, theirs and that of whom they had taken over themselves, by member's id: goods may come back.
    public var events: [String: [DatedEvent]]
    /// Redemptions that happened by themselves: what the log calls them, and what the simulation does.
    var names: [String: String]
    /// Returns that wait for their sale.
    var held: [PurchaseReturn: Int]
}
