import EventLog
import Foundation
import Loyalty
import Postgres
import Projections
import Wire

extension DatedEvent {
    /// What an answer to the checkout lists: changes of points, and returns that wait.
    var answerEntries: [LedgerEntry] {
        entries(balance: 0).filter { $0.kind != .tier && $0.kind != .tierReversal }
    }
}

extension Command {
    /// What is asked first of the log, where the log refused a purchase as a second one.
    var order: OrderReference? { if case .purchase(let purchase) = self { purchase.order } else { nil } }
}

extension EventLog {
    /// All of a member's events, in the order recorded.
    func history(of member: UUID, on connection: some PostgresQuerying) async throws -> [DatedEvent] {
        var history: [DatedEvent] = []
        var version: Int64 = 0
        while true {
            let page = try await events(of: member, after: version, limit: 5_000, on: connection)
            for event in page { history.append(try DatedEvent(event)) }
            guard let last = page.last, page.count == 5_000 else { return history }
            version = last.version
        }
    }
}

/// What the checkout was told when an event was new, put together again from the log.
struct FirstAnswer {
    let first: RecordedEvent
    private let event: LoyaltyEvent
    private let outcome: Outcome
    private let entries: [LedgerEntry]

    init(_ first: RecordedEvent) throws {
        let primary = try DatedEvent(first)
        guard let outcome = primary.event.outcome else { throw ServiceError.internalFault("a key on \(first.type)") }
        (self.first, self.outcome, entries) = (first, outcome, primary.answerEntries)
        event = primary.event
    }

    /// The events behind the first that belong to the answer; nil where it has none.
    var followers: StreamSpan? {
        outcome.followers > 0 ? StreamSpan(stream: first.stream, after: first.version, count: outcome.followers) : nil
    }

    /// - Parameter events: events of the stream in order, among them the followers.
    func reply(
        with events: [RecordedEvent], for member: MemberState, under programme: Programme?
    ) throws -> EventReply {
        var told = entries.map { ($0, first.version) }
        var last = first.version
        for event in events where event.version == last + 1 && last < first.version + Int64(outcome.followers) {
            told += try DatedEvent(event).answerEntries.map { ($0, event.version) }
            last = event.version
        }
        return EventReply(
            status: .duplicate, memberID: first.stream, outcome: outcome, entries: told, programme: member.programme,
            language: member.language, identity: member.identity,
            referral: EventReply.Referral(of: event, for: member, under: programme))
    }
}
