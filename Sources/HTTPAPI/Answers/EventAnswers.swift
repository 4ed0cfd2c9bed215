import Loyalty
import LoyaltyService
import Wire

extension JSONWriter {
    /// What a checkout is told about one event.
    mutating func event(_ answer: EventAnswer) {
        beginObject()
        member("id", answer.id)
        member("status", answer.status.rawValue)
        member("member_id", answer.memberID)
        key("points")
        beginObject()
        member("change", answer.outcome.change)
        member("available", answer.outcome.available)
        member("pending", answer.outcome.pending)
        endObject()
        key("tier")
        beginObject()
        member("id", answer.outcome.tier)
        member("previous", answer.outcome.previousTier)
        endObject()
        key("entries")
        beginArray()
        for entry in answer.entries { shortEntry(entry) }
        endArray()
        endObject()
    }

    /// One refused event of a batch.
    mutating func rejected(id: String?, _ problem: Problem) {
        beginObject()
        nullableMember("id", id)
        member("status", "rejected")
        key("problem")
        self.problem(problem)
        endObject()
    }

    private mutating func shortEntry(_ view: EntryView) {
        beginObject()
        member("kind", view.entry.kind.rawValue)
        nullableMember("rule", view.entry.rule)
        member("wallet", view.entry.wallet)
        member("points", view.entry.points)
        if view.entry.isPending { member("pending", true) }
        member("explanation", view.explanation)
        endObject()
    }
}
