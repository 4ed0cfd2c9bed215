import EventLog
import Foundation
import Loyalty
import Wire

/// One command on its way to the log. Whom it concerns is known; nothing else has been looked at. A class, because it
/// is handed on many times and never changes.
final class LaneRequest: Sendable {
    enum Work: Sendable {
        /// An event of a checkout, with the time at which it happened.
        case event(IncomingEvent, at: Instant)
        /// Somebody joins; with a key where the same request may come again.
        case enrolment(at: Instant, RepeatKey?)
    }

    let memberID: UUID
    let work: Work
    /// Who joins if nobody has that id yet; nil where a stranger is refused.
    let newcomer: Newcomer?
    /// Whether the member was found in memory, under an identifier that may be another's by now.
    let isRemembered: Bool
    /// What the log knows the request by. Worked out here, by whoever asks: in the lane everybody would wait for it.
    let repeatKey: RepeatKey?

    init(memberID: UUID, work: Work, newcomer: Newcomer? = nil, isRemembered: Bool = false) {
        (self.memberID, self.work, self.newcomer, self.isRemembered) = (memberID, work, newcomer, isRemembered)
        repeatKey =
            switch work {
            case .event(let event, _):
                RepeatKey(key: event.key, contentHash: event.contentHash(memberID: memberID))
            case .enrolment(_, let repeatKey): repeatKey
            }
    }

    /// The idempotency key in the log.
    var key: [UInt8]? { repeatKey?.key }

    /// Tells a repeat from a reuse of the key.
    var contentHash: [UInt8]? { repeatKey?.contentHash }

    /// The refusal when the key is in the log with other content.
    var reuseError: ServiceError {
        if case .event = work { .eventConflict } else { .idempotencyKeyReused }
    }
}

/// What the log keeps of a request, so that a repeat is known.
struct RepeatKey: Hashable, Sendable {
    var key: [UInt8]
    var contentHash: [UInt8]
}

/// What is written beside the first event of a member: who it is, sealed.
struct Newcomer: Sendable {
    var language: Language
    var sealed: SealedMember
}

/// What became of a request.
enum LaneReply: Sendable {
    case recorded(EventReply)
    /// The member; replayed where an earlier request with the same key made them one.
    case enrolled(UUID, isReplayed: Bool)
}

/// The answer to a checkout's event, before it is told in a language.
struct EventReply: Sendable {
    var status: EventAnswer.Status
    var memberID: UUID
    var outcome: Outcome
    /// With the stream version of the event that holds each.
    var entries: [(entry: LedgerEntry, version: Int64)]
    var language: Language
    /// Whether the member may be remembered under what named them.
    var identity: MemberIdentity
}

extension IncomingEvent {
    /// CloudEvents `source` and `id` identify an event for ever: 16 bytes of SHA-256 over both.
    var key: [UInt8] { Digest.sixteen(source, id) }
}

extension OrderReference {
    /// What an order's events carry, so that they are found together: 16 bytes of SHA-256 over source and number.
    var subject: [UInt8] { Digest.sixteen(source, id) }
}
