import EventLog
public import Foundation
public import Loyalty

extension LoyaltyService {
    /// The ledger of a member, newest first in the order recorded; what is due but not recorded stands on top.
    public func entries(
        of member: UUID, at now: Instant, page: PageRequest
    ) async throws(ServiceError) -> Page<EntryView> {
        do {
            let (member, account) = try await survivor(of: member)
            let instant = max(now, account.state.latest)
            let start =
                try page.cursor.map { cursor throws(ServiceError) in try Cursor(cursor, last: account.version) }
                ?? Cursor(version: account.version, dueAt: instant.micros)
            let programme = try programme(of: account.state)
            var list = EntryList(from: start, limit: page.limit) { entry in
                entry.explanation(in: account.state.language, under: programme)
            }
            if let dueAt = start.dueAt {
                let then = try await state(of: member, at: start.version, now: account)
                let due = try programme.current(then, at: Instant(micros: dueAt)).due
                list.add(due: due, available: then.available)
            }
            while !list.hasMore, list.position.version > 0 {
                let events = try await log.events(
                    of: member, before: list.position.version + 1, limit: list.chunk, on: client)
                guard !events.isEmpty else { break }
                for event in events where !list.hasMore { try list.add(event) }
            }
            return Page(items: list.items, nextCursor: list.nextCursor)
        } catch {
            throw translated(error)
        }
    }

    /// The member as recorded up to that version. The account itself, unless somebody wrote between two pages.
    private func state(of member: UUID, at version: Int64, now account: KnownMember) async throws -> MemberState {
        if version == account.version { return account.state }
        let events = try await log.history(of: member, on: client).prefix(Int(version))
        guard let first = events.first, var state = MemberState(beginningWith: first) else {
            throw ServiceError.cursorInvalid
        }
        for event in events { try state.evolve(event) }
        return state
    }
}
