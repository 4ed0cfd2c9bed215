import EventLog
import Foundation
import Loyalty
import Projections
import Wire

/// What one member gets in one append: the decisions about several commands, each built on the one before. A class, because
/// it has many parts and goes through several hands of one batch.
final class Plan {
    /// What deciding and recording take beside the member.
    struct Means: Sendable {
        var programmes: ProgrammeBook
        var keys: KeyRing
    }

    let memberID: UUID
    let means: Means
    private let now: Instant
    /// The member behind everything decided so far; nil for nobody.
    private(set) var member: KnownMember?
    private(set) var events: [DatedEvent] = []
    /// The same by what they are about.
    private var bySubject: [Subject: [DatedEvent]] = [:]
    private(set) var replies: [Int: LaneReply] = [:]
    private(set) var refusals: [Int: any Error] = [:]
    private(set) var needs: Set<Need> = []
    /// Whether refusals are answers.
    var isFinal = false
    /// What is gone of budgets, this plan's own draws included.
    private(set) var budgets: [Budget: Int64]
    /// What this plan takes out of them, or puts back.
    private(set) var draws: [Budget: Int64] = [:]
    private var newEvents: [NewEvent] = []
    private var newMember: SealedMember?
    private let expectedVersion: Int64

    init(memberID: UUID, member: KnownMember?, means: Means, now: Instant, budgets: [Budget: Int64] = [:]) {
        (self.memberID, self.member, self.means, self.now) = (memberID, member, means, now)
        self.budgets = budgets
        expectedVersion = member?.version ?? 0
    }

    /// Decides one more request.
    func add(_ request: LaneRequest, index: Int, group: LaneBatch.Group) {
        do {
            switch request.work {
            case .enrolment(let at, let repeatKey):
                guard member == nil, let newcomer = request.newcomer else { throw ServiceError.identifierTaken }
                try enrol(newcomer, at: at, repeatKey)
                replies[index] = .enrolled(memberID, isReplayed: false)
            case .event(let event, let at):
                guard let decision = try decide(event.command, at: at, for: request, group) else { return }
                let known = event.command.order.map { group.subjects[.order($0)] != nil } ?? true
                let first = record(
                    decision, request.repeatKey, Metadata.bytes(of: event), trace: Metadata.trace(of: event),
                    orderIsKnown: known)
                replies[index] = .recorded(reply(decision, first))
            case .command(let command, let at, let repeatKey):
                guard let decision = try decide(command, at: at, for: request, group) else { return }
                let metadata = repeatKey == nil ? nil : Metadata.bytes(followers: decision.own.count - 1)
                let first = record(decision, repeatKey, metadata, orderIsKnown: true)
                let own = events.suffix(decision.own.count)
                replies[index] = .decided(
                    CommandReply(
                        memberID: memberID,
                        events: zip(own, 0...).map { ($0, first + Int64(decision.primary + $1)) },
                        state: decision.state, isReplayed: false))
            }
        } catch {
            refusals[index] = error
        }
    }

    /// Decides a command; nil where something must be looked up first.
    private func decide(
        _ command: Command, at: Instant, for request: LaneRequest, _ group: LaneBatch.Group
    ) throws -> Decision? {
        guard let known = try member ?? request.newcomer.map({ try newcomerState($0, at: at) }) else {
            throw ServiceError.memberNotFound
        }
        guard !request.isRemembered || known.state.identity == .kept else { throw ServiceError.identityMoved }
        // The log guards the orders of one stream: those of members who became this one are looked up.
        if group.looksUpOrders || !known.state.absorbed.isEmpty, let order = command.order,
            group.subjects[.order(order)] == nil
        {
            needs.insert(.subject(.order(order)))
        }
        do throws(Refusal) {
            let programme = try programme(of: known.state)
            let at = request.namesItsTime ? at : received(at, by: known)
            let decision = try programme.decide(
                command, at: at, for: known.state, known: self.known(for: command, group))
            if member == nil, let newcomer = request.newcomer { try enrolled(newcomer, at: at) }
            return decision
        } catch {
            switch error {
            case .needs(let need): needs.insert(need)
            case .rejected(let rejection): throw ServiceError(rejection)
            case .fault(let fault): throw ServiceError.internalFault("\(fault)")
            }
            return nil
        }
    }

    /// When something happened that names no time: when it was received. Of what comes in at nearly the same moment the
    /// earlier may be recorded later, and nothing says that it must not: it is not late for that.
    private func received(_ at: Instant, by member: KnownMember) -> Instant { max(at, min(member.state.latest, now)) }

    /// What is known of the command's subjects: from the log, where they were looked up, and from this plan.
    private func known(for command: Command, _ group: LaneBatch.Group) -> Known {
        var subjects = group.subjects
        if !subjects.isEmpty { subjects.merge(bySubject.filter { subjects[$0.key] != nil }) { $0 + $1 } }
        // A purchase may trust that its order is new; what this plan itself decided is known all the same.
        if let order = command.order, subjects[.order(order)] == nil, let own = bySubject[.order(order)] {
            subjects[.order(order)] = own
        }
        return Known(subjects: subjects, history: group.history.map { $0 + events }, budgets: budgets)
    }

    private func programme(of state: MemberState) throws(Refusal) -> Programme {
        guard let programme = means.programmes[state.programme] else {
            throw .fault(.contradiction("the programme \(state.programme) is not published here"))
        }
        return programme
    }

    // MARK: Enrolment

    private func newcomerState(_ newcomer: Newcomer, at: Instant) throws -> KnownMember {
        guard let programme = means.programmes[newcomer.programme] else { throw ServiceError.programmeUnknown }
        return KnownMember(
            version: 0,
            state: programme.newcomer(
                at: at, language: newcomer.language, birthday: newcomer.birthday, referredBy: newcomer.referredBy))
    }

    private func enrolled(_ newcomer: Newcomer, at: Instant) throws(Refusal) {
        do { try enrol(newcomer, at: at) } catch { throw .fault(.contradiction("\(error)")) }
    }

    private func enrol(_ newcomer: Newcomer, at: Instant, _ repeatKey: RepeatKey? = nil) throws {
        let newcomerState = try newcomerState(newcomer, at: at)
        newMember = newcomer.sealed
        let programme = try programme(of: newcomerState.state)
        append(
            programme.enrolment(
                at: at, language: newcomer.language, birthday: newcomer.birthday, referredBy: newcomer.referredBy),
            repeatKey)
        become(newcomerState.state)
    }

    // MARK: Recording

    /// Answers the stream version of the decision's first event.
    private func record(
        _ decision: Decision, _ repeatKey: RepeatKey?, _ metadata: [UInt8]? = nil, trace: [UInt8]? = nil,
        orderIsKnown: Bool
    ) -> Int64 {
        let first = expectedVersion + Int64(events.count) + 1
        var recorded = decision.events
        DatedEvent.identify(&recorded) { conversion in
            UUIDText.text(Digest.uuid("conversion:\(UUIDText.text(memberID))", String(conversion)))
        }
        for (offset, dated) in recorded.enumerated() {
            let isPrimary = offset == decision.primary
            append(
                dated, isPrimary ? repeatKey : nil, metadata: isPrimary ? metadata : trace,
                orderMustBeNew: isPrimary && !orderIsKnown)
        }
        become(decision.state)
        for draw in decision.events.flatMap({ $0.event.draws(under: decision.state.programme) }) {
            draws[draw.budget, default: 0] += draw.points
            budgets[draw.budget, default: 0] += draw.points
        }
        return first
    }

    /// The member behind what was appended.
    private func become(_ state: MemberState) {
        member = KnownMember(version: expectedVersion + Int64(events.count), state: state)
    }

    private func reply(_ decision: Decision, _ first: Int64) -> EventReply {
        var entries: [(entry: LedgerEntry, version: Int64)] = []
        let own = events.suffix(decision.own.count).prefix(decision.outcome.followers + 1)
        for (offset, dated) in own.enumerated() {
            entries += dated.answerEntries.map { ($0, first + Int64(decision.primary + offset)) }
        }
        return EventReply(
            status: .accepted, memberID: memberID, outcome: decision.outcome, entries: entries,
            programme: decision.state.programme, language: decision.state.language,
            identity: decision.state.identity,
            referral: EventReply.Referral(
                of: decision.events[decision.primary].event, for: decision.state,
                under: means.programmes[decision.state.programme]))
    }

    private func append(
        _ dated: DatedEvent, _ repeatKey: RepeatKey? = nil, metadata: [UInt8]? = nil, orderMustBeNew: Bool = false
    ) {
        let (type, data) = EventCodec.encode(dated.event)
        let about = dated.event.subject
        let subject = about?.digest
        // A voucher is found by its code, which the log does not hold.
        let code: [UInt8]? =
            if case .voucherIssued(let voucher) = dated.event, !voucher.fromPool {
                means.keys.key(ofVoucher: means.keys.voucherCode(for: voucher.redemption))
            } else {
                nil
            }
        newEvents.append(
            NewEvent(
                type: type, occurredAtMicros: dated.at.micros, key: repeatKey?.key ?? code,
                contentHash: repeatKey?.contentHash ?? code, subject: subject,
                subjectMustBeNew: orderMustBeNew && subject != nil, data: data, metadata: metadata))
        events.append(dated)
        if let about { bySubject[about, default: []].append(dated) }
    }

    /// What the log holds of it, in order, for whoever follows the log in this process.
    ///
    /// - Parameter first: position of the first event.
    func recorded(in partition: Int, from first: Int64, atMicros recordedAt: Int64) -> [RecordedEvent] {
        zip(zip(newEvents, events), Int64(0)...).map { pair, offset in
            let (new, dated) = pair
            let recorded = RecordedEvent(
                partition: partition, position: first + offset, streamType: Plan.streamType, stream: memberID,
                version: expectedVersion + offset + 1, type: new.type, occurredAtMicros: new.occurredAtMicros,
                recordedAtMicros: recordedAt, key: new.key, contentHash: new.contentHash, subject: new.subject,
                data: new.data, metadata: new.metadata)
            recorded.note(DecodedEvent(dated))
            return recorded
        }
    }

    /// What the log is asked to write.
    var append: StreamAppend {
        StreamAppend(
            stream: memberID, streamType: Plan.streamType, expectedVersion: expectedVersion, events: newEvents,
            accountState: member.map { StateCodec.encode($0.state) }, member: newMember)
    }

    static let streamType = "member"
}
