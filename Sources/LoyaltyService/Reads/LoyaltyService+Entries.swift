import EventLog
public import Foundation
public import Loyalty

extension LoyaltyService {
    /// The ledger of a member, or the ledger as it stood: newest first in the order recorded; what is due but not recorded
    /// stands on top. Balances are those behind each line of this list.
    public func entries(
        of member: UUID, at now: Instant, clocks: Clocks = Clocks(), page: PageRequest
    ) async throws(ServiceError) -> Page<EntryView> {
        do {
            let (member, account) =
                clocks.isNow ? try await survivor(of: member) : (member, try await self.account(of: member))
            let programme = try programme(of: account.state)
            let explain = { (entry: LedgerEntry) in
                entry.explanation(in: account.state.language, under: programme)
            }
            let cursor = try page.cursor.map { cursor throws(ServiceError) in
                try Cursor(cursor, last: account.version)
            }
            var list: EntryList
            if let cursor, cursor.dueAt == nil {
                list = EntryList(from: cursor, limit: page.limit, explain: explain)
            } else {
                guard
                    let stream = try await KnownStream(
                        of: member, now: account, knownAt: clocks.knownAt, upTo: cursor?.version ?? .max, in: log,
                        on: client)
                else { throw ServiceError.memberNotFound }
                let instant =
                    cursor?.dueAt.map(Instant.init) ?? clocks.asOf
                    ?? max(min(clocks.knownAt ?? now, now), stream.state.latest)
                guard let cut = try await stream.cut(at: instant) else {
                    return try await chosen(from: stream, at: instant, under: programme, cursor, page, explain)
                }
                let start = Cursor(version: cut.version, shown: cursor?.shown ?? 0, dueAt: instant.micros)
                list = EntryList(from: start, limit: page.limit, explain: explain)
                list.add(
                    due: try cut.state.map { try programme.current($0, at: instant).due } ?? [],
                    available: cut.state?.available ?? 0)
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

    /// The lines of a stream that hold for an instant, where later events were recorded between them: all are read, since the
    /// balances are those of the chosen ones.
    private func chosen(
        from stream: KnownStream, at instant: Instant, under programme: Programme, _ cursor: Cursor?,
        _ page: PageRequest, _ explain: (LedgerEntry) -> String
    ) async throws -> Page<EntryView> {
        let lines = try await stream.lines(at: instant, under: programme)
        let shown = Int(cursor?.shown ?? 0)
        let part = lines.reversed().dropFirst(shown).prefix(page.limit)
        let next = shown + part.count
        let position = Cursor(version: stream.version, shown: Int64(next), dueAt: instant.micros)
        return Page(
            items: part.map { line in
                EntryView(
                    entry: line.entry, explanation: explain(line.entry), version: line.version,
                    recordedAt: line.recordedAt)
            }, nextCursor: next < lines.count ? position.text : nil)
    }
}
