import EventLog
import Foundation
import Loyalty
import Wire

/// One command on its way to the log. Whom it concerns is known; nothing else has been looked at.
struct LaneRequest: Sendable {
    enum Work: Sendable {
        /// An event of a checkout, with the time at which it happened.
        case event(IncomingEvent, at: Instant)
        /// Somebody joins.
        case enrolment(at: Instant)
    }

    var memberID: UUID
    var work: Work
    /// Who joins if nobody has that id yet; nil where a stranger is refused.
    var newcomer: Newcomer?

    /// The idempotency key in the log.
    var key: [UInt8]? {
        if case .event(let event, _) = work { event.key } else { nil }
    }
}

/// What is written beside the first event of a member: who it is, sealed.
struct Newcomer: Sendable {
    var language: Language
    var sealed: SealedMember
}

/// What became of a request.
enum LaneReply: Sendable {
    case recorded(EventReply)
    case enrolled
}

/// The answer to a checkout's event, before it is told in a language.
struct EventReply: Sendable {
    var status: EventAnswer.Status
    var memberID: UUID
    var outcome: Outcome
    /// With the stream version of the event that holds each.
    var entries: [(entry: LedgerEntry, version: Int64)]
    var language: Language
}

extension IncomingEvent {
    /// CloudEvents `source` and `id` identify an event for ever: 16 bytes of SHA-256 over both.
    var key: [UInt8] { Digest.sixteen(source, id) }
}

extension OrderReference {
    /// What an order's events carry, so that they are found together: 16 bytes of SHA-256 over source and number.
    var subject: [UInt8] { Digest.sixteen(source, id) }
}
