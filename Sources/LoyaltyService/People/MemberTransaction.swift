import EventLog
import Foundation
import Loyalty
import Postgres
import Projections
import Wire

/// A member while nobody else writes their stream: what is read stays true until the transaction ends.
struct LockedMember {
    let id: UUID
    let known: KnownMember
    let lease: PostgresLease
    fileprivate let log: EventLog

    /// Appends one event about who the member is; balances stay as they are.
    func append(_ event: LoyaltyEvent, at: Instant, sealed: SealedMember? = nil) async throws {
        var state = known.state
        let dated = DatedEvent(at: at, event)
        try state.evolve(dated)
        let (type, data) = EventCodec.encode(event)
        let append = StreamAppend(
            stream: id, streamType: Plan.streamType, expectedVersion: known.version,
            events: [NewEvent(type: type, occurredAtMicros: at.micros, data: data)],
            accountState: StateCodec.encode(state), member: sealed)
        let outcome = try await log.append([append], recordedAtMicros: at.micros, on: lease)[0]
        guard case .appended = outcome else { throw ServiceError.internalFault("a locked stream moved: \(outcome)") }
    }
}

extension LoyaltyService {
    /// Runs `body` in a transaction in which nobody else writes the member's stream. The lane, here and in other
    /// processes, notices by the stream's version that what it remembers no longer holds.
    ///
    /// - Throws: `member_not_found` for a member who never was; what `body` throws.
    func withLocked<Value>(_ member: UUID, _ body: (LockedMember) async throws -> Value) async throws -> Value {
        var attempt = 1
        while true {
            do {
                return try await client.withLease { lease in
                    try await lease.transaction {
                        try await log.lockHeads(of: [member], on: lease)
                        guard let row = try await log.accounts(of: [member], on: lease).first else {
                            throw ServiceError.memberNotFound
                        }
                        let known = KnownMember(version: row.version, state: try StateCodec.decode(row.state))
                        return try await body(LockedMember(id: member, known: known, lease: lease, log: log))
                    }
                }
            } catch let error as PostgresError where error.isLostRace && attempt < 5 {
                attempt += 1
            }
        }
    }
}
