import EventLog
public import Foundation
import Loyalty
import Postgres
import Synchronization
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
    }

    public var member: UUID
    public var kind: Kind
    /// Available points as the events have it; nil without events.
    public var expected: Int64?
    /// Available points as the row has it; nil where it has none or cannot be read.
    public var found: Int64?
    /// Names of what differs, such as `tier`.
    public var fields: [String]

    public var description: String {
        let points = { (value: Int64?) in value.map { "\($0) points" } ?? "nothing" }
        let off = expected.flatMap { expected in found.map { $0 - expected } } ?? 0
        let difference = off == 0 ? "" : " (off by \(off > 0 ? "+" : "")\(off))"
        let which = fields.isEmpty ? "" : "; differs in \(fields.joined(separator: ", "))"
        return "member \(member.uuidString.lowercased()): \(kind.rawValue): the log says \(points(expected)), "
            + "the account says \(points(found))\(difference)\(which)"
    }
}

/// What a verification found.
public struct AccountVerification: Sendable {
    public var events: Int64 = 0
    public var members: Int64 = 0
    /// At most ``mostKept``; ``count`` tells how many there are.
    public var differences: [AccountDifference] = []
    public var count: Int64 = 0

    public static let mostKept = 1_000

    mutating func note(_ difference: AccountDifference) {
        count += 1
        if differences.count < AccountVerification.mostKept { differences.append(difference) }
    }
}

extension AccountProjection {
    /// Folds the log afresh beside live traffic and compares every row. Each partition is looked at as of one instant.
    ///
    /// - Throws: ``FoldFault``, `PostgresError`.
    public func verify(
        progress: @escaping @Sendable (Progress) async -> Void = { _ in }
    ) async throws -> AccountVerification {
        let counter = FoldCounter(total: try await total())
        let collected = Collected()
        try await forEachPartition { partition, lease in
            try await lease.transaction {
                // The lock comes before the snapshot: a table that a rebuild swapped in later would hold rows that
                // the snapshot does not show.
                try await lease.execute(
                    """
                    SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY;
                    LOCK TABLE treue.account IN ACCESS SHARE MODE
                    """)
                let fold = try await fold(partition, on: lease) { await progress(counter.add($0)) }
                collected.add(try await compare(fold, partition, on: lease))
            }
        }
        return collected.verification
    }

    /// Folds the log and keeps nothing: what a rebuild or a verification cannot do without, for measurements.
    public func replay() async throws -> (events: Int64, members: Int64) {
        let collected = Collected()
        try await forEachPartition { partition, lease in
            let fold = try await fold(partition, on: lease) { _ in }
            collected.add(AccountVerification(events: fold.events, members: Int64(fold.members.count)))
        }
        let all = collected.verification
        return (all.events, all.members)
    }

    private func forEachPartition(
        _ body: @escaping @Sendable (Int, PostgresLease) async throws -> Void
    ) async throws {
        try await client.withLease { lease in
            try await PartitionWorkers(client: client).forEach(Array(0..<log.partitions), using: lease, body)
        }
    }

    /// What several workers found.
    private final class Collected: Sendable {
        private let result = Mutex(AccountVerification())

        /// In an order that does not depend on who was faster.
        var verification: AccountVerification {
            var all = result.withLock { $0 }
            all.differences.sort { $0.member.uuidString < $1.member.uuidString }
            return all
        }

        func add(_ part: AccountVerification) {
            result.withLock { result in
                result.events += part.events
                result.members += part.members
                result.count += part.count
                let room = AccountVerification.mostKept - result.differences.count
                result.differences += part.differences.prefix(max(0, room))
            }
        }
    }

    private func compare(
        _ fold: AccountFold, _ partition: Int, on lease: PostgresLease
    ) async throws -> AccountVerification {
        var found = AccountVerification(events: fold.events, members: Int64(fold.members.count))
        var missing = Set(fold.members.keys)
        for row in try await rows(in: partition, on: lease) {
            missing.remove(row.member)
            if let difference = difference(row, fold.members[row.member]) { found.note(difference) }
        }
        for member in missing.sorted(by: { $0.uuidString < $1.uuidString }) {
            let expected = fold.members[member]?.state.wallet.available
            found.note(AccountDifference(member: member, kind: .missing, expected: expected, found: nil, fields: []))
        }
        return found
    }

    private func difference(_ row: AccountRow, _ folded: AccountFold.Folded?) -> AccountDifference? {
        let found = try? StateCodec.decode(row.state)
        guard let folded else {
            return AccountDifference(
                member: row.member, kind: .unexpected, expected: nil, found: found?.wallet.available, fields: [])
        }
        let sameState = row.state == StateCodec.encode(folded.state)
        guard row.version != folded.version || !sameState else { return nil }
        return AccountDifference(
            member: row.member, kind: row.version != folded.version ? .version : .state,
            expected: folded.state.wallet.available, found: found?.wallet.available,
            fields: found.map { $0.differences(from: folded.state) } ?? ["unreadable"])
    }
}

extension MemberState {
    /// Names of the parts that differ.
    func differences(from other: MemberState) -> [String] {
        let parts: [(String, Bool)] = [
            ("programme", programme == other.programme), ("language", language == other.language),
            ("enrolled_at", enrolledAt == other.enrolledAt), ("latest", latest == other.latest),
            ("wallet", wallet == other.wallet), ("tier", standing == other.standing), ("spend", spend == other.spend),
            ("last_active", lastActive == other.lastActive), ("inactive_on", inactiveOn == other.inactiveOn),
            ("identity", identity == other.identity),
        ]
        return parts.filter { !$0.1 }.map(\.0)
    }
}
