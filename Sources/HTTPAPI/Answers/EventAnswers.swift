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
        outcome(answer.outcome)
        entries(answer.entries)
        endObject()
    }

    /// `points` and `tier`.
    mutating func outcome(_ outcome: Outcome) {
        key("points")
        beginObject()
        member("change", outcome.change)
        member("available", outcome.available)
        member("pending", outcome.pending)
        endObject()
        key("tier")
        beginObject()
        member("id", outcome.tier)
        member("previous", outcome.previousTier)
        endObject()
    }

    /// `entries`, in short.
    mutating func entries(_ entries: [EntryView]) {
        key("entries")
        beginArray()
        for entry in entries { shortEntry(entry) }
        endArray()
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
