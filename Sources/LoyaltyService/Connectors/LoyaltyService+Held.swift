import EventLog
import Foundation
import Logging
import Loyalty
import Postgres
import Wire

/// Orders that wait: of guests for somebody to claim them, and of members for a database that was away.
extension LoyaltyService {
    /// Orders looked at in one query.
    private static let page = 200
    /// How long a guest's order waits: 400 days.
    private static let guestPatience: Int64 = 400 * 86_400_000_000
    /// What a stop or a failure left is taken up after a minute, in microseconds.
    private static let patience: Int64 = 60_000_000

    /// Gives a member the orders that were placed under an address that is now theirs. A failure is no failure of the
    /// enrolment: what is left is taken up later.
    ///
    /// - Returns: whether there were any.
    func claimOrders(under email: String, for member: UUID, at: Instant) async -> Bool {
        guard let hash = emailHash(email) else { return false }
        do {
            return try await claimOrders(hash: hash, for: member, at: at)
        } catch {
            logger.warning("orders of a guest are not claimed yet", metadata: ["error": "\(translated(error).code)"])
            return false
        }
    }

    private func claimOrders(hash: [UInt8], for member: UUID, at: Instant) async throws -> Bool {
        var claimed = false
        while true {
            let keys = try await connectorOrders.held(under: hash, limit: Self.page, on: client)
            for key in keys {
                try await client.withLease { lease in
                    try await lease.transaction {
                        var row = try await connectorOrders.lock(key, atMicros: at.micros, on: lease)
                        (row.member, row.emailHash) = (row.member ?? member, nil)
                        try await connectorOrders.put(row, atMicros: at.micros, on: lease)
                    }
                }
                _ = try await deliver(key, to: member, at: at)
                claimed = true
            }
            if keys.count < Self.page { return claimed }
        }
    }

    /// Looks after what waits until the task is cancelled.
    func lookAfterOrders() async {
        var round = 0
        while !Task.isCancelled {
            do {
                try await deliverWhatIsLeft(at: clock())
                // Seldom: whoever joins claims at once; this is for what was cut off.
                if round.isMultiple(of: 60) { try await claimWhatIsLeft(at: clock()) }
                round += 1
                try await Task.sleep(for: .seconds(60))
            } catch is CancellationError {
                return
            } catch {
                logger.warning("orders of shops wait", metadata: ["error": "\(translated(error).code)"])
                try? await Task.sleep(for: .seconds(60))
            }
        }
    }

    /// Records what is left of members' orders.
    func deliverWhatIsLeft(at: Instant) async throws {
        let since = at.micros - Self.patience
        for key in try await connectorOrders.left(since: since, limit: Self.page, on: client) {
            guard let member = try await connectorOrders.row(key, on: client)?.member else { continue }
            _ = try await deliver(key, to: member, at: at)
        }
    }

    /// Claims orders under addresses that belong to members, and forgets what nobody claimed for too long.
    func claimWhatIsLeft(at: Instant) async throws {
        try await connectorOrders.forgetGuests(before: at.micros - Self.guestPatience, on: client)
        var last: [UInt8] = []
        while true {
            let hashes = try await connectorOrders.guests(after: last, limit: Self.page, on: client)
            let identifiers = hashes.map { Identifier(kind: MemberReference.Kind.email.rawValue, valueHash: $0) }
            let owners = try await directory.store.owners(of: identifiers, on: client)
            let enrolled = Set(try await log.accounts(of: owners.compactMap(\.self), on: client).map(\.member))
            for (hash, owner) in zip(hashes, owners) {
                guard let owner, enrolled.contains(owner) else { continue }
                _ = try await claimOrders(hash: hash, for: owner, at: at)
            }
            guard hashes.count == Self.page, let next = hashes.last else { return }
            last = next
        }
    }
}
