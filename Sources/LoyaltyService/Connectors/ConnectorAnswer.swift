public import Foundation

/// What became of a shop's message.
public struct ConnectorAnswer: Hashable, Sendable {
    public enum Status: String, Hashable, Sendable, CaseIterable {
        /// Something was recorded, or somebody enrolled.
        case accepted
        /// It was known.
        case duplicate
        /// It waits, for its order, for its payment, or for somebody to claim it.
        case held
        /// It means nothing here.
        case ignored
        /// The programme refuses it, and always will.
        case rejected
    }

    public var status: Status
    /// Why, in one stable word; nil where there is nothing to say.
    public var reason: String?
    /// Whom it was about, where that is known.
    public var memberID: UUID?

    public init(_ status: Status, reason: String? = nil, memberID: UUID? = nil) {
        (self.status, self.reason, self.memberID) = (status, reason, memberID)
    }
}
