public import Foundation
import Loyalty
import Wire

/// A row of `account` that is not what its events fold to.
public struct AccountDifference: Hashable, Sendable, CustomStringConvertible {
    /// What is wrong; the raw value is stable.
    public enum Kind: String, Hashable, Sendable {
        /// The member has events and no row.
        case missing
        /// The row has no events.
        case unexpected
        /// The row stands at another version of the stream.
        case version
        /// The row holds another state.
        case state
        /// The snapshot after one of the member's events is not what the events up to it fold to.
        case snapshot
    }

    public var member: UUID
    public var kind: Kind
    /// Available points as the events have it; nil without events.
    public var expected: Int64?
    /// Available points as the row has it; nil where it has none or cannot be read.
    public var found: Int64?
    /// Names of what differs, such as `tier`.
    public var fields: [String]
    /// Versions of the member's stream that the expectation is folded from: 1 up to this one; 0 without events.
    public var version: Int64 = 0

    public var description: String {
        if kind == .snapshot {
            return
                "member \(member.uuidString.lowercased()): snapshot: what is kept as the state after event \(version) "
                + "of the member is not what the events say; a rebuild of \(AccountProjection.name) replaces it"
        }
        let points = { (value: Int64?) in value.map { "\($0) points" } ?? "nothing" }
        let off = expected.flatMap { expected in found.map { $0 - expected } } ?? 0
        let difference = off == 0 ? "" : " (off by \(off > 0 ? "+" : "")\(off))"
        let which = fields.isEmpty ? "" : "; differs in \(fields.joined(separator: ", "))"
        let events = version > 0 ? "; events 1 to \(version) of the member" : ""
        return "member \(member.uuidString.lowercased()): \(kind.rawValue): the log says \(points(expected)), "
            + "the account says \(points(found))\(difference)\(which)\(events)"
    }
}

extension MemberState {
    /// Names of the parts that differ.
    func differences(from other: MemberState) -> [String] {
        let parts: [(String, Bool)] = [
            ("programme", programme == other.programme), ("language", language == other.language),
            ("enrolled_at", enrolledAt == other.enrolledAt), ("latest", latest == other.latest),
            ("wallets", wallets == other.wallets), ("tier", standing == other.standing),
            ("reached", reached == other.reached), ("grants", grants == other.grants),
            ("subscriptions", subscriptions == other.subscriptions), ("totals", totals == other.totals),
            ("counters", counters == other.counters), ("reservations", reservations == other.reservations),
            ("purchases", purchases == other.purchases), ("last_active", lastActive == other.lastActive),
            ("gifts", gifts == other.gifts), ("conversions", conversions == other.conversions),
            ("birthday", birthday == other.birthday), ("referred_by", referredBy == other.referredBy),
            ("merged", mergedInto == other.mergedInto && absorbed == other.absorbed),
            ("identity", identity == other.identity),
        ]
        return parts.filter { !$0.1 }.map(\.0)
    }
}
