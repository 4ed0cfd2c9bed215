import EventLog
import Foundation
import Loyalty
import Wire

/// What one member gets in one append: the decisions about several commands, each built on the one before.
struct Plan {
    let memberID: UUID
    let programme: Programme
    /// The member behind everything decided so far; nil for nobody.
    private(set) var member: KnownMember?
    private(set) var events: [DatedEvent] = []
    private(set) var replies: [Int: LaneReply] = [:]
    private(set) var refusals: [Int: any Error] = [:]
    private(set) var needs: Set<Need> = []
    /// Whether refusals are answers.
    var isFinal = false
    private var newEvents: [NewEvent] = []
    private var newMember: SealedMember?
    private let expectedVersion: Int64

    init(memberID: UUID, member: KnownMember?, programme: Programme) {
        (self.memberID, self.member, self.programme) = (memberID, member, programme)
        expectedVersion = member?.version ?? 0
    }

    /// Decides one more request.
    mutating func add(_ request: LaneRequest, index: Int, group: LaneBatch.Group) {
        switch request.work {
        case .enrolment(let at, let repeatKey):
            guard member == nil, let newcomer = request.newcomer else {
                refusals[index] = ServiceError.identifierTaken
                return
            }
            enrol(newcomer, at: at, repeatKey)
            replies[index] = .enrolled(memberID, isReplayed: false)
        case .event(let event, let at):
            guard let known = member ?? request.newcomer.map({ newcomerState($0, at: at) }) else {
                refusals[index] = ServiceError.memberNotFound
                return
            }
            guard !request.isRemembered || known.state.identity == .kept else {
                refusals[index] = ServiceError.identityMoved
                return
            }
            decide(event, at: at, for: known, newcomer: request.newcomer, index: index, group: group)
        }
    }

    private func newcomerState(_ newcomer: Newcomer, at: Instant) -> KnownMember {
        KnownMember(version: 0, state: programme.newcomer(at: at, language: newcomer.language))
    }

    private mutating func enrol(_ newcomer: Newcomer, at: Instant, _ repeatKey: RepeatKey? = nil) {
        member = newcomerState(newcomer, at: at)
        newMember = newcomer.sealed
        append(programme.enrolment(at: at, language: newcomer.language), repeatKey)
    }

    private mutating func decide(
        _ event: IncomingEvent, at: Instant, for known: KnownMember, newcomer: Newcomer?, index: Int,
        group: LaneBatch.Group
    ) {
        let order = orderHistory(of: event.command, group: group)
        do throws(Refusal) {
            let decision = try programme.decide(
                event.command, at: at, for: known.state, order: order, history: group.history.map { $0 + events })
            if member == nil, let newcomer { enrol(newcomer, at: at) }
            record(decision, of: event, orderIsKnown: order != nil, index: index)
        } catch {
            switch error {
            case .needs(let need): needs.insert(need)
            case .rejected(let rejection): refusals[index] = ServiceError(rejection)
            case .fault(let fault): refusals[index] = ServiceError.internalFault("\(fault)")
            }
        }
        if group.looksUpOrders, let wanted = event.command.order, group.orders[wanted] == nil {
            needs.insert(.order(wanted))
        }
    }

    /// What is known of the command's order: from the log, where it was looked up, and from this plan.
    private func orderHistory(of command: Command, group: LaneBatch.Group) -> OrderHistory? {
        guard let order = command.order else { return nil }
        if let stored = group.orders[order] { return OrderHistory(of: order, in: stored + events) }
        // A purchase may trust that its order is new; what this plan itself decided is known all the same.
        guard case .purchase = command, events.contains(where: { $0.event.order == order }) else { return nil }
        return OrderHistory(of: order, in: events)
    }

    private mutating func record(_ decision: Decision, of event: IncomingEvent, orderIsKnown: Bool, index: Int) {
        let first = expectedVersion + Int64(events.count) + 1
        var entries: [(entry: LedgerEntry, version: Int64)] = []
        let repeatKey = RepeatKey(key: event.key, contentHash: event.contentHash(memberID: memberID))
        let trace = Metadata.trace(of: event)
        for (offset, dated) in decision.events.enumerated() {
            let isPrimary = offset == decision.primary
            append(
                dated, isPrimary ? repeatKey : nil, metadata: isPrimary ? Metadata.bytes(of: event) : trace,
                orderMustBeNew: isPrimary && !orderIsKnown)
            guard offset >= decision.primary, offset <= decision.primary + decision.outcome.followers else { continue }
            entries += dated.answerEntries.map { ($0, first + Int64(offset)) }
        }
        member?.state = decision.state
        replies[index] = .recorded(
            EventReply(
                status: .accepted, memberID: memberID, outcome: decision.outcome, entries: entries,
                language: decision.state.language, identity: decision.state.identity))
    }

    private mutating func append(
        _ dated: DatedEvent, _ repeatKey: RepeatKey? = nil, metadata: [UInt8]? = nil, orderMustBeNew: Bool = false
    ) {
        let (type, data) = EventCodec.encode(dated.event)
        let subject = dated.event.order?.subject
        newEvents.append(
            NewEvent(
                type: type, occurredAtMicros: dated.at.micros, key: repeatKey?.key,
                contentHash: repeatKey?.contentHash, subject: subject,
                subjectMustBeNew: orderMustBeNew && subject != nil, data: data, metadata: metadata))
        events.append(dated)
        member?.version += 1
    }

    /// What the log is asked to write.
    var append: StreamAppend {
        StreamAppend(
            stream: memberID, streamType: Plan.streamType, expectedVersion: expectedVersion, events: newEvents,
            accountState: member.map { StateCodec.encode($0.state) }, member: newMember)
    }

    static let streamType = "member"
}
