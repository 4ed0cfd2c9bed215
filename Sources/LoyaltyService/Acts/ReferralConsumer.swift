public import EventLog
import Foundation
public import Loyalty
public import Postgres
import Projections
import Wire

/// Notes which events of friends mean something for whoever brought them, in the transaction that moves the follower's
/// checkpoint: a server that ends between the friend's event and the other's forgets nothing. Usually both are in the log
/// long before; then the errand finds nothing left to do.
public struct ReferralConsumer: LogConsumer {
    public let name = "referrals"
    private let programmes: ProgrammeBook
    private let clock: @Sendable () -> Instant

    public init(programmes: ProgrammeBook, clock: @escaping @Sendable () -> Instant) {
        (self.programmes, self.clock) = (programmes, clock)
    }

    /// While no programme has a referral, the log is not even read.
    public func isInterested(on connection: some PostgresQuerying) async throws -> Bool {
        programmes.all.contains { programme in programme.versions.contains { $0.referral != nil } }
    }

    private static let note: PostgresStatement = """
        INSERT INTO treue.errand (begun_at, id, first, second, kind)
        SELECT $1, new.id, new.friend, new.friend, 'referral' FROM unnest($2::uuid[], $3::uuid[]) AS new (id, friend)
            ON CONFLICT DO NOTHING
        """

    public func handle(_ events: [RecordedEvent], on lease: PostgresLease) async throws {
        var found: [(id: UUID, friend: UUID)] = []
        for event in events where event.streamType == Plan.streamType && event.type.hasPrefix("purchase.") {
            guard let key = event.key, key.count == 16, try event.decoded.dated.event.isAboutReferral else { continue }
            let id = key.withUnsafeBytes { UUID(uuid: $0.loadUnaligned(as: uuid_t.self)) }
            found.append((id, event.stream))
        }
        guard !found.isEmpty else { return }
        _ = try await lease.query(
            Self.note, [.timestamptz(clock().micros), .uuidArray(found.map(\.id)), .uuidArray(found.map(\.friend))])
    }
}

extension LoyaltyEvent {
    /// Whether it may concern whoever brought the member: the first purchase, or what took back what it earned.
    fileprivate var isAboutReferral: Bool {
        switch self {
        case .purchaseCompleted(let sale): sale.circumstances.isReferred
        case .purchaseReturned(let goods): goods.taken.contains { $0.rule == ReferralRules.rule }
        default: false
        }
    }
}
