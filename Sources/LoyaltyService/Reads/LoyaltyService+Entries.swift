import EventLog
public import Foundation
public import Loyalty

extension LoyaltyService {
    /// The ledger of a member, newest first in the order recorded; what is due but not recorded stands on top.
    public func entries(
        of member: UUID, at now: Instant, page: PageRequest
    ) async throws(ServiceError) -> Page<EntryView> {
        do {
            let account = try await account(of: member)
            let teller = { (entry: LedgerEntry) in
                entry.explanation(in: account.state.language, under: self.programme)
            }
            var list = EntryList(limit: page.limit)
            if let cursor = page.cursor {
                list.position = try Cursor(cursor)
            } else {
                let due = try programme.current(account.state, at: max(now, account.state.latest)).due
                list.position = Cursor(version: account.version, balance: account.state.wallet.available)
                // What time alone brings is bounded by a few reviews and one expiry: it always fits on the first page.
                list.items = due.reversed().flatMap { $0.entries(balance: account.state.wallet.available).reversed() }
                    .map { EntryView(entry: $0, explanation: teller($0), version: nil, recordedAt: nil) }
            }
            while !list.isFull, list.position.version > 0 {
                let events = try await log.events(
                    of: member, before: list.position.version + 1, limit: EntryList.chunk, on: client)
                guard !events.isEmpty else { break }
                for event in events where !list.isFull { try list.add(event, explain: teller) }
            }
            return Page(items: list.items, nextCursor: list.position.version > 0 ? list.position.text : nil)
        } catch {
            throw translated(error)
        }
    }
}

/// A page of the ledger being filled.
private struct EntryList {
    static let chunk = 200
    let limit: Int
    var items: [EntryView] = []
    /// The next event to show, and how much of it has been.
    var position = Cursor(version: 0)

    init(limit: Int) { self.limit = limit }

    var isFull: Bool { items.count >= limit }

    mutating func add(_ event: RecordedEvent, explain: (LedgerEntry) -> String) throws {
        let dated = try DatedEvent(event)
        let entries = Array(dated.entries(balance: position.balance).reversed())
        let rest = entries.dropFirst(Int(position.shown)).prefix(limit - items.count)
        items += rest.map {
            EntryView(
                entry: $0, explanation: explain($0), version: event.version,
                recordedAt: Instant(micros: event.recordedAtMicros))
        }
        let shown = Int(position.shown) + rest.count
        position =
            shown < entries.count
            ? Cursor(version: event.version, shown: Int64(shown), balance: position.balance)
            : Cursor(version: event.version - 1, balance: position.balance &- dated.event.change)
    }
}
