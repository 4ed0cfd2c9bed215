import EventLog
import Foundation
import Loyalty
import Projections

/// A page of the ledger being filled.
struct EntryList {
    private let limit: Int
    private let explain: (LedgerEntry) -> String
    private(set) var items: [EntryView] = []
    /// What to show next.
    private(set) var position: Cursor
    /// Whether there is an entry behind the page.
    private(set) var hasMore = false

    init(from position: Cursor, limit: Int, explain: @escaping (LedgerEntry) -> String) {
        (self.position, self.limit, self.explain) = (position, limit, explain)
    }

    var nextCursor: String? { hasMore ? position.text : nil }

    /// How many events to read at once: most entries stand on an event of their own, beside one or two without any.
    var chunk: Int { min(200, 8 + 4 * limit) }

    /// What is due but not recorded, newest first; then the recorded events follow.
    mutating func add(due: [DatedEvent], available: Int64) {
        var balance = available
        var entries: [LedgerEntry] = []
        for dated in due {
            balance &+= dated.event.change(of: Programme.defaultWallet)
            entries += dated.entries(balance: balance)
        }
        take(entries, version: nil, recordedAt: nil)
        if !hasMore { position = Cursor(version: position.version, balance: available) }
    }

    /// The next older event.
    mutating func add(_ event: RecordedEvent) throws {
        let dated = try DatedEvent(event)
        take(
            dated.entries(balance: position.balance), version: event.version,
            recordedAt: Instant(micros: event.recordedAtMicros))
        if !hasMore {
            position = Cursor(
                version: event.version - 1, balance: position.balance &- dated.event.change(of: Programme.defaultWallet)
            )
        }
    }

    private mutating func take(_ entries: [LedgerEntry], version: Int64?, recordedAt: Instant?) {
        let left = entries.reversed().dropFirst(Int(position.shown))
        let fitting = left.prefix(max(0, limit - items.count))
        items += fitting.map {
            EntryView(entry: $0, explanation: explain($0), version: version, recordedAt: recordedAt)
        }
        position.shown += Int64(fitting.count)
        hasMore = fitting.count < left.count
    }
}
