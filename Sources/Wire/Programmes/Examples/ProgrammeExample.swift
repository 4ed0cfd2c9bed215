public import Loyalty

/// What happens to one member, and what is expected then: a worked result that a programme file carries along.
public struct ProgrammeExample: Sendable, Hashable {
    /// The member that it is told of.
    public struct Member: Sendable, Hashable {
        public var enrolledAt: Instant?
        public var birthday: MonthDay?
        /// Who brought them.
        public var referredBy: String?
    }

    /// Something that happens, in the order in which it is made known.
    public struct Step: Sendable, Hashable {
        public var line: Int
        /// Such as `2019-03-01 buys 80.00`.
        public var label: String
        public var at: Instant
        public var command: Command
        /// What the answer must say.
        public var answer: Answer
    }

    /// What is expected of one step's answer; nil asks nothing.
    public struct Answer: Sendable, Hashable {
        /// What it does to the wallet `points`, pending included.
        public var earns: Int64?
        /// What a redemption is worth, in minor units.
        public var worth: Int64?
        /// The code of the refusal.
        public var refused: Rejection.Code?
    }

    /// Points of one wallet; nil asks nothing.
    public struct Points: Sendable, Hashable {
        public var available: Int64?
        public var pending: Int64?
        public var reserved: Int64?
    }

    /// How the member stands; nil asks nothing.
    public struct Expectation: Sendable, Hashable {
        public var line: Int
        /// Such as `at 2019-03-01`.
        public var label: String
        public var at: Instant
        public var wallets: [String: Points]
        public var tier: String?
        /// The last valid day; `.some(nil)` for a tier that does not end.
        public var validUntil: CivilDate??
        /// Metrics in minor units, orders or points.
        public var qualifying: [String: Int64]
        /// How many vouchers have been issued.
        public var vouchers: Int64?
        /// Ids of what the tier and paid memberships bring.
        public var benefits: Set<String>?
    }

    /// What a list of events holds.
    public enum Part: Sendable, Hashable {
        case step(Step)
        case expectation(Expectation)
    }

    public var name: String
    public var line: Int
    public var member: Member
    public var parts: [Part]
}
