import EventLog
public import Foundation
import Loyalty
import Postgres
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
    /// Folds the log afresh beside live traffic and compares every row. Each partition is looked at as of one instant, and
    /// only so many members of it at a time as memory is set aside for.
    ///
    /// - Throws: ``FoldFault``, `PostgresError`.
    public func verify(progress: @Sendable (FoldProgress) async -> Void = { _ in }) async throws -> AccountVerification
    {
        let total = try await total()
        let generation = try await log.accountGeneration(on: client)
        let skips = try await ProjectionFaults.skips(of: AccountProjection.name, on: client)
        return try await client.withLease { lease in
            var result = AccountVerification()
            for partition in 0..<log.partitions {
                let before = result.events
                try await lease.transaction {
                    // The lock comes before the snapshot: a table that a rebuild swapped in later would hold rows that
                    // the snapshot does not show.
                    try await lease.execute(
                        """
                        SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY;
                        LOCK TABLE treue.account IN ACCESS SHARE MODE
                        """)
                    try await verify(partition, skipping: skips[partition] ?? [], on: lease, into: &result) { events in
                        await progress(FoldProgress(done: before + events, total: max(total, before + events)))
                    }
                }
            }
            if result.count == 0 { try await note(verified: generation, on: lease) }
            return result
        }
    }

    /// So many rounds over a partition as its members need: each folds and compares its share of them.
    private func verify(
        _ partition: Int, skipping skips: Set<Int64>, on lease: PostgresLease, into result: inout AccountVerification,
        _ progress: (Int64) async -> Void
    ) async throws {
        let value = PostgresValue.int4(Int32(truncatingIfNeeded: partition))
        let count = try await lease.query("SELECT count(*) FROM treue.account WHERE partition = $1", [value])
        let rounds = Int(try count[0].int8(0)) / bounds.members + 1
        let snapshots = try await SnapshotStore(log: log).all(in: partition, on: lease)
        var seen: Int64 = 0
        for share in StreamShare.all(rounds) {
            var fold = AccountFold(skipping: skips)
            var check = SnapshotCheck(snapshots.filter { share.holds($0.key) })
            try await log.copyOut(partitions: [partition], columns: .content, of: share, on: lease) { batch in
                try fold.fold(batch, folded: check.isEmpty ? nil : { check.pass($0, $1) })
                seen += Int64(batch.count)
                await progress(seen)
            }
            result.members += Int64(fold.members.count)
            try await compare(fold, partition, on: lease, where: share.holds, into: &result)
            for (member, version) in check.all {
                result.note(
                    AccountDifference(
                        member: member, kind: .snapshot, expected: nil, found: nil, fields: [], version: version))
            }
        }
        result.events += seen
    }

    private func compare(
        _ fold: AccountFold, _ partition: Int, on lease: PostgresLease, where isWanted: (UUID) -> Bool,
        into result: inout AccountVerification
    ) async throws {
        var missing = Set(fold.members.keys)
        var after = UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
        while true {
            let rows = try await rows(in: partition, after: after, on: lease)
            for row in rows where isWanted(row.member) {
                missing.remove(row.member)
                if let difference = difference(row, fold.members[row.member]) { result.note(difference) }
            }
            guard rows.count == AccountProjection.page, let last = rows.last else { break }
            after = last.member
        }
        for member in missing.sorted(by: { $0.uuidString < $1.uuidString }) {
            let folded = fold.members[member]
            result.note(
                AccountDifference(
                    member: member, kind: .missing, expected: folded?.state.available, found: nil, fields: [],
                    version: folded?.version ?? 0))
        }
    }

    /// Rows of `account` read at once.
    private static let page = 2_000

    private func rows(in partition: Int, after member: UUID, on lease: PostgresLease) async throws -> [AccountRow] {
        let rows = try await lease.query(
            """
            SELECT member_id, version, state FROM treue.account
             WHERE partition = $1 AND member_id > $2 ORDER BY member_id LIMIT $3
            """,
            [
                .int4(Int32(truncatingIfNeeded: partition)), .uuid(member), .int8(Int64(AccountProjection.page)),
            ])
        return try rows.map { AccountRow(member: try $0.uuid(0), version: try $0.int8(1), state: try $0.bytes(2)) }
    }

    /// What was put in place by the last swap has proved right.
    private func note(verified generation: Int64, on lease: PostgresLease) async throws {
        _ = try await lease.query(
            "UPDATE treue.projection SET verified_at = now() WHERE name = $1 AND generation = $2",
            [.text(AccountProjection.name), .int8(generation)])
    }

    private func difference(_ row: AccountRow, _ folded: AccountFold.Folded?) -> AccountDifference? {
        let found = try? StateCodec.decode(row.state)
        guard let folded else {
            return AccountDifference(
                member: row.member, kind: .unexpected, expected: nil, found: found?.available, fields: [])
        }
        let sameState = row.state == StateCodec.encode(folded.state)
        guard row.version != folded.version || !sameState else { return nil }
        return AccountDifference(
            member: row.member, kind: row.version != folded.version ? .version : .state,
            expected: folded.state.available, found: found?.available,
            fields: found.map { $0.differences(from: folded.state) } ?? ["unreadable"], version: folded.version)
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
