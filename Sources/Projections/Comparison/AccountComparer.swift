import EventLog
import Foundation
import Loyalty
import Postgres
import Wire

/// Members and snapshots of one partition against `account` and `snapshot`.
struct AccountComparer: PartitionComparer {
    private let partition: Int
    private let skips: Set<Int64>
    private var members: [UUID: AccountFold.Folded] = [:]
    private var check: SnapshotCheck
    var found = ProjectionComparison(name: AccountProjection.name)

    /// Every event there is has moved a row.
    var last: Int64 { .max }

    init(_ partition: Int, of log: EventLog, on lease: PostgresLease) async throws {
        self.partition = partition
        skips = try await ProjectionFaults.skips(of: AccountProjection.name, on: lease)[partition] ?? []
        check = SnapshotCheck(try await SnapshotStore(log: log).all(in: partition, on: lease))
    }

    func passesOver(_ position: Int64) -> Bool { skips.contains(position) }

    mutating func fold(_ event: RecordedEvent, _ dated: DatedEvent) throws {
        // Where it is: a state is large.
        try AccountFold.Folded.fold(event, dated, &members[event.stream])
        if check.awaits(event.stream), let state = members[event.stream]?.state { check.pass(event, state) }
    }

    mutating func compare(_ share: StreamShare, on lease: PostgresLease) async throws {
        found.rows += Int64(members.count)
        try await lease.rows(
            of: """
                SELECT member_id, version, state FROM treue.account
                 WHERE partition = \(partition) AND \(share.condition(on: "member_id"))
                """
        ) { row in
            let member = try row.uuid(0)
            let folded = members.removeValue(forKey: member)
            note(try Self.difference(of: member, version: row.int8(1), state: row.bytes(2), from: folded))
        }
        for (member, folded) in members.sorted(by: { $0.key < $1.key }) {
            note(
                AccountDifference(
                    member: member, kind: .missing, expected: folded.state.available, found: nil, fields: [],
                    version: folded.version))
        }
        members = [:]
    }

    mutating func finish(on lease: PostgresLease) {
        for (member, version) in check.all {
            note(
                AccountDifference(
                    member: member, kind: .snapshot, expected: nil, found: nil, fields: [], version: version))
        }
    }

    private mutating func note(_ difference: AccountDifference?) {
        if let difference { found.note(.account(difference)) }
    }

    private static func difference(
        of member: UUID, version: Int64, state: [UInt8], from folded: AccountFold.Folded?
    ) -> AccountDifference? {
        let found = try? StateCodec.decode(state)
        guard let folded else {
            return AccountDifference(
                member: member, kind: .unexpected, expected: nil, found: found?.available, fields: [])
        }
        let sameState = state == StateCodec.encode(folded.state)
        guard version != folded.version || !sameState else { return nil }
        return AccountDifference(
            member: member, kind: version != folded.version ? .version : .state, expected: folded.state.available,
            found: found?.available, fields: found.map { $0.differences(from: folded.state) } ?? ["unreadable"],
            version: folded.version)
    }
}
