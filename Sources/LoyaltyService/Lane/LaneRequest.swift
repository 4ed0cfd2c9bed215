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
        /// Something asked for now, for a member that is there; with a key where the same request may come again.
        case command(Command, at: Instant, RepeatKey?)
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
            case .enrolment(_, let repeatKey), .command(_, _, let repeatKey): repeatKey
            }
    }

    /// The idempotency key in the log.
    var key: [UInt8]? { repeatKey?.key }

    /// Tells a repeat from a reuse of the key.
    var contentHash: [UInt8]? { repeatKey?.contentHash }

    /// Whether the log keeps the same content under the key, had it been recorded for that member. Of events that it got
    /// before version 13 of the schema it keeps 32 bytes of the hash, since then the first 16.
    func isRepeat(of first: RecordedEvent, for memberID: UUID) -> Bool {
        var wanted = contentHash
        if memberID != self.memberID, case .event(let event, _) = work {
            wanted = event.contentHash(memberID: memberID)
        }
        guard let wanted, let kept = first.contentHash else { return false }
        return kept.starts(with: wanted)
    }

    /// The same request for another member.
    func moved(to memberID: UUID) -> LaneRequest {
        LaneRequest(memberID: memberID, work: work, newcomer: newcomer, isRemembered: isRemembered)
    }

    /// Whether the caller said when it happened. Else it happens when it is dealt with.
    var namesItsTime: Bool { if case .event(let event, _) = work { event.time != nil } else { false } }

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
    /// Id of the programme that they join.
    var programme: String
    var language: Language
    var birthday: MonthDay?
    /// Id of the member who brought them.
    var referredBy: String?
    var sealed: SealedMember
}

/// What became of a request. Indirect, because it is large and handed on many times.
indirect enum LaneReply: Sendable {
    case recorded(EventReply)
    /// The member; replayed where an earlier request with the same key made them one.
    case enrolled(UUID, isReplayed: Bool)
    case decided(CommandReply)
}

/// What became of a command that is no event of a checkout.
struct CommandReply: Sendable {
    var memberID: UUID
    /// The command's own events; empty where everything asked for was so already.
    var events: [(dated: DatedEvent, version: Int64)]
    /// The member behind it.
    var state: MemberState
    /// Whether an earlier request with the same key had this answer.
    var isReplayed: Bool
}

/// The answer to a checkout's event, before it is told in a language.
struct EventReply: Sendable {
    var status: EventAnswer.Status
    var memberID: UUID
    var outcome: Outcome
    /// With the stream version of the event that holds each.
    var entries: [(entry: LedgerEntry, version: Int64)]
    var programme: String
    var language: Language
    /// Whether the member may be remembered under what named them.
    var identity: MemberIdentity
    /// Set where the event concerns whoever brought the member.
    var referral: Referral?

    struct Referral: Sendable {
        /// Id of the member who brought this one.
        var referrer: String
        /// The member's first order.
        var order: OrderReference
        /// Whether it came back.
        var isWithdrawn: Bool
    }
}

extension IncomingEvent {
    /// CloudEvents `source` and `id` identify an event for ever: 16 bytes of SHA-256 over both.
    var key: [UInt8] { Digest.sixteen(source, id) }
}

extension Subject {
    /// What events about it carry, so that they are found together: 16 bytes of SHA-256 over two names.
    var digest: [UInt8] {
        switch self {
        case .order(let order): Digest.sixteen(order.source, order.id)
        case .redemption(let id): Digest.sixteen("redemption", id)
        case .activity(let name, let reference): Digest.sixteen("activity:\(name)", reference)
        }
    }
}
