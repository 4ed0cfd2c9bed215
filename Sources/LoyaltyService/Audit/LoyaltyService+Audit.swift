import Foundation
public import Loyalty
public import Postgres

extension LoyaltyService {
    /// Writes an act into the audit trail, in the transaction that is open on the lease; see ``AuditTrail``.
    public func record(_ act: AuditAct, by actor: AuditActor, at: Instant, on lease: PostgresLease) async throws {
        try await AuditTrail(log: log).record(act, by: actor, at: at, on: lease)
    }

    /// Writes an act of whoever is at work, in the transaction that is open on the lease.
    func record(_ act: AuditAct, at: Instant, on lease: PostgresLease) async throws {
        try await record(act, by: .current, at: at, on: lease)
    }

    /// What administrators did, newest first.
    public func auditTrail(page: PageRequest) async throws(ServiceError) -> Page<AuditEntry> {
        do {
            let trail = AuditTrail(log: log)
            var before = Int64.max
            if let cursor = page.cursor {
                let last = try await trail.version(on: client)
                before = try Cursor(cursor, last: last).version
            }
            let entries = try await trail.entries(before: before, limit: page.limit + 1, on: client)
            let items = Array(entries.prefix(page.limit))
            let more = entries.count > page.limit
            return Page(items: items, nextCursor: more ? items.last.map { Cursor(version: $0.version).text } : nil)
        } catch {
            throw translated(error)
        }
    }
}
