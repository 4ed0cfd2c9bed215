import Loyalty
import LoyaltyService
import Wire

extension JSONWriter {
    /// A part of a list.
    mutating func page<Item>(_ page: Page<Item>, _ write: (inout JSONWriter, Item) -> Void) {
        beginObject()
        key("data")
        beginArray()
        for item in page.items { write(&self, item) }
        endArray()
        nullableMember("next_cursor", page.nextCursor)
        endObject()
    }

    /// A line of the ledger.
    mutating func entry(_ view: EntryView) {
        let entry = view.entry
        beginObject()
        member("kind", entry.kind.rawValue)
        member("wallet", entry.wallet)
        member("points", entry.points)
        member("pending", entry.isPending)
        nullableMember("rule", entry.rule)
        nullableMember("programme_version", entry.version.map(Int64.init))
        nullableMember("event_version", view.version)
        nullableMember("order_id", entry.order?.id)
        nullableMember("source", entry.order?.source)
        nullableMember("redemption_id", entry.redemption)
        nullableMember("lot", entry.lot?.name)
        member("occurred_at", timeMicros: entry.at.micros)
        if let recordedAt = view.recordedAt {
            member("recorded_at", timeMicros: recordedAt.micros)
        } else {
            nullMember("recorded_at")
        }
        member("balance_after", entry.balance)
        member("explanation", view.explanation)
        endObject()
    }

    /// A recorded event.
    mutating func recordedEvent(_ event: EventView) {
        beginObject()
        member("version", event.version)
        member("type", event.type)
        member("occurred_at", timeMicros: event.occurredAt.micros)
        member("recorded_at", timeMicros: event.recordedAt.micros)
        key("data")
        raw(event.data)
        key("metadata")
        if let metadata = event.metadata { raw(metadata) } else { null() }
        endObject()
    }
}
